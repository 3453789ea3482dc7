"""From a command in the file to a Program that may be run, or to the reason why not ("Scripts" in keepalived.conf(5)).

Scripts run as the user they name, else as `script_user`, else as `keepalived_script` if that user exists, else as root,
which enable_script_security forbids. What cannot be run is left out with a diagnostic, as keepalived leaves it out, and
what depends on it is not tracked. keepalived does not complain of everything that it leaves out: ScriptKind says of
what it does. alived says it all the same, as a note.
"""

import re
from enum import Enum, auto

from alived.ipc.model.common import Account, Program
from alived.supervisor.config.diagnostics import Code, Place, Report, Severity
from alived.supervisor.config.forms.programs import Script
from alived.supervisor.config.inspection import Identity, Inspection
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.sections import Section

DEFAULT_USER = "keepalived_script"
ROOT = Identity(0, 0)

_FOR_THE_SHELL = re.compile(r"<[ \t]*/")
"""The begin of a script that only opens a file, as `</dev/tcp/127.0.0.1/80`; keepalived gives it to a shell."""


class ScriptKind(Enum):
    """What a script is for."""

    TRACK = auto()
    """A vrrp_script: keepalived complains of all that keeps it from running, unless it is just not executable."""
    CHECK = auto()
    """MISC_CHECK, startup_script, shutdown_script: keepalived complains of a user that does not exist."""
    NOTIFY = auto()
    """All others: keepalived leaves them out without a word."""


