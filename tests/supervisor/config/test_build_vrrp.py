"""Scripts, instances and notify programs: defaults, inheritance, and what is left out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alived.ipc.model import (
    Announcing,
    InstanceRole,
    Notify,
    Program,
    TrackedScript,
    VirtualAddress,
    VrrpInstance,
    VrrpScript,
)
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.load import Loaded

Judge = Callable[[str], Loaded]

PLAIN = VrrpInstance(
    name="VI",
    interface="eth0",
    virtual_router_id=1,
    addresses=(VirtualAddress(address="10.0.0.1", prefixlen=32, dev="eth0"),),
)


def instance(lines: str, before: str = "") -> str:
    return f"""
        {before}
        vrrp_instance VI {{
            interface eth0
            virtual_router_id 1
            virtual_ipaddress {{
                10.0.0.1
            }}
            {lines}
        }}
        """


def script(lines: str, tracked: str = "S") -> str:
    return instance(f"track_script {{\n{tracked}\n}}", f"vrrp_script S {{\n{lines}\n}}")


def codes(loaded: Loaded) -> list[Code]:
    return [found.code for found in loaded.diagnostics if found.code is not Code.SCRIPT_SECURITY]


# --- instances --------------------------------------------------------------------------------------------------------


def test_defaults_are_those_of_the_manual(judge: Judge) -> None:
    loaded = judge(instance(""))
    assert loaded.config.vrrp == (PLAIN,)
    assert loaded.config.checker == ()
    assert loaded.config.lvs == ()
    assert not loaded.diagnostics
    assert replace(PLAIN, role=InstanceRole.BACKUP, priority=100, advert_int=1.0, preempt_delay=0.0) == PLAIN


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ("state MASTER", {"role": InstanceRole.MASTER, "priority": 255}),
        ("state MASTER\npriority 20", {"role": InstanceRole.MASTER, "priority": 20}),
        ("state BACKUP\nnopreempt", {"nopreempt": True}),
        ("preempt_delay 4.5", {"preempt_delay": 4.5}),
        ("advert_int 3", {"advert_int": 3.0}),
        ("skip_check_adv_addr", {"skip_check_adv_addr": True}),
        ("mcast_dst_ip 224.0.0.99", {"mcast_group": "224.0.0.99"}),
        ("priority 7\npriority 8", {"priority": 8}),
        ("authentication {\nauth_pass don't\nauth_type PASS\n}", {"auth_pass": b"don't"}),
        ('authentication {\nauth_type PASS\nauth_pass "a\\b c"\n}', {"auth_pass": b"a\\b c"}),
        ("authentication {\nauth_type PASS\n}\nauthentication {\nauth_pass x\n}", {"auth_pass": b"x"}),
    ],
)
def test_keywords(lines: str, changes: dict[str, Any], judge: Judge) -> None:
    loaded = judge(instance(lines))
    assert loaded.config.vrrp == (replace(PLAIN, **changes),)
    assert not loaded.diagnostics


@pytest.mark.parametrize(
    ("lines", "changes", "code"),
    [
        ("state MASTER\nnopreempt\npriority 9", {"role": InstanceRole.MASTER, "priority": 9}, Code.CONFLICT),
        ("state MASTER\npreempt_delay 3\npriority 9", {"role": InstanceRole.MASTER, "priority": 9}, Code.CONFLICT),
        ("nopreempt\npreempt_delay 3", {"nopreempt": True}, Code.CONFLICT),
        ("state MASTER\npriority 0", {"role": InstanceRole.MASTER, "priority": 100}, Code.BAD_VALUE),
        ("advert_int 0.4", {"advert_int": 1.0}, Code.BAD_VALUE),
        ("advert_int 1.5", {"advert_int": 2.0}, Code.BAD_VALUE),
        ("advert_int 300", {}, Code.BAD_VALUE),
        ("priority 9\npriority x", {"priority": 100}, Code.BAD_VALUE),
        ("authentication {\nauth_type PASS\nauth_pass 123456789\n}", {"auth_pass": b"12345678"}, Code.BAD_VALUE),
        ("authentication {\nauth_type PASS\n}", {}, Code.MISSING),
        ("authentication {\nauth_pass x\n}", {}, Code.IGNORED),
        ("authentication {\nauth_type AH\nauth_pass x\n}", {}, Code.NOT_IMPLEMENTED),
        ("unicast_peer {\n10.0.0.9\n}", {}, Code.NOT_IMPLEMENTED),
    ],
)
def test_what_does_not_work_is_said_and_replaced(lines: str, changes: dict[str, Any], code: Code, judge: Judge) -> None:
    loaded = judge(instance(lines))
    assert loaded.config.vrrp == (replace(PLAIN, **changes),)
    assert codes(loaded) == [code]


def test_global_settings_hold_for_instances_that_say_nothing(judge: Judge) -> None:
    settings = """
        global_defs {
            vrrp_skip_check_adv_addr
            vrrp_mcast_group4 224.0.0.99
            vrrp_garp_master_delay 1
            vrrp_garp_master_repeat 2
        }
        global_defs {
            vrrp_garp_master_refresh 60
            vrrp_garp_master_refresh_repeat 3
            vrrp_garp_interval 0.01
        }
        """
    inherited = Announcing(
        master_delay=1.0,
        master_repeat=2,
        master_refresh=60.0,
        master_refresh_repeat=3,
        lower_prio_delay=1.0,
        lower_prio_repeat=2,
        interval=0.01,
    )
    expected = replace(PLAIN, skip_check_adv_addr=True, mcast_group="224.0.0.99", announcing=inherited)
    assert judge(instance("", settings)).config.vrrp == (expected,)
    own = judge(instance("skip_check_adv_addr off\ngarp_master_delay 9\ngarp_lower_prio_repeat 0", settings)).config
    assert own.vrrp == (
        replace(
            expected,
            skip_check_adv_addr=False,
            announcing=replace(inherited, master_delay=9.0, lower_prio_repeat=0),
        ),
    )


@pytest.mark.parametrize(
    "text",
    [
        "vrrp_instance VI {\ninterface eth0\n}",
        "vrrp_instance VI {\nvirtual_router_id 1\n}",
        "vrrp_instance {\ninterface eth0\nvirtual_router_id 1\n}",
    ],
)
def test_an_instance_that_cannot_run_is_left_out(text: str, judge: Judge) -> None:
    loaded = judge(text)
    assert loaded.config.vrrp == ()
    assert Code.MISSING in codes(loaded)


def test_a_definition_is_reported_once_and_is_no_wrong_value(judge: Judge) -> None:
    loaded = judge(instance("priority $PRIO\nadvert_int ${INT}\nvirtual_ipaddress {\n$VIP\n}"))
    assert codes(loaded) == [Code.NOT_IMPLEMENTED]
    assert loaded.config.vrrp == (PLAIN,)


# --- tracked scripts --------------------------------------------------------------------------------------------------

TRUE = VrrpScript(name="S", program=Program(argv=("/bin/true",), uid=0, gid=0))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("script /bin/true", TRUE),
        ("script /bin/true\ninterval 7", replace(TRUE, interval=7.0, timeout=7.0)),
        ("script /bin/true\ninterval 7\ntimeout 2", replace(TRUE, interval=7.0, timeout=2.0)),
        ("script /bin/true\nrise 2\nfall 3\ninit_fail", replace(TRUE, rise=2, fall=3, init_fail=True)),
        ("script true", replace(TRUE, program=Program(argv=("/usr/bin/true",), uid=0, gid=0))),
        (
            r'script "/bin/echo \"a b\" ' + r"'c d' e\tf\\g" + '"',
            replace(TRUE, program=Program(argv=("/bin/echo", "a b", "c d", "e", "fg"), uid=0, gid=0)),
        ),
        ("script '/bin/echo a'", replace(TRUE, program=Program(argv=("/bin/echo", "a"), uid=0, gid=0))),
        ("script /bin/true\nuser bob", replace(TRUE, program=Program(argv=("/bin/true",), uid=1000, gid=1001))),
        ("script /bin/true\nuser bob bin", replace(TRUE, program=Program(argv=("/bin/true",), uid=1000, gid=2))),
    ],
)
def test_scripts(lines: str, expected: VrrpScript, judge: Judge) -> None:
    loaded = judge(script(lines))
    assert loaded.config.checker == (expected,)
    assert loaded.config.vrrp[0].track_scripts == (TrackedScript(name="S", weight=0),)
    assert not codes(loaded)


@pytest.mark.parametrize(
    ("weight", "tracked", "expected"),
    [
        ("", "S", TrackedScript(name="S", weight=0)),
        ("weight -15", "S", TrackedScript(name="S", weight=-15)),
        ("weight 3 reverse", "S", TrackedScript(name="S", weight=3, reverse=True)),
        ("weight 3 reverse", "S weight 4", TrackedScript(name="S", weight=4)),
        ("weight 3 reverse", "S weight 4 no_reverse", TrackedScript(name="S", weight=4)),
        ("weight 3", "S weight 0 reverse", TrackedScript(name="S", weight=0, reverse=True)),
    ],
)
def test_weights(weight: str, tracked: str, expected: TrackedScript, judge: Judge) -> None:
    loaded = judge(script(f"script /bin/true\n{weight}", tracked))
    assert loaded.config.vrrp[0].track_scripts == (expected,)
    assert not codes(loaded)


@pytest.mark.parametrize(
    ("weight", "tracked", "expected", "code"),
    [
        ("weight 254", "S", TrackedScript(name="S", weight=0), Code.BAD_VALUE),
        ("weight 3 rev", "S", TrackedScript(name="S", weight=3), Code.BAD_VALUE),
        ("weight 3", "S weight 254", TrackedScript(name="S", weight=3), Code.BAD_VALUE),
        ("weight 3", "S weight 4 rev", TrackedScript(name="S", weight=4), Code.BAD_VALUE),
        ("weight 3", "S weight", TrackedScript(name="S", weight=3), Code.BAD_VALUE),
        ("weight 3", "S -5", TrackedScript(name="S", weight=3), Code.UNKNOWN_KEYWORD),
        ("weight 3", "S\nS weight 5", TrackedScript(name="S", weight=3), Code.DUPLICATE),
        ("weight 3", "S {\nx\n}\nS", TrackedScript(name="S", weight=3), Code.EXTRA_BRACE),
    ],
)
def test_weights_that_are_none(weight: str, tracked: str, expected: TrackedScript, code: Code, judge: Judge) -> None:
    loaded = judge(script(f"script /bin/true\n{weight}", tracked))
    assert loaded.config.vrrp[0].track_scripts == (expected,)
    assert codes(loaded) == [code]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ("", Code.MISSING),
        ('script ""', Code.BAD_VALUE),
        ("script 'a", Code.BAD_VALUE),
        ("script /bin/missing", Code.NO_PROGRAM),
        ("script nowhere", Code.NO_PROGRAM),
        ("script /bin/true\nuser nobody_here", Code.UNKNOWN_USER),
        ("script /bin/true\nuser bob nogroup_here", Code.UNKNOWN_USER),
    ],
)
def test_a_script_that_cannot_run_is_not_tracked_either(lines: str, code: Code, judge: Judge) -> None:
    loaded = judge(script(lines))
    assert loaded.config.checker == ()
    assert loaded.config.vrrp[0].track_scripts == ()
    assert code in codes(loaded)


def test_only_scripts_that_an_instance_tracks_are_run(judge: Judge) -> None:
    text = "vrrp_script A {\nscript /bin/true\n}\nvrrp_script A {\nscript /bin/false\n}\n"
    loaded = judge(text)
    assert loaded.config.checker == ()
    assert codes(loaded) == [Code.IGNORED, Code.DUPLICATE]


def test_a_script_may_stand_after_the_instance_that_tracks_it(judge: Judge) -> None:
    loaded = judge(instance("track_script {\nS\n}") + "\nvrrp_script S {\nscript /bin/true\n}\n")
    assert loaded.config.vrrp[0].track_scripts == (TrackedScript(name="S", weight=0),)


# --- notify programs --------------------------------------------------------------------------------------------------


def test_notify_programs(judge: Judge) -> None:
    lines = """
        priority 7
        notify_master "/bin/echo 'a  b'" bob
        notify_backup /bin/echo bob bin
        notify_fault /bin/missing
        notify_stop "/bin/true"
        notify /bin/true nobody_here
        """
    loaded = judge(instance(lines))
    assert loaded.config.checker == (
        Notify(
            instance="VI",
            master=Program(argv=("/bin/echo", "a  b"), uid=1000, gid=1001),
            backup=Program(argv=("/bin/echo",), uid=1000, gid=2),
            stop=Program(argv=("/bin/true",), uid=0, gid=0),
        ),
    )
    assert codes(loaded) == [Code.NO_PROGRAM, Code.UNKNOWN_USER]


def test_programs_of_an_instance_that_is_left_out_are_not_run(judge: Judge) -> None:
    text = instance("notify /bin/true") + instance("notify /bin/false")
    assert len(judge(text).config.checker) == 1
