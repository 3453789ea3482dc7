"""The forms that only a vrrp_instance has: what they read is what they write."""

import pytest

from alived.ipc.model.authentication import HmacKey
from alived.ipc.model.links import Ipvlan, IpvlanMode, Vmac
from alived.ipc.model.vrrp import ExtraGarp, UnicastPeer
from alived.supervisor.config.forms.form import Form, UnfitError
from alived.supervisor.config.forms.instances import GarpExtraIf, KeyOfHmac, RouterAddress, UnicastPeerLine
from alived.supervisor.config.forms.links import UseIpvlan, UseVmac

SECRET = bytes(range(64))


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (RouterAddress(), "10.0.0.1", "10.0.0.1"),
        (RouterAddress(), "FE80:0::1", "fe80::1"),
        (RouterAddress(multicast=True), "ff02::12", "ff02::12"),
        (UnicastPeerLine(), "10.0.0.1", UnicastPeer(address="10.0.0.1")),
        (UnicastPeerLine(), "fe80::1 max_ttl 9 min_ttl 8", UnicastPeer(address="fe80::1", min_ttl=8, max_ttl=9)),
        (GarpExtraIf(), "100", ExtraGarp(interval=100)),
        (GarpExtraIf(), "100 all", ExtraGarp(interval=100, everywhere=True)),
        (KeyOfHmac(), f"1 hex:{SECRET.hex().upper()}", HmacKey(number=1, secret=SECRET)),
        (KeyOfHmac(), f"255 {'a' * 32}", HmacKey(number=255, secret=b"a" * 32)),
        (KeyOfHmac(), "2 file:/etc/key", HmacKey(number=2, secret=b"", file="/etc/key")),
        (UseVmac(), "", Vmac()),
        (UseVmac(), "vrrp.1", Vmac(name="vrrp.1")),
        (UseVmac(), "name group", Vmac(name="group")),
        (UseVmac(), "02:0:0:0:0:1 v group red", Vmac(name="v", mac="02:00:00:00:00:01", group="red")),
        (UseVmac(), "2:0:0:0:1: netlink_notify_msg", Vmac(mac="02:00:00:00:01", netlink_notify_msg=True)),
        (UseIpvlan(), "", Ipvlan()),
        (UseIpvlan(), "10.0.0.1", Ipvlan(address="10.0.0.1/32")),
        (UseIpvlan(), "vepa name vepa fe80::1/64 group 7",
            Ipvlan(name="vepa", address="fe80::1/64", mode=IpvlanMode.VEPA, group="7")),
    ],
)  # fmt: skip
def test_reading_and_writing(form: Form, text: str, value: object) -> None:
    words = tuple(text.split())
    assert form.read(words, text) == (value, len(words), ())
    written = form.write(value)
    assert form.read(tuple(written.split()), written).value == value


@pytest.mark.parametrize(
    ("form", "text", "index"),
    [
        (RouterAddress(), "", None),
        (RouterAddress(), "router", 0),
        (RouterAddress(multicast=True), "10.0.0.1", 0),
        (UnicastPeerLine(), "router min_ttl 3", 0),
        (GarpExtraIf(), "", None),
        (GarpExtraIf(), "all", None),
        (GarpExtraIf(), "all 86401", 1),
        (KeyOfHmac(), "", None),
        (KeyOfHmac(), "256 x", 0),
        (KeyOfHmac(), "1", None),
        (KeyOfHmac(), "1 file:", 1),
        (KeyOfHmac(), f"1 hex:{'0' * 63}", 1),
        (KeyOfHmac(), f"1 hex:{'0g' * 32}", 1),
        (KeyOfHmac(), f"1 {'a' * 65}", 1),
    ],
)
def test_what_has_not_the_form(form: Form, text: str, index: int | None) -> None:
    with pytest.raises(UnfitError) as caught:
        form.read(tuple(text.split()), text)
    assert caught.value.index == index


@pytest.mark.parametrize(
    ("form", "text", "indexes"),
    [
        (UnicastPeerLine(), "10.0.0.1/24", [0]),
        (UnicastPeerLine(), "10.0.0.1 maxttl 3 other", [1, 3]),
        (UnicastPeerLine(), "10.0.0.1 max_ttl", [1]),
        (UseVmac(), "a b 1:2 02:0:0:0:0:1 02:0:0:0:0:2", [1, 2, 4]),
        (UseVmac(), "name", [0]),
        (UseVmac(), "averylonginterfacename", [0]),
        (UseIpvlan(), "bridge vepa 10.0.0.1 10.0.0.2", [1, 3]),
    ],
)
def test_words_that_are_left_out(form: Form, text: str, indexes: list[int]) -> None:
    words = tuple(text.split())
    assert [problem.index for problem in form.read(words, text).problems] == indexes
