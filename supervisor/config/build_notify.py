"""The notify programs of an instance (keepalived.conf(5), "VRRP instance(s)").

What does not live here: who is told beside programs (telling.py), and the programs of groups (build_sync_groups.py).
"""

from typing import Any

from alived.ipc.model.checker import Notify
from alived.ipc.model.common import Program
from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.forms.programs import Script
from alived.supervisor.config.programs import Programs
from alived.supervisor.config.repeated import first_counts
from alived.supervisor.config.sections import Section

FIELDS = {
    "notify_master": "master",
    "notify_backup": "backup",
    "notify_fault": "fault",
    "notify_stop": "stop",
    "notify_deleted": "deleted",
    "notify": "any_state",
    "notify_master_rx_lower_pri": "master_rx_lower_pri",
}
"""Keyword -> the attribute of Notify."""


def build_notify(section: Section, instance: str, programs: Programs, report: Report) -> tuple[Notify, ...]:
    """The programs that an instance runs on its changes: one object, or none."""
    if FIELDS.keys().isdisjoint(section.values):
        return ()
    found: dict[str, Any] = {field: notify_program(section, word, programs, report) for word, field in FIELDS.items()}
    notify = Notify(name=instance, says_deleted=section.has("notify_deleted"), **found)
    return () if notify == Notify(name=instance) else (notify,)


def notify_program(section: Section, word: str, programs: Programs, report: Report) -> Program | None:
    """The program that a word like notify_master says; None: none, or one that will not be run, with a diagnostic."""
    first_counts(section, word, report)
    script = section.find(word, Script)
    if script is None or not script.argv:
        return None
    return programs.resolve(script, script.account, section.where(word), section.where(word))
