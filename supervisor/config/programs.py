"""From a command in the file to a Program that may be run, or to the reason why not ("Scripts" in keepalived.conf(5)).

Scripts run as the user they name, else as `script_user`, else as `keepalived_script` if that user exists, else as root.
A program that does not exist or cannot be executed is left out with a warning, as keepalived does; what tracks it is
then not tracked.
"""

from alived.ipc.model import Program
from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.forms_program import Account, Script
from alived.supervisor.config.machine import Identity, Machine

DEFAULT_USER = "keepalived_script"
ROOT = Identity(0, 0)


class Programs:
    """Resolves the scripts of one configuration."""

    def __init__(self, machine: Machine, report: Report, *, security: bool) -> None:
        self._machine = machine
        self._report = report
        self._security = security
        self._default: Identity | None = machine.user(DEFAULT_USER) or ROOT

    def run_as(self, account: Account, place: Place) -> None:
        """`script_user`: the account of scripts that name none. An unknown one leaves them without any."""
        self._default = self._identity(account, place)

    def resolve(self, script: Script, account: Account | None, place: Place, account_place: Place) -> Program | None:
        """The program for a script; None, and a diagnostic, when it will not be run."""
        identity = self._identity(account, account_place) if account else self._default
        if identity is None:
            if account is None:
                self._report.error(
                    Code.UNKNOWN_USER,
                    f"there is no user to run {script.argv[0]} as",
                    place,
                    "see script_user; it is not run",
                )
            return None
        path = self._machine.program(script.argv[0])
        if path is None:
            self._report.warning(
                Code.NO_PROGRAM,
                f"{script.argv[0]} does not exist or is not executable",
                place,
                "it is not run, and nothing that depends on it is tracked",
            )
            return None
        if not self._secure(path, identity, place):
            return None
        return Program(argv=(path, *script.argv[1:]), uid=identity.uid, gid=identity.gid)

    def _secure(self, path: str, identity: Identity, place: Place) -> bool:
        """Script security: a program that runs as root and that others can change is not run, if that is asked for."""
        if not self._security:
            if self._report.first("script security"):
                self._report.warning(
                    Code.SCRIPT_SECURITY,
                    "scripts are run without enable_script_security",
                    place,
                    "add it to global_defs: then no script that others can change is run as root",
                )
            return True
        if identity.uid != ROOT.uid or (component := self._machine.writable_by_others(path)) is None:
            return True
        self._report.warning(
            Code.SCRIPT_SECURITY,
            f"{path} would run as root, but others than root can change {component}",
            place,
            f"it is not run; chown root:root {component} and chmod go-w {component}, or give the script another user",
        )
        return False

    def _identity(self, account: Account, place: Place) -> Identity | None:
        user = self._machine.user(account.user)
        if user is None:
            self._report.error(
                Code.UNKNOWN_USER,
                f"there is no user `{account.user}`",
                place,
                "scripts that would run as that user are not run",
            )
            return None
        if not account.group:
            return user
        gid = self._machine.group(account.group)
        if gid is None:
            self._report.error(
                Code.UNKNOWN_USER,
                f"there is no group `{account.group}`",
                place,
                "scripts that would run in it are not run",
            )
            return None
        return Identity(user.uid, gid)
