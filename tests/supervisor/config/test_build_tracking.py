"""What defines trackers, and what an instance makes of their names."""

import pytest

from alived.ipc.model.bfd import BfdInstance
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.common import Program
from alived.ipc.model.tracking import (
    InitFile,
    ParamMatch,
    TrackedBfd,
    TrackedFile,
    TrackedInterface,
    TrackedProcess,
    TrackFile,
    TrackProcess,
    Weight,
)
from alived.ipc.model.vrrp import TrackedScript
from alived.supervisor.config.tracker_weights import advise, without_weights
from alived.supervisor.config.tracking import Tracked
from tests.supervisor.config.trackers import TrackerText

RUNS = Program(argv=("/bin/a",), uid=500, gid=501)


# --- vrrp_script ------------------------------------------------------------------------------------------------------


def script(*body: str) -> tuple[VrrpScript | None, list[str]]:
    """The script of a block whose first line is line 2."""
    text = TrackerText("\n".join(("vrrp_script x {", *body, "}", "vrrp_instance VI {", "}")))
    placed = text.trackers.scripts
    return placed[0].value if placed else None, text.said


def test_a_script_with_nothing_but_a_program() -> None:
    assert script("script /bin/a") == (VrrpScript(name="x", program=RUNS), [])


def test_a_script_with_everything() -> None:
    found, said = script(
        'script "/bin/a b"', "interval 2.5", "timeout 3", "weight -20 reverse", "rise 2", "fall 3", "user bob",
        "init_fail",
    )  # fmt: skip
    assert said == []
    assert found == VrrpScript(
        name="x",
        program=Program(argv=("/bin/a", "b"), uid=1000, gid=1001),
        weight=Weight(-20, reverse=True),
        interval=2.5,
        timeout=3.0,
        rise=2,
        fall=3,
        init_fail=True,
    )


def test_the_timeout_is_the_interval_if_it_is_not_given() -> None:
    found, _ = script("script /bin/a", "interval 7")
    assert found is not None
    assert found.timeout == 7.0


def test_values_that_fall_back() -> None:
    found, said = script("script /bin/a", "interval 0", "rise 0", "fall x", "weight 254")
    assert found == VrrpScript(name="x", program=RUNS)
    assert said == [
        "3 warning: `interval`: it must be more than 0",
        "4 error: `rise` must be a whole number from 1 to 2147483647",
        "5 error: `fall` must be a whole number from 1 to 2147483647",
        "6 error: `weight` must be a whole number from -253 to 253, and perhaps reverse",
    ]


def test_a_script_without_script_is_said_at_its_end_too() -> None:
    assert script("interval 2") == (None, ["1-3 error: vrrp_script x has no script"])


def test_a_program_that_is_not_there() -> None:
    assert script("script /bin/missing") == (
        None,
        ["2-3 warning: /bin/missing cannot be run: /bin/missing: No such file or directory"],
    )


def test_nobody_minds_a_program_that_no_instance_could_need() -> None:
    text = TrackerText("vrrp_script x {\nscript /bin/missing\n}")
    assert text.trackers.scripts == []
    assert [said.split()[1] for said in text.said] == ["note:"]


def test_words_for_a_shell_are_advised_of() -> None:
    found, said = script('script "/bin/a || exit 1"')
    assert found is not None
    assert found.program.argv == ("/bin/a", "||", "exit", "1")
    assert said == ["2-3 advice: `||` is an argument of /bin/a here, as no shell is run"]


# --- track_file -------------------------------------------------------------------------------------------------------


def file(*body: str) -> tuple[TrackFile | None, list[str]]:
    text = TrackerText("\n".join(("track_file x {", *body, "}")))
    placed = text.trackers.files
    return placed[0].value if placed else None, text.said


def test_a_file() -> None:
    assert file("file /run/n") == (TrackFile(name="x", file="/run/n"), [])


