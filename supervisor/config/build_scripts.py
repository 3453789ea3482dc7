"""Sections to vrrp_script objects (keepalived.conf(5), "VRRP script(s)")."""

from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.common import Account
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.fill import made
from alived.supervisor.config.forms.programs import Script
from alived.supervisor.config.programs import Programs, ScriptKind
from alived.supervisor.config.sections import Section

SHELL = frozenset({"|", "||", "&&", ";", ">", ">>", "<", "2>", "&>", "2>&1"})
"""Words that only a shell understands, and programs are run without one."""


def build_script(name: str, section: Section, programs: Programs, report: Report, *, needed: bool) -> VrrpScript | None:
    """The object of a vrrp_script; None, and a diagnostic: it will not be run.

    Not `needed`: no instance could track it, and keepalived does not look for the program then.
    """
    command = section.find("script", Script)
    if command is None:
        if "script" not in section.order:
            report.error(Code.MISSING, f"vrrp_script {name} has no script", section.whole, "it is left out")
        return None
    account, place = section.find("user", Account), section.to_end("script")
    kind = ScriptKind.TRACK if needed else ScriptKind.NOTIFY
    program = programs.resolve(command, account, place, section.where("user"), kind)
    if program is None:
        return None
    if word := next((word for word in command.argv[1:] if word in SHELL), None):
        message = f"`{word}` is an argument of {command.argv[0]} here, as no shell is run"
        report.advice(Code.NO_EFFECT, message, place, "write it into a script of its own, or run it with sh -c")
    return made(VrrpScript, section, {"vrrp_script": section}, name=name, program=program)
