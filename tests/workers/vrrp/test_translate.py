"""translate.py: what the pure parts are told of a configuration and of a predecessor."""

from dataclasses import replace

import pytest

from alived.ipc.messages import InstanceState, State
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import InstanceRole, VrrpInstance
from alived.workers.vrrp.events import Resumed
from alived.workers.vrrp.translate import Key, key_of, owns, packed, resumption, settings

VIP = VirtualAddress(address="10.0.0.100", prefixlen=24, dev="eth0", label="eth0:1", scope=253)
CONFIG = VrrpInstance(name="V", interface="eth0", virtual_router_id=51, addresses=(VIP,))
ADDRESS = bytes([10, 0, 0, 1])


def last(state: State, since: float = 7.0) -> InstanceState:
    return InstanceState(instance="V", state=state, since=since, priority=100, reason="")


def test_label_and_scope_do_not_make_another_address() -> None:
    assert key_of(VIP) == Key("eth0", packed("10.0.0.100"), 24) == key_of(replace(VIP, label="", scope=0))
    assert key_of(VIP) != key_of(replace(VIP, prefixlen=32))


@pytest.mark.parametrize(
    ("version", "asked", "said"),
    [
        (2, 1.0, 1.0),
        (2, 0.3, 1.0),
        (2, 1.5, 2.0),
        (3, 0.01, 0.01),
        (3, 0.015, 0.02),
        (3, 0.001, 0.01),
        (3, 100.0, 40.95),
    ],
)
def test_the_machine_keeps_to_the_interval_that_adverts_name(version: int, asked: float, said: float) -> None:
    assert settings(replace(CONFIG, version=version, advert_int=asked), b"").advert_int == pytest.approx(said)


def test_what_the_machine_goes_by() -> None:
    config = replace(
        CONFIG,
        version=3,
        nopreempt=True,
        preempt_delay=3.0,
        down_timer_adverts=5,
        lower_prio_no_advert=True,
        higher_prio_send_advert=True,
        owner_ignore_adverts=True,
        timer_expired_backup=90,
    )
    told = settings(config, ADDRESS)
    assert (told.version, told.address, told.nopreempt, told.preempt_delay) == (3, ADDRESS, True, 3.0)
    assert (told.down_timer_adverts, told.timer_expired_backup) == (5, 90)
    assert told.lower_prio_no_advert
    assert told.higher_prio_send_advert
    assert told.owner_ignore_adverts


@pytest.mark.parametrize(
    ("role", "priority", "expected"), [("MASTER", 255, True), ("MASTER", 254, False), ("BACKUP", 255, False)]
)
def test_only_an_owner_that_wants_to_be_master_starts_as_one(role: str, priority: int, expected: bool) -> None:
    config = replace(CONFIG, role=InstanceRole(role), priority=priority)
    assert settings(config, ADDRESS).initially_master is expected
    assert owns(config) is (priority == 255)


@pytest.mark.parametrize("state", [State.INIT, State.FAULT])
def test_only_masters_and_backups_are_followed(state: State) -> None:
    assert resumption(CONFIG, last(state), 0.0, 0.0) is None
    assert resumption(CONFIG, None, 0.0, 0.0) is None


@pytest.mark.parametrize(("silent_for", "goes_on"), [(0.0, True), (2.99, True), (3.0, False)])
def test_a_master_goes_on_while_no_peer_can_have_given_it_up(silent_for: float, goes_on: bool) -> None:
    resumed = Resumed(State.MASTER, 7.0, 9.0)
    assert resumption(CONFIG, last(State.MASTER), silent_for, 9.0) == (resumed if goes_on else None)


def test_more_adverts_may_be_missing_if_so_configured() -> None:
    assert resumption(replace(CONFIG, down_timer_adverts=5), last(State.MASTER), 4.9, 0.0) is not None


def test_a_backup_goes_on_whatever_the_silence() -> None:
    assert resumption(CONFIG, last(State.BACKUP), 100.0, 5.0) == Resumed(State.BACKUP, 7.0, 5.0)
