"""Forms of virtual servers: what is written is read, and what is read is written so that it reads the same."""

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.lvs import (
    AddressFamily,
    AddressRange,
    Endpoint,
    FirewallMark,
    Forwarding,
    ForwardingMethod,
    TunnelChecksum,
    TunnelType,
)
from alived.supervisor.config.forms.form import Form, UnfitError
from alived.supervisor.config.forms.lvs import EndpointForm, ForwardingForm, Granularity, GroupEntry

TUN = ForwardingMethod.TUN


def read(form: Form, text: str) -> Any:
    return form.read(tuple(text.split()), text).value


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (EndpointForm(), "10.0.0.1", Endpoint(address="10.0.0.1")),
        (EndpointForm(), "10.0.0.1 80", Endpoint(address="10.0.0.1", port=80)),
        (EndpointForm(), "2001:DB8::0 80", Endpoint(address="2001:db8::", port=80)),
        (ForwardingForm(), "DR", Forwarding(method=ForwardingMethod.DR)),
        (ForwardingForm(), "DR type gue port 5", Forwarding(method=ForwardingMethod.DR)),
        (ForwardingForm(), "TUN type ipip", Forwarding(method=TUN)),
        (ForwardingForm(), "TUN type gre csum", Forwarding(
            method=TUN, tunnel=TunnelType.GRE, checksum=TunnelChecksum.FULL)),
        (ForwardingForm(), "TUN port 5 type gue remcsum", Forwarding(
            method=TUN, tunnel=TunnelType.GUE, port=5, checksum=TunnelChecksum.REMOTE)),
        (Granularity(), "255.255.255.0", "255.255.255.0"),
        (Granularity(), "064", "64"),
        (GroupEntry(), "10.0.0.250-10.0.1.5 80", AddressRange(first="10.0.0.250", last="10.0.1.5", port=80)),
        (GroupEntry(), "10.0.0.1-10", AddressRange(first="10.0.0.1", last="10.0.0.10")),
        (GroupEntry(), "10.0.0.8/29", AddressRange(first="10.0.0.8", last="10.0.0.15")),
        (GroupEntry(), "10.0.0.8/32", AddressRange(first="10.0.0.8", last="10.0.0.8")),
        (GroupEntry(), "2001:db8::1-ff", AddressRange(first="2001:db8::1", last="2001:db8::ff")),
        (GroupEntry(), "2001:db8::/126", AddressRange(first="2001:db8::", last="2001:db8::3")),
        (GroupEntry(), "fwmark 7", FirewallMark(fwmark=7)),
        (GroupEntry(), "fwmark 7 inet6", FirewallMark(fwmark=7, ip_family=AddressFamily.INET6)),
    ],
)  # fmt: skip
def test_what_is_read(form: Form, text: str, value: object) -> None:
    assert read(form, text) == value
    assert read(form, form.write(value)) == value


@pytest.mark.parametrize(
    ("form", "text", "index"),
    [
        (EndpointForm(), "", None),
        (EndpointForm(), "10.0.0.256", 0),
        (EndpointForm(), "10.0.0.1 x", 1),
        (EndpointForm(), "10.0.0.1 65536", 1),
        (ForwardingForm(), "dr", 0),
        (ForwardingForm(), "TUN type gue", 0),
        (ForwardingForm(), "TUN port 5", 0),
        (ForwardingForm(), "TUN csum", 0),
        (ForwardingForm(), "TUN type gre remcsum", 0),
        (ForwardingForm(), "TUN type vxlan", 2),
        (ForwardingForm(), "TUN type", 1),
        (ForwardingForm(), "TUN type gue port x", 4),
        (ForwardingForm(), "TUN fast", 1),
        (Granularity(), "0", 0),
        (Granularity(), "129", 0),
        (Granularity(), "255.255.256.0", 0),
        (GroupEntry(), "10.0.0.9-1", 0),
        (GroupEntry(), "10.0.0.1-256", 0),
        (GroupEntry(), "10.0.0.1-x", 0),
        (GroupEntry(), "10.0.0.1-::2", 0),
        (GroupEntry(), "10.0.0.1/29", 0),
        (GroupEntry(), "10.0.0.0/33", 0),
        (GroupEntry(), "10.0.0.0/x", 0),
        (GroupEntry(), "name 80", 0),
        (GroupEntry(), "10.0.0.1 70000", 1),
        (GroupEntry(), "fwmark", 0),
        (GroupEntry(), "fwmark x", 1),
        (GroupEntry(), "fwmark 3 ipv6", 2),
    ],
)
def test_what_is_not_read(form: Form, text: str, index: int | None) -> None:
    with pytest.raises(UnfitError) as caught:
        read(form, text)
    assert caught.value.index == index


def test_a_bad_tunnel_leaves_the_method() -> None:
    with pytest.raises(UnfitError) as caught:
        read(ForwardingForm(), "TUN type gue")
    assert caught.value.instead == Forwarding(method=TUN)


def test_what_follows_an_address_is_not_looked_at() -> None:
    reading = EndpointForm().read(("10.0.0.1-9", "80"), "10.0.0.1-9 80")
    assert (reading.value, len(reading.problems)) == (Endpoint(address="10.0.0.1", port=80), 1)


@given(
    entry=st.builds(
        lambda pair, port: AddressRange(first=str(min(pair)), last=str(max(pair)), port=port),
        st.one_of(
            st.tuples(st.ip_addresses(v=4), st.ip_addresses(v=4)), st.tuples(st.ip_addresses(v=6), st.ip_addresses(v=6))
        ),
        st.integers(min_value=0, max_value=65535),
    )
)
def test_any_range_is_written_so_that_it_reads_the_same(entry: AddressRange) -> None:
    written = GroupEntry().write(entry)
    again = read(GroupEntry(), written)
    assert read(GroupEntry(), GroupEntry().write(again)) == again
    assert again.port == entry.port


@given(words=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1), max_size=4))
@pytest.mark.parametrize("form", [EndpointForm(), ForwardingForm(), Granularity()])
def test_what_is_read_of_anything_is_written_so_that_it_reads_the_same(form: Form, words: list[str]) -> None:
    with contextlib.suppress(UnfitError):
        value = form.read(tuple(words), " ".join(words)).value
        assert read(form, form.write(value)) == value
