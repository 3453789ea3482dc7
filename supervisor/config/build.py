"""Sections to a draft of the configuration: all objects of all blocks, not yet checked against each other."""

from alived.ipc.model import LvsBackend, LvsGlobals
from alived.supervisor.config.build_lvs import build_virtual_server
from alived.supervisor.config.build_scripts import build_notify, build_scripts
from alived.supervisor.config.build_vrrp import Instances
from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.draft import Draft, Placed
from alived.supervisor.config.forms_program import Account
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.programs import Programs
from alived.supervisor.config.sections import Section


def build(top: Section, machine: Machine, report: Report) -> Draft:
    """The draft of a whole file. What is not usable is left out with a diagnostic."""
    settings = top.merged("global_defs")
    programs = Programs(machine, report, security=settings.get("enable_script_security", bool))
    if account := settings.find("script_user", Account):
        programs.run_as(account, settings.where("script_user"))
    draft = Draft(
        router_id=settings.get("router_id", str),
        lvs_globals=LvsGlobals(backend=settings.get("alived_lvs_backend", LvsBackend)),
    )
    draft.scripts, defined = build_scripts(top, programs, report)
    instances = Instances(settings, defined, report)
    draft.tracked = frozenset(
        line.keyword.text for section in top.sections("vrrp_instance") for line in section.lines("track_script")
    )
    for section in top.sections("vrrp_instance"):
        if instance := instances.build(section):
            draft.instances.append(Placed(instance, section, build_notify(section, instance, programs)))
    for section in top.sections("virtual_server"):
        if placed := build_virtual_server(section, report):
            draft.virtual_servers.append(placed)
    return draft
