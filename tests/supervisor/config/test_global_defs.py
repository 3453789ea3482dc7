"""global_defs and the plain words of the top level: what they give, and what is said of them."""

from dataclasses import replace

import pytest

from alived.ipc.model.common import Account, Program
from alived.ipc.model.lvs import LvsBackend
from alived.ipc.model.processes import AdvertBuffers, BufferPolicy, ReceiveBuffer, Scheduling
from alived.ipc.model.settings import (
    DynamicInterfaces,
    Fifo,
    LvsFlush,
    LvsSyncDaemon,
    LvsTimeouts,
    Mail,
    MailServer,
    Settings,
)
from alived.ipc.model.vrrp import ExtraGarp
from alived.supervisor.config.build_settings import build_settings, global_settings
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.fill import inherited
from alived.supervisor.config.grammar.table import DEFAULTS, ROWS, TABLE
from alived.supervisor.config.inspection import Identity
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.programs import programs_of
from tests.supervisor.config.lines import spots
from tests.supervisor.config.texts import top_of

GIVEN = [row for row in ROWS if row.block == "global_defs" and row.attribute]


class Judgement:
    """What became of a text."""

    def __init__(self, text: str, machine: Machine) -> None:
        self.report = Report()
        top = top_of(text, self.report)
        self.section = global_settings(top, machine, self.report)
        programs = programs_of(top, self.section, machine, self.report)
        self.settings = build_settings(top, self.section, programs, self.report)
        self.found = [one for one in self.report.diagnostics() if one.code is not Code.NOT_IMPLEMENTED]
        """What was said, but for what alived does not act on yet."""

    @property
    def complaints(self) -> list[str]:
        """`LINE code words`, of what keepalived complains of too."""
        return spots(one for one in self.found if one.is_complaint)


def global_defs(*lines: str) -> str:
    return "\n".join(("global_defs {", *lines, "}"))


def of(machine: Machine, *lines: str) -> Settings:
    """The settings of a global_defs with which nothing is wrong."""
    judgement = Judgement(global_defs(*lines), machine)
    assert spots(judgement.found) == []
    return judgement.settings


def changed(**values: object) -> Settings:
    return replace(Settings(), **values)  # type: ignore[arg-type]  # a test says the right ones


# --- values -----------------------------------------------------------------------------------------------------------


def test_nothing_said_is_keepalived_s_defaults(machine: Machine) -> None:
    assert of(machine) == Settings()
    assert Judgement("", machine).settings == Settings()


