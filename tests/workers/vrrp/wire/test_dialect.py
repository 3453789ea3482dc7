"""From an instance's configuration to what its adverts look like."""

from dataclasses import replace

import pytest

from alived.ipc.model.authentication import AuthType, HmacMode
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Family, UnicastChecksum, UnicastPeer, VrrpInstance
from alived.workers.vrrp.wire.advert import V2, V2_IPV6, V3, V3_IPV6, Format
from alived.workers.vrrp.wire.ah import Key
from alived.workers.vrrp.wire.checksum import Covers
from alived.workers.vrrp.wire.dialect import GROUP, Conversation, Dialect, Limits, dialect_of
from alived.workers.vrrp.wire.trailer import SENDERS
from tests.workers.vrrp.wire.kit import (
    AH,
    MONOTONIC,
    NEVER,
    OLD,
    OURS,
    PASSWORD,
    PEER,
    PLAIN,
    RECEIVE_ONLY,
    SIX,
    THREE,
    THREE_ALONE,
    TIMED,
    UNICAST,
    VIRTUAL,
    VIRTUAL6,
    packed,
)


def address(text: str) -> VirtualAddress:
    return VirtualAddress(address=text, prefixlen=32, dev="eth0")


CONFIG = VrrpInstance(
    name="A",
    interface="eth0",
    virtual_router_id=51,
    addresses=(address("10.9.0.100"), address("10.9.0.101")),
)
CONFIG6 = replace(
    CONFIG,
    version=3,
    family=Family.IPV6,
    mcast_group="ff02::12",
    addresses=(address("fe80::100"), address("fd09::100")),
)


def test_a_plain_instance() -> None:
    assert dialect_of(CONFIG) == PLAIN
    assert dialect_of(CONFIG6) == SIX


@pytest.mark.parametrize(
    ("version", "family", "layout"),
    [(2, Family.IPV4, V2), (3, Family.IPV4, V3), (2, Family.IPV6, V2_IPV6), (3, Family.IPV6, V3_IPV6)],
)
def test_version_and_family_choose_the_format(version: int, family: Family, layout: Format) -> None:
    assert dialect_of(replace(CONFIG6, version=version, family=family)).layout is layout


def test_authentication() -> None:
    assert dialect_of(replace(CONFIG, auth_type=AuthType.PASS, auth_pass=b"1111")) == PASSWORD
    assert dialect_of(replace(CONFIG, auth_type=AuthType.AH, auth_pass=b"secret12")) == AH
    assert not dialect_of(replace(CONFIG, version=3, auth_type=AuthType.AH)).by_ah
    assert not dialect_of(replace(CONFIG6, version=2, auth_type=AuthType.AH)).by_ah
    assert dialect_of(replace(CONFIG, auth_hmac=TIMED)) == replace(PLAIN, auth_hmac=TIMED)


def test_the_interval_on_the_wire() -> None:
    assert replace(PLAIN, interval=3.0).units == 3
    assert replace(THREE, interval=0.5).units == 50


def test_what_the_password_is_for() -> None:
    assert (PASSWORD.auth_data, PASSWORD.by_ah) == (b"1111", False)
    assert (AH.auth_data, AH.by_ah) == (b"", True)
    assert AH.ah_key.digest(b"data") == Key(b"secret12").digest(b"data")


def test_secrets_are_not_shown() -> None:
    shown = repr(replace(AH, auth_hmac=TIMED))
    assert "secret12" not in shown
    assert repr(TIMED.keys[0].secret) not in shown


def test_unicast() -> None:
    config = replace(
        CONFIG,
        version=3,
        mcast_group="",
        unicast_src_ip="10.9.0.1",
        unicast_ttl=64,
        unicast_peers=(UnicastPeer(address="10.9.0.2", min_ttl=3, max_ttl=64),),
        check_unicast_src=True,
        old_unicast_checksum=UnicastChecksum.NEVER,
    )
    dialect = dialect_of(config)
    assert dialect == Dialect(
        V3,
        51,
        1.0,
        VIRTUAL,
        local=OURS,
        peers={PEER: Limits(3, 64)},
        check_source=True,
        ttl=64,
        old_unicast_checksum=UnicastChecksum.NEVER,
    )
    assert dialect.unicast
    assert dialect.senders == 1
    assert dialect_of(replace(config, unicast_ttl=None)).ttl == 255
    assert dialect_of(replace(CONFIG, unicast_ttl=64)).ttl == 255


def test_the_scope_of_a_link_local_address_is_not_sent() -> None:
    config = replace(CONFIG6, mcast_group="", unicast_peers=(UnicastPeer(address="fe80::2%eth0"),))
    assert dict(dialect_of(config).peers) == {packed("fe80::2"): Limits(0, 255)}
    assert dialect_of(config).addresses == VIRTUAL6


def test_the_checksum_that_is_sent() -> None:
    nobody: set[bytes] = set()
    assert PLAIN.sends(GROUP, nobody) is Covers.MESSAGE
    assert THREE.sends(GROUP, nobody) is Covers.PSEUDO_HEADER
    assert THREE_ALONE.sends(GROUP, nobody) is Covers.MESSAGE
    assert SIX.sends(SIX.group, nobody) is Covers.PSEUDO_HEADER
    assert replace(SIX, message_only=True).sends(SIX.group, nobody) is Covers.PSEUDO_HEADER


def test_old_unicast_checksum() -> None:
    """auto: to a peer that was seen to do so; given: always; never: never; and nothing in multicast."""
    nobody: set[bytes] = set()
    assert UNICAST.sends(PEER, nobody) is Covers.PSEUDO_HEADER
    assert UNICAST.sends(PEER, {PEER}) is Covers.OLD_UNICAST
    assert OLD.sends(PEER, nobody) is Covers.OLD_UNICAST
    assert NEVER.sends(PEER, {PEER}) is Covers.PSEUDO_HEADER
    assert replace(OLD, group=GROUP).sends(GROUP, nobody) is Covers.PSEUDO_HEADER


def test_the_checksums_that_are_accepted() -> None:
    assert PLAIN.accepts == (Covers.MESSAGE,)
    assert set(THREE.accepts) == {Covers.PSEUDO_HEADER, Covers.MESSAGE} == set(NEVER.accepts)
    assert set(UNICAST.accepts) == set(Covers)
    assert SIX.accepts == (Covers.PSEUDO_HEADER,)


def test_keys() -> None:
    signing = replace(THREE, auth_hmac=TIMED)
    assert signing.signing_key == 1
    assert set(signing.ring.secrets) == {1, 7}
    assert signing.ring.freshness.window == 5
    assert signing.senders == SENDERS
    assert replace(THREE, auth_hmac=MONOTONIC).ring.freshness.window is None
    assert not THREE.ring.secrets


def test_who_signs() -> None:
    assert THREE.signing_key is None
    assert replace(THREE, auth_hmac=RECEIVE_ONLY).signing_key is None
    assert replace(THREE, auth_hmac=replace(TIMED, mode=HmacMode.PERMISSIVE)).signing_key == 1
    assert replace(THREE, auth_hmac=replace(TIMED, active_key=2)).signing_key is None


def test_a_conversation_can_go_on() -> None:
    assert Conversation(41).ah_counter.advance() == 42
