"""Virtual servers: what each word sets, what holds without it, what they serve, and which are left out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alived.ipc.model.checks import RealServerChecks, TcpCheck
from alived.ipc.model.common import Program
from alived.ipc.model.globals import CheckerGlobals
from alived.ipc.model.lvs import (
    AddressFamily,
    Endpoint,
    Forwarding,
    ForwardingMethod,
    Protocol,
    SchedulerFlags,
    TunnelChecksum,
    TunnelType,
    VirtualServer,
)
from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.load import Loaded
from tests.supervisor.config.service import REAL, checks, real_server, said, servers, the_server, virtual_server

Judge = Callable[[str], Loaded]

PLAIN = VirtualServer(address="10.0.0.1", port=80, protocol=Protocol.TCP, lb_algo="rr", real_servers=(REAL,))
HEAVY = replace(REAL, weight=5)
DR = Forwarding(method=ForwardingMethod.DR)
GUE = Forwarding(method=ForwardingMethod.TUN, tunnel=TunnelType.GUE, port=6080, checksum=TunnelChecksum.FULL)
TRUE = Program(argv=("/bin/true", "up"), uid=0, gid=0)
SECURE = "global_defs {\nenable_script_security\nscript_user root\n}\n"


def test_defaults_are_those_of_the_manual(judge: Judge) -> None:
    loaded = judge(virtual_server())
    assert the_server(loaded) == PLAIN
    assert not loaded.diagnostics
    check = TcpCheck(address="10.0.0.2", port=80)
    name = "10.0.0.1:80/TCP"
    assert loaded.config.checker == (
        CheckerGlobals(),
        RealServerChecks(virtual_server=name, real_server="10.0.0.2:80", checks=(check,)),
    )


def test_what_is_not_said_is_what_keepalived_takes_and_complains_of(judge: Judge) -> None:
    loaded = judge(f"virtual_server 10.0.0.1 80 {{\n{real_server()}}}\n")
    assert the_server(loaded) == replace(PLAIN, lb_algo="wlc", protocol=Protocol.UDP)
    assert said(loaded) == [
        (1, "no scheduler (lvs_sched) is given", "wlc is used"),
        (1, "no forwarding method (lvs_method) is given", "NAT is used"),
        (1, "no protocol is given", "UDP is used"),
    ]


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ("lb_algo sed", {"lb_algo": "sed"}),
        ("lb_kind DR", {"lb_kind": DR}),
        ("lvs_method TUN type gue port 6080 csum", {"lb_kind": GUE}),
        ("protocol udp", {"protocol": Protocol.UDP}),
        ("protocol sctp", {"protocol": Protocol.SCTP}),
        ("persistence_timeout", {"persistence_timeout": 360}),
        ("persistence_timeout 50", {"persistence_timeout": 50}),
        ("persistence_engine sip", {"persistence_engine": "sip"}),
        (
            "persistence_granularity 255.255.255.0",
            {"persistence_granularity": "255.255.255.0", "persistence_timeout": 360},
        ),
        ("flag-1\nflag-2\nflag-3", {"flags": SchedulerFlags(flag_1=True, flag_2=True, flag_3=True)}),
        ("ha_suspend", {"ha_suspend": True}),
        ("omega", {"omega": True}),
        ("smtp_alert", {"smtp_alert": True}),
        ("smtp_alert off", {"smtp_alert": False}),
        ("snmp_name web", {"snmp_name": "web"}),
        ("protocol UDP\nops", {"protocol": Protocol.UDP, "ops": True}),
        (
            "weight 5\nquorum 4\nhysteresis 2",
            {"quorum": 4, "hysteresis": 2, "real_servers": (replace(REAL, weight=5),)},
        ),
        ("inhibit_on_failure", {"real_servers": (replace(REAL, inhibit_on_failure=True),)}),
        ("alpha", {"real_servers": (replace(REAL, alpha=True),)}),
        ("ip_family inet", {}),
        ("sorry_server 10.0.0.9", {"sorry_server": Endpoint(address="10.0.0.9", port=80)}),
        (
            "sorry_server 10.0.0.9 81\nsorry_server_inhibit\nsorry_server_lvs_method NAT",
            {
                "sorry_server": Endpoint(address="10.0.0.9", port=81),
                "sorry_server_inhibit": True,
                "sorry_server_lvs_method": Forwarding(),
            },
        ),
    ],
)
def test_keywords(lines: str, changes: dict[str, Any], judge: Judge) -> None:
    loaded = judge(virtual_server(lines))
    assert the_server(loaded) == replace(PLAIN, **changes)
    assert not said(loaded)


def test_programs_of_the_quorum(judge: Judge) -> None:
    loaded = judge(SECURE + virtual_server('quorum_up "/bin/true up"\nquorum_up /bin/other\nquorum_down /bin/missing'))
    assert the_server(loaded) == replace(PLAIN, quorum_up=TRUE)
    assert [message for _, message, _ in said(loaded)] == ["`quorum_up` is given already"]


@pytest.mark.parametrize(
    ("settings", "of_server", "of_real"),
    [
        ("", False, True),
        ("smtp_alert", True, True),
        ("smtp_alert off", False, False),
        ("smtp_alert\nsmtp_alert_checker off", False, False),
    ],
)
def test_mail_is_asked_for_globally(settings: str, of_server: bool, of_real: bool, judge: Judge) -> None:
    server = the_server(judge(f"global_defs {{\n{settings}\n}}\n" + virtual_server()))
    assert (server.smtp_alert, server.real_servers[0].smtp_alert) == (of_server, of_real)


def test_failures_are_logged_globally(judge: Judge) -> None:
    (check,) = checks(judge("global_defs {\nchecker_log_all_failures\n}\n" + virtual_server()))
    assert check == TcpCheck(address="10.0.0.2", port=80, log_all_failures=True)


# --- what it serves ---------------------------------------------------------------------------------------------------


def test_ipv6(judge: Judge) -> None:
    loaded = judge(virtual_server(header="2001:DB8::0:1 80", reals=real_server(header="2001:db8::2 80")))
    server = the_server(loaded)
    assert server.name == "[2001:db8::1]:80/TCP"
    assert (server.ip_family, server.real_servers[0].name) == (AddressFamily.INET6, "[2001:db8::2]:80")
    assert not said(loaded)


@pytest.mark.parametrize(
    ("lines", "real", "name"),
    [
        ("", "10.0.0.2", "fwmark 3"),
        ("", "2001:db8::2", "fwmark 3 inet6"),
        ("lvs_method TUN", "2001:db8::2", "fwmark 3 inet6"),
        ("lvs_method TUN\nip_family inet", "2001:db8::2", "fwmark 3"),
        ("persistence_granularity 64\nlvs_method TUN", "10.0.0.2", "fwmark 3 inet6"),
    ],
)
def test_a_firewall_mark_is_for_the_addresses_of_its_real_servers(
    lines: str, real: str, name: str, judge: Judge
) -> None:
    loaded = judge(virtual_server(lines, real_server(header=real), header="fwmark 3", protocol=""))
    assert (the_server(loaded).fwmark, the_server(loaded).name) == (3, name)
    assert not said(loaded)


def test_tunnels_of_both_kinds_at_a_firewall_mark(judge: Judge) -> None:
    reals = real_server(header="10.0.0.2") + real_server(header="2001:db8::2")
    loaded = judge(virtual_server("", reals, header="fwmark 3", kind="TUN", protocol=""))
    assert the_server(loaded).ip_family is AddressFamily.INET


@pytest.mark.parametrize(
    ("header", "line", "code"),
    [
        ("", 1, Code.MISSING),
        ("10.0.0.300 80", 1, Code.BAD_VALUE),
        ("10.0.0.1 http", 1, Code.BAD_VALUE),
        ("10.0.0.1 65536", 1, Code.BAD_VALUE),
        ("fwmark", 1, Code.BAD_VALUE),
        ("fwmark x", 1, Code.BAD_VALUE),
        ("fwmark 0", 1, Code.BAD_VALUE),
        ("group", 1, Code.MISSING),
        ("group NONE", 1, Code.UNKNOWN_NAME),
    ],
)
def test_a_virtual_server_that_is_left_out(header: str, line: int, code: Code, judge: Judge) -> None:
    loaded = judge(virtual_server(header=header))
    assert (servers(loaded), loaded.config.checker) == ([], ())
    assert [(found.place.line, found.code) for found in loaded.diagnostics] == [(line, code)]


def test_a_virtual_server_needs_a_real_one(judge: Judge) -> None:
    loaded = judge(virtual_server(reals=""))
    assert servers(loaded) == []
    assert said(loaded) == [(1, "this virtual_server has no real server", "it is left out")]


def test_a_mask_is_not_part_of_a_service(judge: Judge) -> None:
    loaded = judge(virtual_server(header="10.0.0.1/24 80 more"))
    assert the_server(loaded) == PLAIN
    assert [found.severity for found in loaded.diagnostics] == [Severity.NOTE] * 2


def test_a_family_that_the_address_has_not(judge: Judge) -> None:
    loaded = judge(virtual_server("ip_family inet6"))
    assert the_server(loaded) == PLAIN
    assert said(loaded) == [(5, "`ip_family` is inet6, and the address is not", "it is ignored")]


def test_a_misspelt_method_names_the_right_one(judge: Judge) -> None:
    loaded = judge(virtual_server("lvs_method dr"))
    assert the_server(loaded) == PLAIN
    assert said(loaded) == [(5, "`lvs_method` must be NAT, DR or TUN", "did you mean `DR`? As it stands, NAT is used")]


# --- groups -----------------------------------------------------------------------------------------------------------


def group(lines: str) -> str:
    return f"virtual_server_group G {{\n{lines}\n}}\n"


@pytest.mark.parametrize(
    ("entries", "kind", "real", "family"),
    [
        ("10.0.0.1 80", "NAT", "10.0.0.2", AddressFamily.INET),
        ("2001:db8::1 80", "TUN", "10.0.0.2", AddressFamily.INET6),
        ("10.0.0.1 80\n2001:db8::1 80", "TUN", "10.0.0.2", None),
        ("fwmark 5", "TUN", "10.0.0.2", AddressFamily.INET),
    ],
)
def test_a_group_says_which_kind_of_addresses(
    entries: str, kind: str, real: str, family: AddressFamily | None, judge: Judge
) -> None:
    protocol = "" if "fwmark" in entries else "TCP"
    text = virtual_server("", real_server(header=real), header="group G", kind=kind, protocol=protocol)
    loaded = judge(group(entries) + text)
    assert (the_server(loaded).group, the_server(loaded).ip_family) == ("G", family)
    assert not said(loaded)


def test_a_group_of_another_kind_than_its_real_servers(judge: Judge) -> None:
    loaded = judge(group("2001:db8::1 80") + virtual_server(header="group G"))
    assert servers(loaded) == []
    assert [(line, message) for line, message, _ in said(loaded)] == [
        (4, "G has addresses of another kind than the real servers")
    ]
