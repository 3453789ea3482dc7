"""names.py: what is the same object though it, or what it names, has another name."""

from dataclasses import replace

from alived.ipc.model.checker import Notify, NotifyKind
from alived.ipc.model.config import Config
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.names import Names

V = VrrpInstance(name="V", interface="eth0", virtual_router_id=1)
U = replace(V, name="U", virtual_router_id=2)
GROUP = SyncGroup(name="G", members=("V", "U"))


def test_where_nobody_is_renamed_keys_decide() -> None:
    names = Names(Config(vrrp=(V, GROUP)), Config(vrrp=(V, U)))
    assert names.instances == {}
    assert (names.key(V.key), names.applied(V), names.applied(GROUP)) == (V.key, V, GROUP)
    assert names.goes_on(V.key, {V.key})
    assert not names.goes_on(V.key, {U.key})


def test_an_instance_and_all_that_names_it() -> None:
    w = replace(V, name="W")
    names = Names(Config(vrrp=(V, U, GROUP)), Config(vrrp=(w, U)))
    assert names.instances == {w.key: "V"}
    keys = (V.key, "notify V", "notify_group V")
    assert tuple(map(names.key, keys)) == (w.key, "notify W", "notify_group V")
    assert (names.applied(V), names.applied(U)) == (w, U)
    assert names.applied(GROUP) == replace(GROUP, members=("W", "U"))
    assert names.applied(TrackGroup(name="V", members=("V",))) == TrackGroup(name="V", members=("W",))
    assert names.applied(Notify(name="V")) == Notify(name="W")
    group = Notify(name="V", kind=NotifyKind.GROUP)
    assert names.applied(group) == group
    assert names.goes_on("notify V", {"notify W"})
    assert not names.goes_on("notify V", {"notify V"})  # that is another one's


def test_who_had_the_name_that_another_one_has_now_is_gone() -> None:
    names = Names(Config(vrrp=(V, U)), Config(vrrp=(replace(V, name="U"),)))
    assert names.goes_on(V.key, {U.key})
    assert not names.goes_on(U.key, {U.key})


def test_names_that_are_swapped() -> None:
    new = (replace(V, name="U"), replace(U, name="V"))
    names = Names(Config(vrrp=(V, U, GROUP)), Config(vrrp=new))
    assert names.instances == {U.key: "V", V.key: "U"}
    assert (names.applied(V), names.applied(U)) == new
    assert names.applied(GROUP) == replace(GROUP, members=("U", "V"))
