"""The command line: every option of keepalived(8), and `--runtime-dir`. What does not live here: what options do.

Options that alived accepts and does not act on yet stand in one table, so that a unit file written for keepalived
works as it is; using one is worth a warning, not an error.
"""

import argparse
import logging.handlers
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from alived.ipc.paths import DEFAULT_RUNTIME_DIR
from alived.ipc.record import record

DEFAULT_CONFIG = Path("/etc/keepalived/keepalived.conf")

SIGNALS: dict[str, int] = {
    "STOP": signal.SIGTERM,
    "RELOAD": signal.SIGHUP,
    "DATA": signal.SIGUSR1,
    "STATS": signal.SIGUSR2,
    "STATS_CLEAR": signal.SIGRTMAX - 1,
    "JSON": signal.SIGRTMIN + 2,
}
"""What `--signum` answers: the numbers that keepalived uses."""


class UsageError(Exception):
    """The command line is wrong; the text is one line for the user."""


@record(kw_only=True)
class Options:
    """What was asked for."""

    config_file: Path = DEFAULT_CONFIG
    runtime_dir: Path = DEFAULT_RUNTIME_DIR
    pid_file: Path = DEFAULT_RUNTIME_DIR / "alived.pid"
    dont_fork: bool = False
    """Stay in the foreground."""
    dont_release_vrrp: bool = False
    """Leave the virtual addresses where they are on stop."""
    dont_release_ipvs: bool = False
    """Leave the table of virtual servers as it is on stop."""
    log_console: bool = False
    log_detail: bool = False
    log_facility: int = logging.handlers.SysLogHandler.LOG_DAEMON
    """Syslog facility number."""
    no_syslog: bool = False
    config_test: bool = False
    """Judge the configuration and end."""
    config_test_log: Path | None = None
    """Where the verdict goes instead of standard error."""
    config_id: str = ""
    """Which lines that begin with `@` count; empty: those of this host's name."""
    strict: bool = False
    """Refuse a configuration that has errors, at a start and at a reload."""
    json: bool = False
    """The verdict as a JSON document on standard output."""
    dump_conf: bool = False
    """Print the configuration as understood and end."""
    show_secrets: bool = False
    """Passwords and keys too."""
    explain: str = ""
    """A keyword to be explained."""
    signum: str = ""
    version: bool = False
    help: bool = False
    without_effect: tuple[str, ...] = ()
    """Options that were given and that alived does not act on yet."""


_FLAG: dict[str, Any] = {"action": "store_true"}
_VALUE: dict[str, Any] = {"metavar": "VALUE"}
_OPTIONAL: dict[str, Any] = {"metavar": "VALUE", "nargs": "?", "const": ""}

_LATER: tuple[tuple[tuple[str, ...], dict[str, Any], str], ...] = (
    (("-P", "--vrrp"), _FLAG, "only run the vrrp worker"),
    (("-C", "--check"), _FLAG, "only run the checker and lvs workers"),
    (("-B", "--no_bfd"), _FLAG, "do not run the bfd worker"),
    (("--all",), _FLAG, "run all workers, even without anything configured for them"),
    (("-g", "--log-file"), _VALUE, "log to this file too"),
    (("--flush-log-file",), _FLAG, "flush the log file after each line"),
    (("-u", "--umask"), _VALUE, "umask for files that are made"),
    (("-X", "--release-vips"), _FLAG, "drop the addresses on a transition by signal"),
    (("-R", "--dont-respawn"), _FLAG, "do not start a worker again"),
    (("-r", "--vrrp_pid"), _VALUE, "pid file of the vrrp worker"),
    (("-c", "--checkers_pid"), _VALUE, "pid file of the checker worker"),
    (("-b", "--bfd_pid"), _VALUE, "pid file of the bfd worker"),
    (("-T", "--genhash"), _FLAG, "be genhash"),
    (("-a", "--address-monitoring"), _FLAG, "log all addresses that come and go"),
    (("-s", "--namespace"), _VALUE, "run in this network namespace"),
    (("-e", "--all-config"), _FLAG, "a configuration file that is missing is an error"),
    (("-x", "--snmp"), _FLAG, "run the SNMP subsystem"),
    (("-A", "--snmp-agent-socket"), _VALUE, "socket of the SNMP master agent"),
    (("-m", "--core-dump"), _FLAG, "leave a core dump"),
    (("-M", "--core-dump-pattern"), _OPTIONAL, "leave a core dump of this name"),
    (("--perf",), _OPTIONAL, "record performance data"),
    (("--no-mem-check",), _FLAG, "do not check memory"),
    (("--debug",), _OPTIONAL, "debugging output"),
)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message}; see alived --help")


