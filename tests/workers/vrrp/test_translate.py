"""From the configuration and from what is retained to what the pure parts want."""

from dataclasses import replace

import pytest

from alived.ipc.messages import InstanceState, State
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import InstanceRole, VrrpInstance
from alived.workers.vrrp.events import Resumed, Settings
from alived.workers.vrrp.stats import Stats
from alived.workers.vrrp.translate import abandoned, expected, message, resumption, settings
from alived.workers.vrrp.wire.packet import V2, Expected, Reason, decode

CONFIG = VrrpInstance(
    name="V",
    interface="eth0",
    virtual_router_id=51,
    auth_pass=b"1111",
    addresses=(VirtualAddress(address="10.9.0.100", prefixlen=32, dev="eth0"),),
)
OURS = bytes([10, 9, 0, 1])


def last(state: State) -> InstanceState:
    return InstanceState(instance="V", state=state, since=50.0, priority=100, reason="")


def test_what_we_send_is_what_we_expect() -> None:
    advert = decode(V2, message(CONFIG, 85))
    assert advert == (51, 85, 1, 1, b"1111\0\0\0\0", (bytes([10, 9, 0, 100]),))
    assert expected(CONFIG) == Expected(1, 1, b"1111\0\0\0\0")


def test_settings_of_an_ordinary_instance() -> None:
    assert settings(CONFIG, OURS) == Settings(1.0, OURS)


@pytest.mark.parametrize(
    ("role", "priority", "initially"),
    [(InstanceRole.MASTER, 255, True), (InstanceRole.MASTER, 254, False), (InstanceRole.BACKUP, 255, False)],
)
def test_only_the_owner_that_wants_to_starts_as_master(role: InstanceRole, priority: int, initially: bool) -> None:
    config = VrrpInstance(name="V", interface="eth0", virtual_router_id=51, role=role, priority=priority)
    assert settings(config, OURS).initially_master is initially


@pytest.mark.parametrize(
    ("state", "silent_for", "resumed"),
    [
        (State.MASTER, 0.0, True),
        (State.MASTER, 2.9, True),
        (State.MASTER, 3.0, False),
        (State.BACKUP, 99.0, True),
        (State.FAULT, 0.0, False),
        (State.INIT, 0.0, False),
    ],
)
def test_a_master_goes_on_only_if_no_peer_can_have_given_it_up(state: State, silent_for: float, resumed: bool) -> None:
    assert resumption(CONFIG, last(state), silent_for) == (Resumed(state, 50.0) if resumed else None)


def test_without_a_predecessor_nothing_is_resumed() -> None:
    assert resumption(CONFIG, None, 0.0) is None


VIP = CONFIG.addresses[0]


@pytest.mark.parametrize(
    ("held", "unwanted"),
    [
        ((), ()),
        ((VIP, replace(VIP, label="eth0:1")), ()),
        ((replace(VIP, address="10.9.0.101"), VIP), (replace(VIP, address="10.9.0.101"),)),
        ((replace(VIP, prefixlen=24),) * 2, (replace(VIP, prefixlen=24),)),
        ((replace(VIP, dev="eth1"),), (replace(VIP, dev="eth1"),)),
    ],
)
def test_what_a_predecessor_held_and_nobody_has_any_more_is_abandoned(
    held: tuple[VirtualAddress, ...], unwanted: tuple[VirtualAddress, ...]
) -> None:
    other = replace(CONFIG, name="W", addresses=())
    assert abandoned([other, CONFIG], [replace(last(State.MASTER), instance="gone", held=held)]) == unwanted


def test_counters_are_named_as_operators_see_them() -> None:
    stats = Stats(adverts_sent=3)
    stats.rejected[Reason.TTL] += 1
    document = stats.document()
    assert document["adverts_sent"] == 3
    assert document["rejected"] == {"TTL is not 255": 1}