class Programs:
    """Resolves the scripts of one configuration."""

    def __init__(
        self,
        machine: Machine,
        report: Report,
        *,
        security: bool = False,
        supplementary: bool = False,
        needed: frozenset[ScriptKind] = frozenset(ScriptKind),
    ) -> None:
        """`needed`: kinds that something depends on; of others keepalived says nothing but that there is no user."""
        self._needed = needed
        self._machine = machine
        self._report = report
        self._security = security
        self._supplementary = supplementary
        self._default = machine.user(DEFAULT_USER) or (None if security else ROOT)
        self._default_groups = supplementary
        self._default_name = DEFAULT_USER

    def run_as(self, account: Account, place: Place) -> None:
        """`script_user`, of which the last counts: the account of scripts that name none; unknown: they have none."""
        self._default = self._identity(account, place, Severity.ERROR, "scripts that name no user are not run")
        self._default_groups = self._wants_groups(account)
        self._default_name = account.user

    def owner(self, account: Account | None, place: Place, what: str) -> Identity | None:
        """Whom something belongs to that is made for scripts; None, and a diagnostic, where there is no such user."""
        if account is None:
            return self._default_identity(what, place, ScriptKind.NOTIFY)
        return self._identity(account, place, Severity.NOTE, f"{what} is not used")

    def knows(self, account: Account | None) -> bool:
        """Whether there is the user, and the group, to run scripts as that say this; None: that say nothing."""
        if account is None:
            return self._default is not None
        group = account.group.removeprefix(":")
        return self._machine.user(account.user) is not None and (not group or self._machine.group(group) is not None)

    def resolve(
        self,
        script: Script,
        account: Account | None,
        place: Place,
        account_place: Place,
        kind: ScriptKind = ScriptKind.NOTIFY,
    ) -> Program | None:
        """The program for a script; None, and a diagnostic, when it will not be run."""
        name = script.argv[0]
        if account is None:
            identity, with_groups = self._default_identity(name, place, kind), self._default_groups
        else:
            severity = Severity.NOTE if kind is ScriptKind.NOTIFY else Severity.ERROR
            identity = self._identity(account, account_place, severity, f"{name} is not run")
            with_groups = self._wants_groups(account)
        if identity is None:
            return None
        groups = self._machine.groups(identity.uid) if with_groups else ()
        if _FOR_THE_SHELL.match(name):
            return Program(argv=("/bin/sh", "-c", " ".join(script.argv)), uid=identity.uid, gid=identity.gid)
        found = self._machine.program(name, identity)
        if found.path and kind in self._needed:
            self._warn_without_security(place)
        if not self._runs(name, found, place, kind):
            return None
        return Program(argv=(found.path, *script.argv[1:]), uid=identity.uid, gid=identity.gid, groups=groups)

    def _runs(self, name: str, found: Inspection, place: Place, kind: ScriptKind) -> bool:
        """Whether a program is run that was found, or not found, so."""
        severity = Severity.WARNING if kind is ScriptKind.TRACK and kind in self._needed else Severity.NOTE
        consequence = "it is not run" + (
            ", and nothing that depends on it is tracked" if kind is ScriptKind.TRACK else ""
        )
        if found.trouble:
            severity = Severity.NOTE if found.path else severity
            self._report.add(severity, Code.NO_PROGRAM, f"{name} cannot be run: {found.trouble}", place, consequence)
            return False
        if found.weakness and self._security:
            weak = found.weakness
            message = f"{found.path} would run as root, but others than root can change {weak.component}: {weak.why}"
            hint = f"{consequence}; `{weak.fix}`, or give the script another user"
            self._report.add(severity, Code.INSECURE_SCRIPT, message, place, hint)
            return False
        if found.link:
            message = f"{found.link} is a symbolic link; keepalived 2.4 runs no program of root's through one"
            hint = "alived runs it; write the path that the link leads to, and both do"
            self._report.add(severity, Code.INSECURE_SCRIPT, message, place, hint)
        return True

    def _warn_without_security(self, place: Place) -> None:
        if not self._security and self._report.first("script security"):
            self._report.warning(
                Code.SCRIPT_SECURITY,
                "scripts are run without enable_script_security",
                place,
                "add it to global_defs: then no script that others can change is run as root",
            )

    # --- whom they run as ---------------------------------------------------------------------------------------------

    def _default_identity(self, what: str, place: Place, kind: ScriptKind) -> Identity | None:
        if self._default is None:
            missing = self._default_name == DEFAULT_USER and self._report.first("no default user")
            severity = Severity.ERROR if missing or kind is not ScriptKind.NOTIFY else Severity.NOTE
            message = f"there is no user `{self._default_name}` to run {what} as"
            hint = "it is not run; make that user, or name another one with script_user"
            self._report.add(severity, Code.UNKNOWN_USER, message, place, hint)
        return self._default

    def _wants_groups(self, account: Account) -> bool:
        return self._supplementary or account.group.startswith(":")

    def _identity(self, account: Account, place: Place, severity: Severity, consequence: str) -> Identity | None:
        user = self._machine.user(account.user)
        if user is None:
            message = f"there is no user `{account.user}`"
            self._report.add(severity, Code.UNKNOWN_USER, message, place, consequence)
            return None
        name = account.group.removeprefix(":")
        if not name:
            return user
        gid = self._machine.group(name)
        if gid is None:
            self._report.add(severity, Code.UNKNOWN_USER, f"there is no group `{name}`", place, consequence)
            return None
        return Identity(user.uid, gid)


def programs_of(top: Section, settings: Section, machine: Machine, report: Report) -> Programs:
    """How scripts are run by what global_defs says. Scripts of VRRP do not matter in a file without any instance."""
    instances, servers = top.sections("vrrp_instance"), top.sections("virtual_server")
    needed = {
        ScriptKind.CHECK: True,
        ScriptKind.TRACK: bool(instances),
        ScriptKind.NOTIFY: bool(instances or servers),
    }
    programs = Programs(
        machine,
        report,
        security=settings.get("enable_script_security", bool),
        supplementary=settings.get("set_supplementary_groups", bool),
        needed=frozenset(kind for kind, is_needed in needed.items() if is_needed),
    )
    for entry in settings.given("script_user"):
        programs.run_as(entry.value, entry.place(0))
    return programs