@pytest.mark.parametrize(
    ("line", "path", "value"),
    [
        ("router_id lb1", "router_id", "lb1"),
        ('router_id "lb 1"', "router_id", "lb 1"),
        ("alived_lvs_backend nftables", "alived_lvs_backend", LvsBackend.NFTABLES),
        ("process_names", "names.defaults", True),
        ("lvs_process_name checks", "names.checker", "checks"),
        ("max_auto_priority", "auto_priority.most", 99),
        ("max_auto_priority -1", "auto_priority.most", -1),
        ("min_auto_priority_delay 5", "auto_priority.min_delay", 5),
        ("vrrp_priority -20", "vrrp_process", Scheduling(priority=-20)),
        ("checker_no_swap", "checker_process", Scheduling(no_swap=True)),
        ("bfd_cpu_affinity 1 0", "bfd_process", Scheduling(cpu_affinity=(1, 0))),
        ("vrrp_rlimit_rtime 7", "vrrp_process", Scheduling(rlimit_rttime=7)),
        ("vrrp_netlink_cmd_rcv_bufs 99", "vrrp_netlink.cmd", ReceiveBuffer(size=99)),
        ("lvs_netlink_monitor_rcv_bufs_force", "lvs_netlink.monitor", ReceiveBuffer(force=True)),
        ("process_monitor_rcv_bufs_force off", "process_monitor", ReceiveBuffer()),
        ("smtp_server mail.example.com 587", "mail.server", MailServer(host="mail.example.com", port=587)),
        ("smtp_server 2001:db8::1", "mail.server", MailServer(host="2001:db8::1")),
        ("smtp_helo_name", "mail.helo_name", ""),
        ("smtp_connect_timeout 10", "mail.connect_timeout", 10.0),
        ("lvs_timeouts udp 5 tcp 600", "lvs_timeouts", LvsTimeouts(tcp=600, udp=5)),
        ("lvs_flush_on_stop", "lvs_flush_on_stop", LvsFlush.ALL),
        ("lvs_flush_onstop VS", "lvs_flush_on_stop", LvsFlush.VS),
        ("vrrp_version 3", "vrrp.version", 3),
        ("vrrp_mcast_group6 FF02::0012", "vrrp.mcast_group6", "ff02::12"),
        ("vrrp_garp_master_delay 0", "vrrp.announcing.master_delay", 0.0),
        ("vrrp_garp_lower_prio_repeat 0", "vrrp.announcing.lower_prio_repeat", 0),
        ("vrrp_garp_extra_if all 100", "vrrp.announcing.extra", ExtraGarp(interval=100, everywhere=True)),
        ("dynamic_interfaces", "vrrp.dynamic_interfaces", DynamicInterfaces.YES),
        ("dynamic_interfaces allow_if_changes", "vrrp.dynamic_interfaces", DynamicInterfaces.ALLOW_IF_CHANGES),
        ("vrrp_startup_delay 5.5", "vrrp.startup_delay", 5.5),
        ("vmac_prefix v", "vrrp.vmac_addr_prefix", "v"),
        ("vrrp_rx_bufs_policy advert", "vrrp.rx_bufs", AdvertBuffers(policy=BufferPolicy.ADVERT)),
        ("vrrp_rx_bufs_policy 500", "vrrp.rx_bufs", AdvertBuffers(policy=BufferPolicy.SIZE, size=500)),
        ("nftables", "nftables.table", "keepalived"),
        ("nftables_priority -200", "nftables.priority", -200),
        ("nftables_ipvs marks", "nftables.ipvs_table", "marks"),
        ("enable_snmp_keepalived", "snmp.vrrp", True),
        ("snmp_rs_stats_update_interval 0.5", "snmp.rs_stats_update_interval", 0.5),
        ("dbus_no_interface_name -", "dbus.no_interface_name", "-"),
        ("umask 0x3f", "files.umask", 0o077),
        ("random_seed 0", "random_seed", 0),
        ("include_check", "include_check", ("readable", "match", "wildcard_match", "brace_match")),
        ("include_check +match -readable", "include_check", ("+match", "-readable")),
        ("reload_check_config", "reloading.check_config", "/dev/null"),
        ("reload_file", "reloading.file", ""),
        ("json_version 2", "files.json_version", 2),
        ("set_supplementary_groups", "set_supplementary_groups", True),
    ],
)  # fmt: skip
def test_a_word_and_its_value(machine: Machine, line: str, path: str, value: object) -> None:
    found: object = of(machine, line)
    for name in path.split("."):
        found = getattr(found, name)
    assert found == value
    assert type(found) is type(value)


def test_the_top_level(machine: Machine) -> None:
    text = "instance a\nnet_namespace_ipvs\nnamespace_with_ipsets\nchild_wait_time 9\ninclude_check match\n"
    assert Judgement(text, machine).settings == changed(
        instance="a",
        net_namespace_ipvs="",
        namespace_with_ipsets=True,
        child_wait_time=9.0,
        include_check=("match",),
        use_pid_dir=True,
    )


def test_mail(machine: Machine) -> None:
    settings = of(
        machine, "notification_email {", 'a@example.com "B C <b@example.com>"', "}", "notification_email {", "d@e", "}"
    )
    assert settings == changed(mail=Mail(to=("a@example.com", "B C <b@example.com>", "d@e")))


def test_alerts_of_one_kind_are_those_of_all_unless_said(machine: Machine) -> None:
    mail = of(machine, "smtp_alert", "smtp_alert_vrrp off").mail
    assert (mail.alert, mail.alert_vrrp, mail.alert_checker) == (True, False, True)


def test_several_global_defs_are_one_and_the_last_value_holds(machine: Machine) -> None:
    text = global_defs("router_id a", "vrrp_version 3") + "\n" + global_defs("router_id b")
    settings = Judgement(text, machine).settings
    assert (settings.router_id, settings.vrrp.version) == ("b", 3)


def test_min_garp_is_what_nobody_says_otherwise(machine: Machine) -> None:
    judgement = Judgement(global_defs("vrrp_garp_master_repeat 3", "vrrp_min_garp"), machine)
    announcing = judgement.settings.vrrp.announcing
    assert (announcing.master_delay, announcing.master_repeat) == (0.0, 3)
    assert (announcing.lower_prio_delay, announcing.lower_prio_repeat) == (0.0, 3)
    scope = {"global_defs": judgement.section}
    assert inherited(TABLE["global_defs", "vrrp_garp_lower_prio_delay"], scope) == 0.0
    assert of(machine, "vrrp_min_garp off").vrrp.announcing.master_repeat == 5


