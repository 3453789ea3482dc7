"""Tunnels of routes, against the bytes that iproute2 sends."""

from alived.ipc.model.routing import Encap, EncapKind
from alived.workers.vrrp.kernel.encap import encode_encap, label_stack


def test_labels_end_with_the_bottom_of_the_stack() -> None:
    assert label_stack((100, 200)).hex() == "00064000" + "000c8100"


def test_mpls() -> None:
    assert encode_encap(Encap(kind=EncapKind.MPLS, labels=(100,))).hex() == (
        "0600150001000000" + "0c001680" + "08000100" + "00064100"
    )
    assert encode_encap(Encap(kind=EncapKind.MPLS, labels=(100,), ttl=5)).hex().endswith("0500020005000000")


def test_ip() -> None:
    whole = Encap(kind=EncapKind.IP, id=7, dst="10.0.0.5", src="10.0.0.1", tos=4, ttl=9, flags=0x800)
    assert encode_encap(whole).hex() == (
        "0600150002000000" + "38001680" + "0c0001000000000000000007" + "080002000a000005" + "080003000a000001"
        "0500050004000000" + "0500040009000000" + "0600060008000000"
    )
    assert encode_encap(Encap(kind=EncapKind.IP6, dst="::5")).hex() == (
        "0600150004000000" + "18001680" + "14000200" + "00" * 15 + "05"
    )
    assert encode_encap(Encap(kind=EncapKind.IP)).hex() == "0600150002000000" + "04001680"


def test_ila() -> None:
    assert encode_encap(Encap(kind=EncapKind.ILA, locator="1:2:3:ffff")).hex() == (
        "0600150003000000" + "10001680" + "0c000100" + "000100020003ffff"
    )
