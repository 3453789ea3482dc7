"""Bytes on the wire: adverts of all versions, gratuitous ARP, neighbour advertisements. All of it is PURE.

advert.py is the message itself, checksum.py its sum, datagram.py the IP headers around it, record.py what Linux gives
of an IPv6 packet; ah.py and trailer.py are the two ways to seal it. dialect.py says how an instance speaks. What it
sends is made by writer.py; what comes in goes through reception.py, which finds the instance, and judge.py, which
accepts or refuses with a reason of rejection.py. inspection.py is for people who look at the wire. garp.py and
neighbour.py are what switches and hosts are told.
"""
