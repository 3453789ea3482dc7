"""Sections to vrrp_script objects, and to the notify programs of instances (keepalived.conf(5), VRRPD)."""

from dataclasses import dataclass

from alived.ipc.model import Notify, Program, VrrpInstance, VrrpScript
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.draft import Placed
from alived.supervisor.config.forms import Weight
from alived.supervisor.config.forms_program import Account, Script
from alived.supervisor.config.programs import Programs
from alived.supervisor.config.sections import Section, name_of


@dataclass(frozen=True, slots=True)
class Defined:
    """What is known of a vrrp_script that was defined."""

    weight: Weight
    runs: bool
    """False: it was left out, with a diagnostic."""


def build_scripts(
    top: Section, programs: Programs, report: Report
) -> tuple[list[Placed[VrrpScript]], dict[str, Defined]]:
    """All vrrp_scripts that can be run, and what is known of each that is defined."""
    scripts: list[Placed[VrrpScript]] = []
    defined: dict[str, Defined] = {}
    for section in top.sections("vrrp_script"):
        name = name_of(section, report)
        if name is None:
            continue
        if name in defined:
            report.error(
                Code.DUPLICATE, f"vrrp_script {name} is already defined", section.header[0].place, "the first is used"
            )
            continue
        script = _script(name, section, programs, report)
        defined[name] = Defined(section.get("weight", Weight), runs=script is not None)
        if script is not None:
            scripts.append(Placed(script, section))
    return scripts, defined


def _script(name: str, section: Section, programs: Programs, report: Report) -> VrrpScript | None:
    command = section.find("script", Script)
    if command is None:
        report.error(Code.MISSING, f"vrrp_script {name} has no script", section.place, "it is left out")
        return None
    user = section.find("user", Account)
    program = programs.resolve(command, user, section.where("script"), section.where("user"))
    if program is None:
        return None
    interval = section.get("interval", float)
    return VrrpScript(
        name=name,
        program=program,
        interval=interval,
        timeout=section.get("timeout", float, interval),
        fall=section.get("fall", int),
        rise=section.get("rise", int),
        init_fail=section.get("init_fail", bool),
    )


def build_notify(section: Section, instance: VrrpInstance, programs: Programs) -> tuple[Notify, ...]:
    """The programs that an instance runs on its changes: one object, or none."""

    def program(word: str) -> Program | None:
        script = section.find(word, Script)
        return programs.resolve(script, script.account, section.where(word), section.where(word)) if script else None

    notify = Notify(
        instance=instance.name,
        master=program("notify_master"),
        backup=program("notify_backup"),
        fault=program("notify_fault"),
        stop=program("notify_stop"),
        any_state=program("notify"),
    )
    return () if notify == Notify(instance=instance.name) else (notify,)