def test_a_file_with_everything() -> None:
    found, said = file('file "/run/a b"', "weight 254 reverse", "init_file 3 overwrite")
    assert said == []
    assert found == TrackFile(
        name="x",
        file="/run/a b",
        weight=Weight(254, reverse=True),
        init_file=InitFile(value=3, overwrite=True),
    )


def test_the_old_spelling_of_track_file() -> None:
    text = TrackerText("vrrp_track_file x {\nfile /run/n\n}")
    assert [placed.value.file for placed in text.trackers.files] == ["/run/n"]
    assert text.said == []


def test_of_a_file_the_first_values_count() -> None:
    found, said = file("file /run/n", "file /run/m", "weight 5", "weight 6")
    assert found == TrackFile(name="x", file="/run/n", weight=Weight(5))
    assert said == ["3 warning: `file` is given already", "5 warning: `weight` is given already"]


def test_a_weight_may_follow_the_default_one() -> None:
    assert file("file /run/n", "weight 1", "weight 6") == (TrackFile(name="x", file="/run/n", weight=Weight(6)), [])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (["weight 3"], "1-3 error: track_file x has no file"),
        (["file /none/n"], "2-3 error: there is no directory /none for /none/n"),
    ],
)
def test_a_file_that_cannot_be_watched(body: list[str], said: str) -> None:
    assert file(*body) == (None, [said])


def test_what_keepalived_would_not_do_with_a_file() -> None:
    assert file("file /n")[1] == ["2-3 warning: keepalived cannot watch a file in the root directory"]
    assert file("file /run", "init_file overwrite")[1][1:] == ["3-4 error: /run is a directory, and cannot be written"]


# --- vrrp_track_process -----------------------------------------------------------------------------------------------


def process(*body: str) -> tuple[TrackProcess | None, list[str]]:
    text = TrackerText("\n".join(("vrrp_track_process x {", *body, "}")))
    placed = text.trackers.processes
    return placed[0].value if placed else None, text.said


def test_a_process() -> None:
    assert process("process nginx") == (TrackProcess(name="x", process=("nginx",)), [])


def test_a_process_with_everything() -> None:
    found, said = process(
        "process nginx -g x", "param_match initial", "weight 254 reverse", "quorum 2", "quorum_max 4",
        "terminate_delay 0.5", "fork_delay 2", "full_command",
    )  # fmt: skip
    assert said == []
    assert found == TrackProcess(
        name="x",
        process=("nginx", "-g", "x"),
        param_match=ParamMatch.INITIAL,
        full_command=True,
        weight=Weight(254, reverse=True),
        quorum=2,
        quorum_max=4,
        fork_delay=2.0,
        terminate_delay=0.5,
    )


def test_parameters_are_compared_exactly_and_with_the_command_line() -> None:
    found, _ = process("process nginx -g")
    assert found is not None
    assert (found.param_match, found.full_command) == (ParamMatch.EXACT, True)


@pytest.mark.parametrize(
    ("body", "delays"),
    [
        (["delay 3"], (3.0, 3.0)),
        (["delay 3", "fork_delay 1"], (1.0, 3.0)),
        (["fork_delay 1", "delay 3"], (3.0, 3.0)),
        (["terminate_delay 1"], (0.0, 1.0)),
    ],
)
def test_of_delays_the_later_one_counts(body: list[str], delays: tuple[float, float]) -> None:
    found, _ = process("process nginx", *body)
    assert found is not None
    assert (found.fork_delay, found.terminate_delay) == delays


@pytest.mark.parametrize(
    ("body", "quorums", "said"),
    [
        (["quorum_max 3"], (1, 3), []),
        (["quorum_max 0"], (0, 0), []),
        (["quorum 3", "quorum_max 3"], (3, 3), []),
        (["quorum 5", "quorum_max 3"], (5, None), ["4 warning: a quorum of 5 is more than a quorum_max of 3"]),
        (["quorum_max 3", "quorum 5"], (1, 3), ["4 warning: a quorum of 5 is more than a quorum_max of 3"]),
    ],
)
def test_quorums(body: list[str], quorums: tuple[int, int | None], said: list[str]) -> None:
    found, heard = process("process nginx", *body)
    assert found is not None
    assert ((found.quorum, found.quorum_max), heard) == (quorums, said)


