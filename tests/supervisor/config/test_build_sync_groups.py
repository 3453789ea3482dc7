"""Groups of instances: who is a member, and what does not go together."""

from alived.ipc.model.common import Program
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.tracking import TrackedInterface
from alived.ipc.model.vrrp import TrackedScript
from tests.supervisor.config.trackers import TrackerText

INSTANCES = "".join(f"vrrp_instance {name} {{\n}}\n" for name in ("A", "B", "C"))
AFTER = INSTANCES.count("\n")


def groups(*lines: str, before: str = INSTANCES, **priorities: int) -> tuple[list[SyncGroup], list[str]]:
    """The sync groups of a text whose first line follows the instances, and what was said of it."""
    text = TrackerText(before + "\n".join(lines), priorities)
    return [placed.value for placed in text.groups.sync_groups()], text.said


def test_a_group() -> None:
    assert groups("vrrp_sync_group G {", "group {", "A", "B C", "}", "}") == (
        [SyncGroup(name="G", members=("A", "B", "C"))],
        [],
    )


def test_a_group_with_everything() -> None:
    found, said = groups(
        "vrrp_script s {", "script /bin/a", "}", "vrrp_sync_group G {", "group { A B }", "track_script {",
        "s weight 5", "}", "track_interface {", "eth1", "}", "notify_master /bin/a", "notify_backup /bin/b",
        "notify_fault /bin/c", "notify_stop /bin/d", 'notify "/bin/e x" bob', "smtp_alert",
        "sync_group_tracking_weight", "notify_priority_changes on", "}",
    )  # fmt: skip
    assert said == []
    assert found == [
        SyncGroup(
            name="G",
            members=("A", "B"),
            track_scripts=(TrackedScript(name="s", weight=5),),
            track_interfaces=(TrackedInterface(name="eth1"),),
            notify_master=runs("/bin/a"),
            notify_backup=runs("/bin/b"),
            notify_fault=runs("/bin/c"),
            notify_stop=runs("/bin/d"),
            notify=Program(argv=("/bin/e", "x"), uid=1000, gid=1001),
            smtp_alert=True,
            sync_group_tracking_weight=True,
            notify_priority_changes=True,
        )
    ]


def runs(path: str) -> Program:
    return Program(argv=(path,), uid=500, gid=501)


def test_what_is_inherited_from_global_defs() -> None:
    found, _ = groups("global_defs {", "smtp_alert_vrrp", "}", "vrrp_sync_group G {", "group { A B }", "}")
    assert found[0].smtp_alert
    found, _ = groups(
        "global_defs {", "smtp_alert_vrrp", "}", "vrrp_sync_group G {", "group { A B }", "smtp_alert off", "}"
    )
    assert not found[0].smtp_alert


def test_the_old_word_for_sync_group_tracking_weight() -> None:
    found, said = groups("vrrp_sync_group G {", "group { A B }", "global_tracking", "}")
    assert found[0].sync_group_tracking_weight
    assert said == [f"{AFTER + 3} warning: `global_tracking` is an old word for `sync_group_tracking_weight`"]


def test_members_that_do_not_exist() -> None:
    found, said = groups("vrrp_sync_group G {", "group {", "A", "B", "D", "}", "}")
    assert found == [SyncGroup(name="G", members=("A", "B"))]
    assert said == [f"{AFTER + 5} error: there is no vrrp_instance `D`"]


def test_a_group_of_one() -> None:
    found, said = groups("vrrp_sync_group G {", "group { A }", "}")
    assert found == [SyncGroup(name="G", members=("A",))]
    assert said == [f"{AFTER + 1} warning: vrrp_sync_group G has only one member"]


def test_a_group_whose_members_are_nowhere() -> None:
    assert groups("vrrp_sync_group G {", "group { D }", "}") == (
        [],
        [
            f"{AFTER + 1} error: vrrp_sync_group G has no member that exists",
            f"{AFTER + 2} error: there is no vrrp_instance `D`",
        ],
    )


