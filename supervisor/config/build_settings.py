"""Sections to the settings of the whole daemon: global_defs and the plain words of the top level.

Most values go where their rows say. Here is what rows cannot say: what counts of a word that is given twice, the
programs, and what depends on the machine. What does not live here: what instances and servers inherit (their rows say).
"""

import dataclasses
from typing import Any

from alived.ipc.model.common import Program
from alived.ipc.model.settings import Fifo, LvsSyncDaemon, Settings
from alived.supervisor.config.diagnostics import Code, Report, nearest
from alived.supervisor.config.fill import made
from alived.supervisor.config.forms.programs import Script
from alived.supervisor.config.grammar import top_level
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.programs import Programs, ScriptKind
from alived.supervisor.config.sections import Entry, Section

FIRST_COUNTS = (
    "tmp_config_directory",
    "startup_script",
    "shutdown_script",
    "lvs_sync_daemon",
    "nftables",
    "nftables_ipvs",
    "vrrp_iptables",
    "notify_fifo",
    "notify_fifo_script",
    "vrrp_notify_fifo",
    "vrrp_notify_fifo_script",
    "lvs_notify_fifo",
    "lvs_notify_fifo_script",
    "snmp_socket",
    "vmac_prefix",
    "vmac_addr_prefix",
)
"""Words of global_defs whose first value holds; of all others the last one does."""

FIRST_COUNTS_ABOVE = ("instance", "net_namespace", "net_namespace_ipvs")
"""The same of the top level."""

MIN_GARP: dict[str, object] = {"vrrp_garp_master_delay": 0.0, "vrrp_garp_master_repeat": 1}
"""What `vrrp_min_garp` stands for, where the configuration does not say these words itself."""

CPU_WORDS = ("vrrp_cpu_affinity", "checker_cpu_affinity", "bfd_cpu_affinity")


def global_settings(top: Section, machine: Machine, report: Report) -> Section:
    """All global_defs as one section of what holds: to build from, and for others to inherit from."""
    settings = top.merged("global_defs")
    for word in FIRST_COUNTS:
        _keep_first(settings, word, report)
    for word in FIRST_COUNTS_ABOVE:
        _keep_first(top, word, report)
    if settings.get("vrrp_min_garp", bool):
        for word, value in MIN_GARP.items():
            settings.values.setdefault(word, [Entry(value, settings.given("vrrp_min_garp")[-1].statement)])
    for word in CPU_WORDS:
        _only_cpus_of(machine, settings, word, report)
    _complain_of_empty_lists(top, report)
    return settings


def build_settings(top: Section, settings: Section, programs: Programs, report: Report) -> Settings:
    """The settings, from the top level and from global_settings()."""
    above: dict[str, Any] = {
        row.attribute: top.get(row.word, object) for row in top_level.ROWS if row.attribute and top.has(row.word)
    }
    above.setdefault("use_pid_dir", "instance" in above or "net_namespace" in above)
    if settings.has("include_check"):
        above.pop("include_check", None)
    _check_sync_daemon(top, settings, report)
    scripts = {
        "startup_script": _program(settings, "startup_script", programs, ScriptKind.CHECK),
        "shutdown_script": _program(settings, "shutdown_script", programs, ScriptKind.CHECK),
        **_fifos(settings, programs),
    }
    return dataclasses.replace(made(Settings, settings, {"global_defs": settings}, **scripts), **above)


def _keep_first(section: Section, word: str, report: Report) -> None:
    for entry in section.given(word)[1:]:
        report.warning(Code.DUPLICATE, f"`{word}` is given already", entry.place(), "the first one is used")
    if section.has(word):
        del section.values[word][1:]


def _only_cpus_of(machine: Machine, settings: Section, word: str, report: Report) -> None:
    cpus = machine.cpus()
    for entry in list(settings.given(word)):
        wrong = next((index for index, cpu in enumerate(entry.value) if cpu >= cpus), None)
        if wrong is not None:
            message = f"there is no CPU {entry.value[wrong]}: this machine has 0 to {cpus - 1}"
            report.error(Code.BAD_VALUE, message, entry.place(wrong), "all CPUs may be used")
            settings.values.pop(word, None)


def _complain_of_empty_lists(top: Section, report: Report) -> None:
    for part in top.sections("global_defs"):
        for statement in (part.statement.body or []) if part.statement else []:
            if statement.segment.keyword == "notification_email" and statement.body == []:
                place = dataclasses.replace(statement.place(), end_line=statement.end)
                report.warning(Code.EMPTY, "there is no address in it", place, "nobody gets mail by it")


def _check_sync_daemon(top: Section, settings: Section, report: Report) -> None:
    daemon = settings.find("lvs_sync_daemon", LvsSyncDaemon)
    names = [section.header[0] for section in top.sections("vrrp_instance") if section.header]
    if daemon and daemon.instance and daemon.instance not in names:
        similar = nearest(daemon.instance, names)
        hint = f"did you mean `{similar}`?" if similar else "connections are not synchronised"
        place = settings.given("lvs_sync_daemon")[0].place()
        report.note(Code.UNKNOWN_NAME, f"there is no vrrp_instance `{daemon.instance}`", place, hint)


def _program(settings: Section, word: str, programs: Programs, kind: ScriptKind) -> Program | None:
    script = settings.find(word, Script)
    if script is None:
        return None
    entry = settings.given(word)[-1]
    return programs.resolve(script, script.account, entry.place(0), entry.place(1), kind)


def _fifos(settings: Section, programs: Programs) -> dict[str, Fifo | Program | None]:
    """The pipes with their owners, and what reads them."""
    found: dict[str, Fifo | Program | None] = {}
    for word in ("notify_fifo", "vrrp_notify_fifo", "lvs_notify_fifo"):
        if fifo := settings.find(word, Fifo):
            owner = programs.owner(fifo.account, settings.where(word), fifo.path)
            found[word] = dataclasses.replace(fifo, uid=owner.uid, gid=owner.gid) if owner else None
        reader = f"{word}_script"
        found[reader] = _program(settings, reader, programs, ScriptKind.NOTIFY)
    return found