def test_a_process_that_is_not_named() -> None:
    assert process("quorum 2") == (None, ["1-3 error: vrrp_track_process x names no process"])


# --- bfd_instance -----------------------------------------------------------------------------------------------------


def bfd(*body: str, name: str = "x") -> tuple[BfdInstance | None, list[str]]:
    text = TrackerText("\n".join((f"bfd_instance {name} {{", *body, "}")))
    placed = text.trackers.bfds
    return placed[0].value if placed else None, text.said


def test_a_session() -> None:
    assert bfd("neighbor_ip 10.0.0.2") == (BfdInstance(name="x", neighbor_ip="10.0.0.2", ttl=255), [])
    assert bfd("neighbour_ip fe80::2") == (BfdInstance(name="x", neighbor_ip="fe80::2", ttl=64), [])


def test_a_session_with_everything() -> None:
    found, said = bfd(
        "neighbor_ip 10.0.0.2", "source_ip 10.0.0.1", "min_rx 20", "min_tx 30.5", "idle_tx 2000", "multiplier 3",
        "passive", "hoplimit 9", "max_hops 8", "multihop", "weight -5 reverse", "vrrp",
    )  # fmt: skip
    assert said == []
    assert found == BfdInstance(
        name="x",
        neighbor_ip="10.0.0.2",
        source_ip="10.0.0.1",
        min_rx=20.0,
        min_tx=30.5,
        idle_tx=2000.0,
        multiplier=3,
        passive=True,
        ttl=9,
        max_hops=8,
        multihop=True,
        weight=Weight(-5, reverse=True),
        vrrp=True,
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (["passive"], "1-3 error: bfd_instance x has no neighbor_ip"),
        (["neighbor_ip 10.0.0"], "2 error: `neighbor_ip` must be an IP address"),
        (
            ["neighbor_ip 10.0.0.2", "source_ip ::1"],
            "3-4 error: the neighbor of x has an IPv4 address, and its source_ip is of the other kind",
        ),
    ],
)
def test_a_session_that_cannot_be(body: list[str], said: str) -> None:
    assert bfd(*body) == (None, [said])


def test_the_name_of_a_session_is_short() -> None:
    assert bfd("neighbor_ip 10.0.0.2", name="x" * 31)[1] == []
    assert bfd("neighbor_ip 10.0.0.2", name="x" * 32) == (
        None,
        ["1 error: the name of a bfd_instance has at most 31 characters"],
    )


def test_more_hops_than_the_ttl() -> None:
    found, said = bfd("neighbor_ip 10.0.0.2", "ttl 3", "max_hops 9")
    assert found == BfdInstance(name="x", neighbor_ip="10.0.0.2", ttl=3, max_hops=3)
    assert said == ["4-5 warning: max_hops 9 is more than the TTL of 3"]


def test_two_sessions_of_one_neighbor() -> None:
    text = TrackerText("""
        bfd_instance a {
            neighbor_ip 10.0.0.2
        }
        bfd_instance b {
            neighbor_ip 10.0.0.2
        }
        bfd_instance c {
            neighbor_ip 10.0.0.2
            multihop
        }
    """)
    assert [placed.value.name for placed in text.trackers.bfds] == ["a", "c"]
    assert text.said == ["5-6 error: a has the same neighbor and source already"]


# --- names ------------------------------------------------------------------------------------------------------------

DEFINED = """\
vrrp_script s {
    script /bin/a
    weight -15 reverse
}
track_file f {
    file /run/n
}
vrrp_track_process p {
    process nginx
}
bfd_instance b {
    neighbor_ip 10.0.0.2
    weight 4
}
"""
LINES = DEFINED.count("\n")


def instance(*body: str, defined: str = DEFINED) -> TrackerText:
    return TrackerText(defined + "\n".join(("vrrp_instance VI {", *body, "}")))


