"""Whom scripts run as, which are not run, and how much is said of it."""

from collections.abc import Callable

import pytest

from alived.ipc.model.common import Account, Program
from alived.supervisor.config.diagnostics import Code, Place, Report, Severity
from alived.supervisor.config.forms.programs import Script
from alived.supervisor.config.inspection import Identity
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.programs import ScriptKind, programs_of
from tests.supervisor.config.texts import top_of

SCRIPT, USER = Place("keepalived.conf", 7), Place("keepalived.conf", 8)
TRACK, CHECK, NOTIFY = ScriptKind.TRACK, ScriptKind.CHECK, ScriptKind.NOTIFY
SECURE = "enable_script_security\nscript_user root"

Said = list[tuple[Severity, Code, int]]
Run = Callable[..., tuple[Program | None, Report]]


@pytest.fixture
def run(machine: Machine) -> Run:
    """A script under some global_defs: what would run, and what is said."""

    def resolve(
        settings: str = "",
        command: str = "/bin/true",
        account: Account | None = None,
        kind: ScriptKind = TRACK,
        blocks: str = "vrrp_instance I {\n}\n",
    ) -> tuple[Program | None, Report]:
        report = Report()
        top = top_of(f"global_defs {{\n{settings}\n}}\n{blocks}", report)
        programs = programs_of(top, top.merged("global_defs"), machine, report)
        script = Script(tuple(command.split()))
        return programs.resolve(script, account, SCRIPT, USER, kind), report

    return resolve


def said(report: Report) -> Said:
    return [(found.severity, found.code, found.place.line) for found in report.diagnostics()]


def as_(uid: int, gid: int, *argv: str, groups: tuple[int, ...] = ()) -> Program:
    return Program(argv=argv or ("/bin/true",), uid=uid, gid=gid, groups=groups)


# --- whom they run as -------------------------------------------------------------------------------------------------


def test_root_when_nothing_else_is_said(run: Run) -> None:
    program, _ = run()
    assert program == as_(0, 0)


def test_keepalived_script_if_that_user_exists(run: Run, users: dict[str, Identity]) -> None:
    users["keepalived_script"] = Identity(7, 8)
    assert run()[0] == run("enable_script_security")[0] == as_(7, 8)


def test_with_security_nothing_runs_as_root_unless_that_is_said(run: Run) -> None:
    program, report = run("enable_script_security")
    assert program is None
    assert said(report) == [(Severity.ERROR, Code.UNKNOWN_USER, 7)]
    assert run(SECURE)[0] == as_(0, 0)


def test_script_user(run: Run) -> None:
    assert run("script_user bob")[0] == as_(1000, 1001)
    assert run("script_user bob bin")[0] == as_(1000, 2)
    assert run("script_user bob", account=Account("root"))[0] == as_(0, 0)


@pytest.mark.parametrize(
    ("settings", "account", "gid"),
    [
        ("", Account("bob", ":"), 1001),
        ("", Account("bob", ":bin"), 2),
        ("script_user bob :bin", None, 2),
        ("set_supplementary_groups", Account("bob"), 1001),
    ],
)
def test_supplementary_groups(run: Run, settings: str, account: Account | None, gid: int) -> None:
    assert run(settings, account=account)[0] == as_(1000, gid, groups=(1001, 1002))


@pytest.mark.parametrize("account", ["mallory", "bob mallets"])
def test_an_unknown_script_user_is_not_replaced_by_root(run: Run, account: str) -> None:
    program, report = run(f"script_user {account}")
    assert program is None
    assert said(report) == [(Severity.ERROR, Code.UNKNOWN_USER, 2), (Severity.ERROR, Code.UNKNOWN_USER, 7)]


def test_each_unknown_script_user_is_complained_of_and_the_last_one_counts(run: Run) -> None:
    program, report = run("script_user mallory\nscript_user root nobodies\nscript_user bob")
    assert program == as_(1000, 1001)
    assert said(report)[:2] == [(Severity.ERROR, Code.UNKNOWN_USER, 2), (Severity.ERROR, Code.UNKNOWN_USER, 3)]


@pytest.mark.parametrize(
    ("kind", "severity"), [(TRACK, Severity.ERROR), (CHECK, Severity.ERROR), (NOTIFY, Severity.NOTE)]
)
def test_of_an_unknown_user_keepalived_complains_unless_it_is_for_a_notification(
    run: Run, kind: ScriptKind, severity: Severity
) -> None:
    for account in (Account("mallory"), Account("bob", ":mallets")):
        program, report = run(SECURE, account=account, kind=kind)
        assert program is None
        assert said(report) == [(severity, Code.UNKNOWN_USER, 8)]