def test_a_group_without_members() -> None:
    said = [f"{AFTER + 1}-{AFTER + 3} error: vrrp_sync_group G has no members"]
    assert groups("vrrp_sync_group G {", "group { }", "}") == ([], said)
    assert groups("vrrp_sync_group G {", "smtp_alert", "}") == ([], said)


def test_an_instance_in_two_groups() -> None:
    found, said = groups("vrrp_sync_group G {", "group { A B }", "}", "vrrp_sync_group H {", "group { B C }", "}")
    assert [group.members for group in found] == [("A", "B"), ("C",)]
    assert said == [
        f"{AFTER + 4} warning: vrrp_sync_group H has only one member",
        f"{AFTER + 5} error: B is in G already",
    ]


def test_an_instance_twice_in_a_group() -> None:
    found, said = groups("vrrp_sync_group G {", "group { A B A }", "}")
    assert found == [SyncGroup(name="G", members=("A", "B"))]
    assert said == [f"{AFTER + 2} error: A is in G already"]


def test_two_groups_of_one_name() -> None:
    found, said = groups("vrrp_sync_group G {", "group { A B }", "}", "vrrp_sync_group G {", "group { C }", "}")
    assert [group.members for group in found] == [("A", "B")]
    assert said == [f"{AFTER + 4} error: vrrp_sync_group G is already defined"]


def test_members_that_are_named_in_two_blocks() -> None:
    found, said = groups("vrrp_sync_group G {", "group { A }", "group { B }", "}")
    assert found == [SyncGroup(name="G", members=("A", "B"))]
    assert said == [f"{AFTER + 3} error: vrrp_sync_group G has more than one `group`"]


def test_of_a_notify_program_the_first_counts() -> None:
    found, said = groups("vrrp_sync_group G {", "group { A B }", "notify /bin/a", "notify /bin/b", "}")
    assert found[0].notify == runs("/bin/a")
    assert said == [f"{AFTER + 4} warning: `notify` is given already"]


def test_owners_and_others_in_one_group() -> None:
    _, said = groups("vrrp_sync_group G {", "group { A B }", "}", A=255)
    assert said == [f"{AFTER + 1} warning: some members of G own their addresses (priority 255), and some do not"]


def test_weights_of_a_group_with_an_owner() -> None:
    found, said = groups(
        "vrrp_sync_group G {", "group { A B }", "track_interface {", "eth1 weight 5", "}", "}", A=255, B=255
    )
    assert found[0].track_interfaces == (TrackedInterface(name="eth1"),)
    assert said == [f"{AFTER + 4} warning: the weight of eth1 does not go with the member of G of priority 255"]


def test_a_tracker_of_a_group_and_of_its_member() -> None:
    _, said = groups(
        "vrrp_instance A {", "track_interface {", "eth1", "}", "}", "vrrp_instance B {", "}",
        "vrrp_sync_group G {", "group { A B }", "track_interface {", "eth1", "}", "}", before="",
    )  # fmt: skip
    assert said == ["11 warning: eth1 is tracked by G and by its member A"]


def test_track_groups() -> None:
    text = TrackerText(
        INSTANCES + "track_group G {\ngroup { A B A }\n}\ntrack_group H {\ngroup { D }\n}\ntrack_group I {\n}\n"
    )
    assert [placed.value for placed in text.groups.track_groups()] == [TrackGroup(name="G", members=("A", "B"))]
    assert text.said == [
        f"{AFTER + 5} error: there is no vrrp_instance `D`",
        f"{AFTER + 7}-{AFTER + 8} error: track_group I has no members",
    ]


def test_a_member_that_was_left_out() -> None:
    text = TrackerText(INSTANCES + "vrrp_sync_group G {\ngroup { A B }\n}\n")
    del text.groups._instances["B"]
    assert [placed.value.members for placed in text.groups.sync_groups()] == [("A",)]
    assert text.said[1:] == [f"{AFTER + 2} note: vrrp_instance B is left out, and so it is of vrrp_sync_group G"]