def test_weights_come_from_the_definition_if_the_line_has_none() -> None:
    text = instance(
        "track_script {", "s", "}", "track_file {", "f", "}", "track_process {", "p", "}", "track_bfd {", "b", "}",
        "track_interface {", "eth1", "}",
    )  # fmt: skip
    assert text.tracked() == Tracked(
        scripts=(TrackedScript(name="s", weight=-15, reverse=True),),
        interfaces=(TrackedInterface(name="eth1"),),
        files=(TrackedFile(name="f", weight=1),),
        processes=(TrackedProcess(name="p"),),
        bfds=(TrackedBfd(name="b", weight=4),),
    )
    assert text.said == []


def test_weights_of_the_line() -> None:
    text = instance("track_script {", "s weight 3", "}", "track_bfd {", "b weight 0 reverse", "}")
    assert text.tracked() == Tracked(
        scripts=(TrackedScript(name="s", weight=3, reverse=True),), bfds=(TrackedBfd(name="b", reverse=True),)
    )


def test_a_line_can_take_reverse_away() -> None:
    text = instance("track_script {", "s weight 3 noreverse", "}")
    assert text.tracked().scripts == (TrackedScript(name="s", weight=3),)


def test_names_that_nothing_defines() -> None:
    text = instance(
        "track_script {", "t", "}", "track_file {", "none", "}", "track_interface {", "eth9", "}", defined=DEFINED
    )
    assert text.tracked() == Tracked()
    assert text.said == [
        f"{LINES + 3} error: there is no vrrp_script `t`",
        f"{LINES + 6} error: there is no track_file `none`",
        f"{LINES + 9} error: there is no interface eth9",
    ]


def test_a_misspelt_name() -> None:
    text = instance("track_script {", "chk_nginy", "}", defined="vrrp_script chk_nginx {\nscript /bin/a\n}\n")
    text.tracked()
    assert text.report.diagnostics()[0].hint == "did you mean `chk_nginx`?"


def test_what_is_defined_further_down_is_not_there_yet() -> None:
    text = TrackerText("""
        vrrp_instance VI {
            track_script {
                s
            }
        }
        vrrp_script s {
            script /bin/a
        }
    """)
    assert text.tracked() == Tracked()
    assert text.said == ["3 error: vrrp_script s is not defined before it is tracked"]
    assert text.report.diagnostics()[0].hint == "it is not tracked; move its block (line 6) above this one"


def test_a_name_counts_once() -> None:
    text = instance("track_script {", "s weight 1", "s weight 2", "}", "track_interface {", "eth1", "eth1", "}")
    assert text.tracked() == Tracked(
        scripts=(TrackedScript(name="s", weight=1, reverse=True),), interfaces=(TrackedInterface(name="eth1"),)
    )
    assert text.said == [
        f"{LINES + 4} warning: s is tracked already",
        f"{LINES + 8} warning: eth1 is tracked already",
    ]


def test_the_own_interface_is_left_out() -> None:
    text = instance("track_interface {", "eth0 weight 5", "eth1", "}")
    assert text.tracked("eth0").interfaces == (TrackedInterface(name="eth1"),)
    assert text.said == [f"{LINES + 3} warning: eth0 is the instance's own interface"]


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        (["script /bin/missing"], "note: vrrp_script x cannot be run"),
        (["script /bin/a", "user nobody"], "error: vrrp_script x is left out"),
        (["interval 2"], "error: vrrp_script x is left out"),
    ],
)
def test_scripts_that_are_not_run_are_not_tracked(definition: list[str], said: str) -> None:
    text = instance("track_script {", "x", "}", defined="\n".join(("vrrp_script x {", *definition, "}\n")))
    assert text.tracked() == Tracked()
    assert text.said[-1] == f"{len(definition) + 5} {said}"


def test_a_session_that_is_for_real_servers_only() -> None:
    text = instance("track_bfd {", "b", "}", defined="bfd_instance b {\nneighbor_ip 10.0.0.2\nchecker\n}\n")
    assert text.tracked() == Tracked()
    assert [placed.value.checker for placed in text.trackers.bfds] == [True]
    assert text.said == ["7 error: bfd_instance b is only for real servers"]


