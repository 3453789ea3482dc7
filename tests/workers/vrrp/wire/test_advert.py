"""The message itself, in every format: as keepalived writes it, round trips, and everything that is no advert."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.wire.advert import (
    FORMATS,
    V2,
    V3,
    V3_IPV6,
    Advert,
    Format,
    encode,
    measure,
    parse,
    stamped,
    unstamped,
)
from alived.workers.vrrp.wire.rejection import Reason, Rejection
from tests.workers.vrrp.wire.captured import IPV4, IPV6
from tests.workers.vrrp.wire.kit import changed, packed

# From keepalived 2.2.7: virtual router 51, priority 100, three addresses, PASS 1111.
PASSWORD = bytes.fromhex("213364030101f81b0a0900640a0900650a0900663131313100000000")
THREE = bytes.fromhex(IPV4["v3"][1])[20:]
SIX = bytes.fromhex(IPV6[1])[40:]


@st.composite
def written(draw: st.DrawFn) -> tuple[Format, Advert]:
    layout = draw(st.sampled_from(list(FORMATS.values())))
    address = st.binary(min_size=layout.address_size, max_size=layout.address_size)
    advert = Advert(
        vrid=draw(st.integers(0, 255)),
        priority=draw(st.integers(0, 255)),
        interval=draw(st.integers(0, (1 << layout.interval_bits) - 1)),
        addresses=tuple(draw(st.lists(address, max_size=255))),
        auth_type=draw(st.integers(0, (1 << 16 - layout.interval_bits) - 1)),
        auth_data=draw(st.binary(min_size=layout.trailer_size, max_size=layout.trailer_size)),
    )
    return layout, advert


def test_vrrpv2_as_keepalived_writes_it() -> None:
    addresses = tuple(packed(f"10.9.0.{last}") for last in (100, 101, 102))
    assert parse(V2, PASSWORD) == Advert(51, 100, 1, addresses, 1, b"1111\0\0\0\0")
    assert encode(V2, Advert(51, 100, 1, addresses, 1, b"1111")) == unstamped(PASSWORD)
    assert stamped(unstamped(PASSWORD), PASSWORD[6:8]) == PASSWORD


def test_vrrpv3_as_keepalived_writes_it() -> None:
    assert parse(V3, THREE) == Advert(52, 200, 50, (packed("10.9.0.101"), packed("10.9.0.102")))
    assert parse(V3_IPV6, SIX) == Advert(53, 200, 50, (packed("fe80::9:100"), packed("fd09::100")))


@given(written(), st.binary(max_size=40))
def test_every_advert_comes_back_whatever_follows(item: tuple[Format, Advert], padding: bytes) -> None:
    layout, advert = item
    message = encode(layout, advert)
    assert measure(layout, message + padding) == len(message)
    assert parse(layout, message) == advert


@given(written(), st.data())
def test_a_truncated_advert_is_never_taken(item: tuple[Format, Advert], data: st.DataObject) -> None:
    layout, advert = item
    message = encode(layout, advert)
    verdict = measure(layout, message[: data.draw(st.integers(0, len(message) - 1))])
    assert isinstance(verdict, Rejection)
    assert verdict.reason is Reason.TRUNCATED


@pytest.mark.parametrize(
    ("layout", "message", "reason"),
    [
        (V2, THREE, Reason.VERSION),
        (V3, PASSWORD, Reason.VERSION),
        (V3, changed(THREE, 0, 0x32), Reason.TYPE),
        (V3, changed(THREE, 3, 255), Reason.TRUNCATED),
        (V3, THREE[:7], Reason.TRUNCATED),
    ],
)
def test_what_is_wrong_is_named(layout: Format, message: bytes, reason: Reason) -> None:
    verdict = measure(layout, message)
    assert isinstance(verdict, Rejection)
    assert verdict.reason is reason


@pytest.mark.parametrize(
    ("layout", "seconds", "units", "meaning"),
    [
        (V2, 1.0, 1, 1.0),
        (V2, 0.1, 1, 1.0),
        (V2, 1.5, 2, 2.0),
        (V2, 1000.0, 255, 255.0),
        (V3, 1.0, 100, 1.0),
        (V3, 0.01, 1, 0.01),
        (V3, 0.07, 7, 0.07),  # 0.07 / 0.01 is a little more than 7
        (V3, 0.29, 29, 0.29),
        (V3, 0.001, 1, 0.01),
        (V3, 0.125, 13, 0.13),
        (V3, 40.95, 4095, 40.95),
        (V3, 41.0, 4095, 40.95),
    ],
)
def test_intervals_on_the_wire(layout: Format, seconds: float, units: int, meaning: float) -> None:
    assert layout.units(seconds) == units
    assert layout.seconds(units) == meaning


@given(st.integers(1, 4095))
def test_every_centisecond_comes_back(units: int) -> None:
    assert V3.units(V3.seconds(units)) == units


@given(st.binary(max_size=300))
def test_any_bytes_get_an_answer(data: bytes) -> None:
    for layout in FORMATS.values():
        end = measure(layout, data)
        assert isinstance(end, Rejection) or isinstance(parse(layout, data[:end]), Advert)
