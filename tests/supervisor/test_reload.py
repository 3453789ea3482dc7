"""reload.py: only what differs is sent, and it is said in words."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.checker import Notify, VrrpScript
from alived.ipc.model.common import Program
from alived.ipc.model.config import Config
from alived.ipc.model.lvs import LvsGlobals, Protocol, VirtualServer
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.reload import Update, plan

ONE = VrrpInstance(name="one", interface="eth0", virtual_router_id=1)
TWO = VrrpInstance(name="two", interface="eth0", virtual_router_id=2)
SCRIPT = VrrpScript(name="check", program=Program(argv=("/bin/true",), uid=0, gid=0))
SERVICE = VirtualServer(address="10.0.0.1", port=80, protocol=Protocol.TCP)


def test_nothing_changes() -> None:
    config = Config(vrrp=(ONE, TWO), checker=(SCRIPT,), lvs=(LvsGlobals(), SERVICE))
    same = plan(config, config)
    assert (same.stop, same.updates, same.words) == ((), (), ())


def test_only_the_changed_object_is_sent() -> None:
    faster = replace(TWO, advert_int=0.5, priority=150)
    found = plan(Config(vrrp=(ONE, TWO), checker=(SCRIPT,)), Config(vrrp=(ONE, faster), checker=(SCRIPT,)))
    assert found.updates == (Update(worker="vrrp", put=(faster,)),)
    assert found.words == ("vrrp_instance two: priority 100 -> 150, advert_int 1 -> 0.5",)


def test_the_checker_is_told_first() -> None:
    """Or it would not know whom to tell of what the vrrp worker then says of a new instance."""
    new = Config(vrrp=(ONE, TWO), checker=(SCRIPT, Notify(name="two")), lvs=(LvsGlobals(), SERVICE))
    old = Config(vrrp=(ONE,), checker=(SCRIPT,), lvs=(LvsGlobals(),))
    assert [update.worker for update in plan(old, new).updates] == ["checker", "vrrp", "lvs"]


def test_added_and_removed() -> None:
    found = plan(Config(vrrp=(ONE,)), Config(vrrp=(TWO,)))
    assert found.updates == (Update(worker="vrrp", put=(TWO,), drop=(ONE.key,)),)
    assert found.words == ("vrrp_instance one: removed", "vrrp_instance two: added")


def test_an_instance_with_another_name_is_sent_as_one_that_comes_and_one_that_goes() -> None:
    other = replace(ONE, name="other")
    found = plan(Config(vrrp=(ONE, TWO)), Config(vrrp=(other, TWO)))
    assert found.updates == (Update(worker="vrrp", put=(other,), drop=(ONE.key,)),)
    assert found.words == ("vrrp_instance one: renamed to other",)


def test_workers_come_and_go_with_their_work() -> None:
    found = plan(Config(vrrp=(ONE,), checker=(SCRIPT,)), Config(vrrp=(ONE,), lvs=(LvsGlobals(), SERVICE)))
    assert (found.stop, found.updates) == (("checker",), ())  # lvs is started with its whole slice
    assert found.words == (
        "vrrp_script check: removed",
        "lvs_globals: added",
        "virtual_server 10.0.0.1:80/TCP: added",
    )


def test_a_vrrp_worker_with_nothing_left_drops_all_before_it_is_stopped() -> None:
    """What is dropped is told of as deleted, and what ends with its worker as stopped."""
    found = plan(Config(vrrp=(ONE, TWO), checker=(SCRIPT, Notify(name="one"))), Config(checker=(SCRIPT,)))
    assert found.stop == ("vrrp",)
    assert [(update.worker, update.put, update.drop) for update in found.updates] == [
        ("checker", (), (Notify(name="one").key,)),
        ("vrrp", (), (ONE.key, TWO.key)),
    ]


def test_an_object_of_another_type_under_the_same_name_is_all_new() -> None:
    class Renamed(VrrpInstance):
        __slots__ = ()

    other = Renamed(name="one", interface="eth1", virtual_router_id=1)
    assert plan(Config(vrrp=(ONE,)), Config(vrrp=(other,))).updates == (Update(worker="vrrp", put=(other,)),)


instances = st.builds(
    VrrpInstance,
    name=st.sampled_from("abcd"),
    interface=st.just("eth0"),
    virtual_router_id=st.integers(1, 3),
    priority=st.integers(1, 2),
)
configs = st.lists(instances, unique_by=lambda item: item.name).map(lambda items: Config(vrrp=tuple(items)))


@given(configs, configs)
def test_a_worker_that_applies_the_change_has_the_new_configuration(old: Config, new: Config) -> None:
    found = plan(old, new)
    have = {item.key: item for item in old.vrrp}
    for change in found.updates:
        have |= {item.key: item for item in change.put if isinstance(item, VrrpInstance)}
        for key in change.drop:
            del have[key]
    if not old.vrrp:  # started with its whole slice
        have = {item.key: item for item in new.vrrp}
    if found.stop:
        have = {}
    assert have == {item.key: item for item in new.vrrp}
