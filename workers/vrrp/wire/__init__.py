"""Bytes on the wire: adverts of all versions, gratuitous ARP, neighbour advertisements. All of it is PURE."""