def test_the_scripts_of_the_daemon(machine: Machine, users: dict[str, Identity]) -> None:
    users["keepalived_script"] = Identity(7, 8)
    judgement = Judgement(
        global_defs(
            "enable_script_security",
            'startup_script "/bin/up now"',
            "shutdown_script /bin/down bob bin",
            "notify_fifo /run/fifo",
            "vrrp_notify_fifo /run/vrrp bob",
            "vrrp_notify_fifo_script /bin/reader",
        )
        + "\nvrrp_instance I {\n}",
        machine,
    )
    settings = judgement.settings
    assert settings.startup_script == Program(argv=("/bin/up", "now"), uid=7, gid=8)
    assert settings.shutdown_script == Program(argv=("/bin/down",), uid=1000, gid=2)
    assert settings.notify_fifo == Fifo(path="/run/fifo", uid=7, gid=8)
    assert settings.vrrp_notify_fifo == Fifo(path="/run/vrrp", account=Account("bob"), uid=1000, gid=1001)
    assert settings.vrrp_notify_fifo_script == Program(argv=("/bin/reader",), uid=7, gid=8)
    assert judgement.complaints == []


def test_who_reads_a_pipe_is_no_danger_where_nothing_is_written_to_it(machine: Machine) -> None:
    text = global_defs("notify_fifo_script /bin/reader")
    assert Judgement(text, machine).complaints == []
    for block in ("vrrp_instance I", "virtual_server 192.0.2.1 80"):
        assert Judgement(f"{text}\n{block} {{\n}}", machine).complaints == ["2 script-security /bin/reader"]


# --- complaints -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "spot"),
    [
        ("router_id", "2 bad-value router_id"),
        ("process_name abcdefghijklmnop", "2 bad-value abcdefghijklmnop"),
        ("vrrp_iptables", "2 old-word vrrp_iptables"),
        ("vrrp_ipsets a b", "2 old-word vrrp_ipsets"),
        ("vrrp_vmac_garp_intvl 10", "2 old-word vrrp_vmac_garp_intvl"),
        ("vrrp_garp_extra_if all", "2 bad-value vrrp_garp_extra_if"),
        ("vrrp_garp_interval 0", "2 bad-value 0"),
        ("vrrp_gna_interval 2.5x", "2 bad-value 2.5x"),
        ("vrrp_garp_master_delay 4295", "2 bad-value 4295"),
        ("vrrp_garp_master_repeat 0", "2 bad-value 0"),
        ("vrrp_version 4", "2 bad-value 4"),
        ("vrrp_mcast_group4 192.0.2.1", "2 bad-value 192.0.2.1"),
        ("vrrp_mcast_group4 ff02::12", "2 bad-value ff02::12"),
        ("vrrp_min_garp maybe", "2 bad-value maybe"),
        ("vrrp_rt_priority 0", "2 bad-value 0"),
        ("vrrp_priority 20", "2 bad-value 20"),
        ("vrrp_cpu_affinity 0 2", "2 bad-value 2"),
        ("max_auto_priority 100", "2 bad-value 100"),
        ("smtp_server **", "2 bad-value **"),
        ("smtp_server 192.0.2.1 smtp", "2 bad-value smtp"),
        ("smtp_connect_timeout 0", "2 bad-value 0"),
        ("smtp_alert perhaps", "2 bad-value perhaps"),
        ("dynamic_interfaces always", "2 bad-value always"),
        ("lvs_timeouts", "2 bad-value lvs_timeouts"),
        ("lvs_timeouts tcp 10 udp", "2 missing udp"),
        ("lvs_sync_daemon eth0 I 5", "2 old-word 5"),
        ("lvs_flush_on_stop RS", "2 bad-value RS"),
        ("snmp_socket a b", "2 bad-value b"),
        ("reload_time_file a b", "2 bad-value b"),
        ("vrrp_rx_bufs_policy ADVERT MTU", "2 conflict MTU"),
        ("vrrp_rx_bufs_multiplier 3 4", "2 bad-value 4"),
        ("umask 01777", "2 bad-value 01777"),
        ("umask IRGRP IWGRP", "2 bad-value IRGRP"),
        ("include_check matches", "2 unknown-keyword matches"),
        ("notification_email {\n}", "2 empty notification_email"),
        ("startup_script_timeout 0", "2 bad-value 0"),
        ("script_user mallory", "2 unknown-user mallory"),
        ("startup_script /bin/true mallory", "2 unknown-user mallory"),
        ("nftables\nnftables x", "3 duplicate nftables"),
        ("vmac_prefix a\nvmac_prefix b", "3 duplicate vmac_prefix"),
        ("notify_fifo /a\nnotify_fifo /b", "3 duplicate notify_fifo"),
    ],
)
def test_what_keepalived_complains_of(machine: Machine, line: str, spot: str) -> None:
    assert Judgement(global_defs(*line.split("\n")), machine).complaints == [spot]