def test_of_two_definitions_the_first_is_used() -> None:
    text = TrackerText("vrrp_script s {\nscript /bin/a\n}\nvrrp_script s {\nscript /bin/b\n}\n")
    assert [placed.value.program.argv for placed in text.trackers.scripts] == [("/bin/a",)]
    assert text.said == ["4 note: vrrp_script s is already defined"]


def test_what_nothing_tracks() -> None:
    text = instance("track_script {", "s", "}")
    text.tracked()
    text.trackers.advise_of_unused()
    assert text.said == ["8 advice: nothing tracks vrrp_track_process p"]


# --- weights that cannot count ----------------------------------------------------------------------------------------

WEIGHTED = Tracked(
    scripts=(TrackedScript(name="a", weight=3), TrackedScript(name="b", weight=0)),
    interfaces=(TrackedInterface(name="eth1", weight=4, reverse=True),),
    files=(TrackedFile(name="f"), TrackedFile(name="g", weight=2)),
    processes=(TrackedProcess(name="p", weight=5),),
    bfds=(TrackedBfd(name="s", weight=6),),
)


def test_weights_of_an_address_owner() -> None:
    text = instance("priority 255")
    section = text.top.sections("vrrp_instance")[0]
    assert without_weights(WEIGHTED, section, "priority 255", text.report, owner=True) == Tracked(
        scripts=(TrackedScript(name="b", weight=0),),
        files=(TrackedFile(name="f", weight=0),),
        processes=(TrackedProcess(name="p", weight=5),),
    )
    assert [said.partition(": ")[2] for said in text.said] == [
        f"the weight of {name} does not go with priority 255" for name in ("a", "eth1", "f", "g", "s")
    ]


def test_weights_of_a_member_of_a_sync_group() -> None:
    text = TrackerText("""
        vrrp_script s {
            script /bin/a
        }
        vrrp_sync_group G {
            group {
                VI
            }
        }
        vrrp_instance VI {
            track_script {
                s weight 5
            }
            track_interface {
                eth1 weight 5 reverse
            }
        }
    """)
    assert text.tracked() == Tracked(interfaces=(TrackedInterface(name="eth1", reverse=True),))
    assert text.said == [
        "11 warning: the weight of s does not go with vrrp_sync_group G",
        "14 warning: the weight of eth1 does not go with vrrp_sync_group G",
    ]


def test_a_sync_group_can_let_weights_be() -> None:
    text = TrackerText("""
        vrrp_script s {
            script /bin/a
        }
        vrrp_sync_group G {
            group {
                VI
            }
            sync_group_tracking_weight
        }
        vrrp_instance VI {
            track_script {
                s weight 5
            }
        }
    """)
    assert text.tracked().scripts == (TrackedScript(name="s", weight=5),)
    assert text.said == []


@pytest.mark.parametrize(
    ("priority", "weights", "idle"),
    [
        (254, [10], ["s0"]),
        (250, [10], []),
        (100, [-10], []),
        (1, [-10], ["s0"]),
        (200, [60, 60], []),
        (254, [10, 20], ["s0", "s1"]),
        (254, [10, -20], []),
        (100, [0], []),
    ],
)
def test_weights_that_never_make_a_difference(priority: int, weights: list[int], idle: list[str]) -> None:
    text = instance("priority 1")
    scripts = tuple(TrackedScript(name=f"s{number}", weight=weight) for number, weight in enumerate(weights))
    advise(Tracked(scripts=scripts), priority, text.top.sections("vrrp_instance")[0], text.report)
    assert [said.partition("weight of ")[2].split()[0] for said in text.said] == idle


def test_no_advice_where_a_file_decides() -> None:
    text = instance("priority 1")
    tracked = Tracked(scripts=(TrackedScript(name="s", weight=10),), files=(TrackedFile(name="f"),))
    advise(tracked, 254, text.top.sections("vrrp_instance")[0], text.report)
    assert text.said == []