def test_that_the_default_user_is_missing_is_a_complaint_once_whatever_the_script_is_for(machine: Machine) -> None:
    report = Report()
    top = top_of("global_defs {\nenable_script_security\n}", report)
    programs = programs_of(top, top.merged("global_defs"), machine, report)
    for _ in range(2):
        assert programs.resolve(Script(("/bin/a",)), None, SCRIPT, USER, NOTIFY) is None
    assert programs.owner(None, SCRIPT, "/run/fifo") is None
    assert [found.severity for found in report.diagnostics()] == [Severity.ERROR, Severity.NOTE, Severity.NOTE]


# --- what is not run --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "severity"), [(TRACK, Severity.WARNING), (CHECK, Severity.NOTE), (NOTIFY, Severity.NOTE)]
)
def test_a_program_that_does_not_exist(run: Run, kind: ScriptKind, severity: Severity) -> None:
    program, report = run(command="/bin/missing", kind=kind)
    assert program is None
    assert said(report) == [(severity, Code.NO_PROGRAM, 7)]


def test_a_program_that_is_not_executable_counts_as_a_script_all_the_same(run: Run) -> None:
    program, report = run(command="/etc/passwd")
    assert program is None
    assert said(report) == [(Severity.WARNING, Code.SCRIPT_SECURITY, 7), (Severity.NOTE, Code.NO_PROGRAM, 7)]


def test_a_program_in_path(run: Run) -> None:
    assert run(command="true -x")[0] == as_(0, 0, "/usr/bin/true", "-x")


def test_a_script_that_only_opens_a_file_is_given_to_a_shell(run: Run) -> None:
    program, report = run(command="</dev/tcp/127.0.0.1/80")
    assert program == as_(0, 0, "/bin/sh", "-c", "</dev/tcp/127.0.0.1/80")
    assert said(report) == []


@pytest.mark.parametrize(("kind", "severity"), [(TRACK, Severity.WARNING), (NOTIFY, Severity.NOTE)])
def test_with_security_a_script_that_others_can_change_is_not_run_as_root(
    run: Run, writable: dict[str, str], kind: ScriptKind, severity: Severity
) -> None:
    writable["/opt/x/check"] = "/opt/x"
    program, report = run(SECURE, "/opt/x/check", kind=kind)
    assert program is None
    (found,) = report.diagnostics()
    assert (found.severity, found.code) == (severity, Code.INSECURE_SCRIPT)
    assert found.message == (
        "/opt/x/check would run as root, but others than root can change /opt/x: everybody may write to it"
    )
    assert "`chmod o-w /opt/x`, or give the script another user" in found.hint
    assert run(SECURE, "/opt/x/check", Account("bob"))[0] == as_(1000, 1001, "/opt/x/check")


def test_without_security_it_is_run_and_there_is_one_warning_for_all(
    machine: Machine, writable: dict[str, str]
) -> None:
    writable["/opt/x/check"] = "/opt/x"
    report = Report()
    top = top_of("vrrp_instance I {\n}\n", report)
    programs = programs_of(top, top.merged("global_defs"), machine, report)
    for _ in range(2):
        assert programs.resolve(Script(("/opt/x/check",)), None, SCRIPT, USER, TRACK) == as_(0, 0, "/opt/x/check")
    assert said(report) == [(Severity.WARNING, Code.SCRIPT_SECURITY, 7)]


def test_a_directory_that_is_a_link_is_a_complaint_and_the_script_runs(run: Run) -> None:
    program, report = run(SECURE, "/link/check")
    assert program == as_(0, 0, "/link/check")
    (found,) = report.diagnostics()
    assert (found.severity, found.code) == (Severity.WARNING, Code.INSECURE_SCRIPT)
    assert found.message == "/link is a symbolic link; keepalived 2.4 runs no program of root's through one"


def test_scripts_of_vrrp_do_not_matter_without_any_instance(run: Run) -> None:
    assert said(run(command="/bin/missing", blocks="")[1]) == [(Severity.NOTE, Code.NO_PROGRAM, 7)]
    assert said(run(blocks="")[1]) == said(run(kind=NOTIFY, blocks="")[1]) == []
    assert said(run(kind=CHECK, blocks="")[1]) == [(Severity.WARNING, Code.SCRIPT_SECURITY, 7)]
    servers = "virtual_server 192.0.2.1 80 {\n}\n"
    assert said(run(kind=NOTIFY, blocks=servers)[1]) == [(Severity.WARNING, Code.SCRIPT_SECURITY, 7)]