def test_an_empty_list_is_complained_of_to_its_end(machine: Machine) -> None:
    (found,) = Judgement(global_defs("notification_email {", "", "}"), machine).found
    assert (found.place.line, found.place.end_line) == (2, 4)


@pytest.mark.parametrize(
    ("line", "path", "value"),
    [
        ("vrrp_garp_master_repeat 0", "vrrp.announcing.master_repeat", 1),
        ("vrrp_garp_interval 0", "vrrp.announcing.interval", 0.0),
        ("vrrp_rt_priority 100", "vrrp_process.rt_priority", 99),
        ("vrrp_cpu_affinity 0 2", "vrrp_process.cpu_affinity", ()),
        ("smtp_connect_timeout 0", "mail.connect_timeout", 1.0),
        ("process_name abcdefghijklmnöp", "names.parent", "abcdefghijklmn"),
        ("dynamic_interfaces always", "vrrp.dynamic_interfaces", DynamicInterfaces.YES),
        ("nftables\nnftables x", "nftables.table", "keepalived"),
        ("vrrp_rx_bufs_policy ADVERT MTU", "vrrp.rx_bufs", AdvertBuffers(policy=BufferPolicy.MTU)),
        ("lvs_sync_daemon eth0 I 5 ttl 0", "lvs_sync_daemon", LvsSyncDaemon(interface="eth0", instance="I", syncid=5)),
        ("umask 01777", "files.umask", 0o177),
        ("random_seed x", "random_seed", None),
    ],
)
def test_what_holds_instead(machine: Machine, line: str, path: str, value: object) -> None:
    judgement = Judgement(global_defs(*line.split("\n")), machine)
    assert judgement.complaints
    found: object = judgement.settings
    for name in path.split("."):
        found = getattr(found, name)
    assert found == value


@pytest.mark.parametrize("text", ["instance a\ninstance b", "net_namespace a\nnet_namespace b"])
def test_the_first_name_counts(machine: Machine, text: str) -> None:
    judgement = Judgement(text, machine)
    assert "a" in (judgement.settings.instance, judgement.settings.net_namespace)
    assert judgement.complaints == [f"2 duplicate {text.split()[2]}"]


@pytest.mark.parametrize("word", ["off", "no", "false", "0"])
def test_a_word_without_a_value_cannot_be_switched_off(machine: Machine, word: str) -> None:
    judgement = Judgement(global_defs(f"vrrp_strict {word}"), machine)
    assert judgement.settings.vrrp.strict
    (found,) = judgement.found
    assert not found.is_complaint
    assert found.message == f"`vrrp_strict`: it takes no value, so `{word}` does not switch it off"


def test_a_sync_daemon_of_no_instance_is_worth_a_note(machine: Machine) -> None:
    judgement = Judgement(global_defs("lvs_sync_daemon eth0 inst VI_2") + "\nvrrp_instance VI_1 {\n}", machine)
    (found,) = judgement.found
    assert not found.is_complaint
    assert (found.message, found.hint) == ("there is no vrrp_instance `VI_2`", "did you mean `VI_1`?")


def test_a_script_without_security_is_the_one_complaint_with_a_status_of_its_own(machine: Machine) -> None:
    judgement = Judgement(global_defs("startup_script /bin/a", "shutdown_script /bin/b"), machine)
    assert judgement.complaints == ["2 script-security /bin/a"]


# --- the table --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", GIVEN, ids=lambda row: row.word)
def test_every_word_has_a_place_and_a_default_that_can_be_written(row: object) -> None:
    row = TABLE["global_defs", row.word]  # type: ignore[attr-defined]  # pytest knows no types
    assert row.meaning
    default = DEFAULTS[row.block, row.word]
    if default in (None, "", (), False, LvsFlush.EACH, DynamicInterfaces.NO, AdvertBuffers()):
        return  # what no word stands for
    written = row.form.write(default)
    assert row.form.read(tuple(written.split()), written).value == default