def parser() -> argparse.ArgumentParser:
    """The parser, which also makes the help text."""
    made = _Parser(
        prog="alived",
        usage="alived [OPTION …] | alived explain KEYWORD",
        description="VRRP failover, health checks and load balancing from an unmodified keepalived.conf",
        add_help=False,
    )
    add = made.add_argument
    add(
        "-f",
        "--use-file",
        dest="config_file",
        type=Path,
        metavar="FILE",
        help=f"configuration (default {DEFAULT_CONFIG})",
    )
    add("--runtime-dir", type=Path, metavar="DIR", help=f"sockets and state (default {DEFAULT_RUNTIME_DIR})")
    add("-p", "--pid", dest="pid_file", type=Path, metavar="FILE", help="pid file (default alived.pid in the above)")
    add("-n", "--dont-fork", action="store_true", help="stay in the foreground")
    add("-V", "--dont-release-vrrp", action="store_true", help="leave the virtual addresses on stop")
    add("-I", "--dont-release-ipvs", action="store_true", help="leave the virtual servers on stop")
    add("-l", "--log-console", action="store_true", help="log to the console")
    add("-D", "--log-detail", action="store_true", help="log in detail")
    add(
        "-S",
        "--log-facility",
        type=_facility,
        metavar="FACILITY",
        help="syslog facility: 0-7, local0-local7, user, daemon",
    )
    add("-G", "--no-syslog", action="store_true", help="do not log to syslog")
    add("-t", "--config-test", nargs="?", const="", metavar="LOGFILE", help="judge the configuration and end")
    add("--json", action="store_true", help="with -t: the verdict as a JSON document on standard output")
    add("-i", "--config-id", metavar="ID", help="take the lines that begin with @ID (default: the host's name)")
    add("--strict", action="store_true", help="refuse a configuration with errors, instead of running what is valid")
    add("-d", "--dump-conf", action="store_true", help="print the configuration as understood and end")
    add("--show-secrets", action="store_true", help="with -d: passwords and keys too")
    add("--signum", choices=SIGNALS, metavar="NAME", help=f"print a signal's number: {', '.join(SIGNALS)}")
    add("-v", "--version", action="store_true", help="print the version")
    add("-h", "--help", action="store_true", help="print this")
    later = made.add_argument_group("options of keepalived's that have no effect yet")
    for names, kind, text in _LATER:
        later.add_argument(*names, help=text, **kind)
    return made


def parse(argv: Sequence[str]) -> Options:
    """The options of a command line, without the program's name. UsageError."""
    if argv[:1] == ["explain"]:
        if len(argv) != 2 or not argv[1]:
            raise UsageError("write: alived explain KEYWORD")
        return Options(explain=argv[1])
    given = vars(parser().parse_args(argv))
    for name in ("config_test", "core_dump_pattern", "perf", "debug"):
        if (
            given[name] and given[name] in argv
        ):  # as getopt(3) has it: an optional value is part of the option's own word
            raise UsageError(f"unexpected argument {given[name]}; see alived --help")
    later = {names[-1]: names[-1].lstrip("-").replace("-", "_") for names, _, _ in _LATER}
    runtime_dir = given["runtime_dir"] or DEFAULT_RUNTIME_DIR
    facility = given["log_facility"]
    return Options(
        config_file=given["config_file"] or DEFAULT_CONFIG,
        runtime_dir=runtime_dir,
        pid_file=given["pid_file"] or runtime_dir / "alived.pid",
        dont_fork=given["dont_fork"],
        dont_release_vrrp=given["dont_release_vrrp"],
        dont_release_ipvs=given["dont_release_ipvs"],
        log_console=given["log_console"],
        log_detail=given["log_detail"],
        log_facility=logging.handlers.SysLogHandler.LOG_DAEMON if facility is None else facility,
        no_syslog=given["no_syslog"],
        config_test=given["config_test"] is not None,
        config_test_log=Path(given["config_test"]) if given["config_test"] else None,
        config_id=given["config_id"] or "",
        strict=given["strict"],
        json=given["json"],
        dump_conf=given["dump_conf"],
        show_secrets=given["show_secrets"],
        signum=given["signum"] or "",
        version=given["version"],
        help=given["help"],
        without_effect=tuple(option for option, name in later.items() if given[name] not in (None, False)),
    )


def _facility(text: str) -> int:
    names = {"user": "user", "daemon": "daemon"} | {f"local{n}": f"local{n}" for n in range(8)}
    names |= {str(n): f"local{n}" for n in range(8)}
    if text.lower() not in names:
        raise argparse.ArgumentTypeError(f"there is no syslog facility {text}")
    return logging.handlers.SysLogHandler.facility_names[names[text.lower()]]
