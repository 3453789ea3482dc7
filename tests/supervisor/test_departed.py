"""departed.py: names that no instance has any more."""

from dataclasses import replace

from alived.ipc.model.config import Config
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.changes import changes
from alived.supervisor.departed import REMEMBERED, Departed

ONE = VrrpInstance(name="one", interface="eth0", virtual_router_id=1)
TWO = replace(ONE, name="two", virtual_router_id=2)


def reload(departed: Departed, now: float, old: tuple[VrrpInstance, ...], new: tuple[VrrpInstance, ...]) -> None:
    group = SyncGroup(name="G", members=("one",))
    found = changes(Config(vrrp=(*old, group)), Config(vrrp=new))
    departed.note(found, {config.name for config in new}, now)


def test_who_is_gone_is_told_with_the_time_and_the_new_name() -> None:
    departed = Departed()
    reload(departed, 10.0, (ONE, TWO), (replace(ONE, name="other", priority=7), replace(TWO, priority=7)))
    reload(departed, 12.0, (TWO,), ())
    assert departed.document(12.5) == [
        {"name": "one", "age": 2.5, "renamed_to": "other"},
        {"name": "two", "age": 0.5, "renamed_to": None},
    ]


def test_who_is_there_again_is_not_gone() -> None:
    departed = Departed()
    reload(departed, 10.0, (ONE, TWO), (TWO,))
    reload(departed, 11.0, (TWO,), (TWO, ONE))
    reload(departed, 12.0, (ONE, TWO), (replace(ONE, name="two"), replace(TWO, name="one")))
    assert departed.document(13.0) == []


def test_not_all_are_remembered_for_ever_and_the_last_ones_are() -> None:
    departed = Departed()
    for number in range(REMEMBERED + 1):
        reload(departed, float(number), (replace(ONE, name=f"V{number}"),), ())
    reload(departed, 1e3, (replace(ONE, name="V2"),), ())
    names = [found["name"] for found in departed.document(1e3)]
    assert (len(names), names[0], names[-2:]) == (REMEMBERED, "V1", [f"V{REMEMBERED}", "V2"])
