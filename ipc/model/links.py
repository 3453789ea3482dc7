"""Interfaces that alived makes for an instance on top of another one: macvlan for the virtual MAC address, ipvlan."""

from enum import StrEnum

from alived.ipc.record import record


@record(kw_only=True)
class Vmac:
    """`use_vmac`: the virtual addresses are on a macvlan that has the virtual router's MAC address."""

    name: str = ""
    """Name of the macvlan; empty: it is made from vmac_prefix and the VRID."""
    mac: str = ""
    """Six octets, or five to which the VRID is added; empty: the one of RFC 9568 section 7.3."""
    netlink_notify_msg: bool = False
    """Have the kernel announce a change of the base interface, which it does not when a macvlan is made."""
    group: str = ""
    """Number of its link group, in text; empty: that of the base interface."""


class IpvlanMode(StrEnum):
    """How ipvlan interfaces of one base interface may talk with each other."""

    BRIDGE = "bridge"
    PRIVATE = "private"
    VEPA = "vepa"


@record(kw_only=True)
class Ipvlan:
    """`use_ipvlan`: adverts are sent from an ipvlan of mode L2 with an address of its own."""

    name: str = ""
    """Name of the ipvlan; empty: it is made from vmac_prefix and the VRID."""
    address: str = ""
    """ADDRESS/LENGTH; empty: its link-local one, for IPv6 only."""
    mode: IpvlanMode = IpvlanMode.BRIDGE
    group: str = ""
    """Number of its link group, in text; empty: that of the base interface."""
