"""Virtual servers, real servers and checks: defaults, inheritance, and what is left out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alived.ipc.model import (
    ForwardingMethod,
    LvsBackend,
    LvsGlobals,
    Protocol,
    RealServer,
    RealServerChecks,
    TcpCheck,
    VirtualServer,
)
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.load import Loaded

Judge = Callable[[str], Loaded]

REAL = RealServer(address="10.0.0.2", port=80)
PLAIN = VirtualServer(address="10.0.0.1", port=80, lb_algo="rr", real_servers=(REAL,))
CHECK = TcpCheck(address="10.0.0.2", port=80)


def server(lines: str = "", real: str = "", header: str = "10.0.0.1 80", kind: str = "NAT") -> str:
    return f"""
        virtual_server {header} {{
            lb_algo rr
            lvs_method {kind}
            protocol TCP
            {lines}
            real_server 10.0.0.2 80 {{
                {real}
            }}
        }}
        """


def codes(loaded: Loaded) -> list[Code]:
    return [found.code for found in loaded.diagnostics]


def test_defaults_are_those_of_the_manual(judge: Judge) -> None:
    loaded = judge(server())
    assert loaded.config.lvs == (LvsGlobals(), PLAIN)
    assert loaded.config.checker == ()
    assert not loaded.diagnostics
    assert replace(PLAIN, protocol=Protocol.TCP, quorum=1, persistence_timeout=0) == PLAIN


def test_what_is_not_said_is_what_keepalived_takes_and_complains_of(judge: Judge) -> None:
    loaded = judge("virtual_server 10.0.0.1 80 {\nreal_server 10.0.0.2 80 {\n}\n}\n")
    assert loaded.config.lvs[1] == replace(PLAIN, lb_algo="wlc", protocol=Protocol.UDP)
    assert codes(loaded) == [Code.MISSING] * 3


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ("lvs_sched sh", {"lb_algo": "sh"}),
        ("lb_kind TUN", {"lb_kind": ForwardingMethod.TUN}),
        ("protocol udp", {"protocol": Protocol.UDP}),
        ("persistence_timeout", {"persistence_timeout": 360}),
        ("persistence_timeout 50", {"persistence_timeout": 50}),
        ("quorum 3", {"quorum": 3}),
        ("weight 5", {"real_servers": (replace(REAL, weight=5),)}),
        ("inhibit_on_failure", {"real_servers": (replace(REAL, inhibit_on_failure=True),)}),
    ],
)
def test_keywords(lines: str, changes: dict[str, Any], judge: Judge) -> None:
    loaded = judge(server(lines))
    assert loaded.config.lvs[1] == replace(PLAIN, **changes)
    assert not loaded.diagnostics


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ("weight 0", {"weight": 0}),
        ("inhibit_on_failure no", {"inhibit_on_failure": False}),
        ("inhibit_on_failure", {"inhibit_on_failure": True}),
    ],
)
def test_keywords_of_a_real_server(lines: str, changes: dict[str, Any], judge: Judge) -> None:
    loaded = judge(server("weight 5\ninhibit_on_failure", lines))
    inherited = replace(REAL, weight=5, inhibit_on_failure=True)
    assert loaded.config.lvs[1] == replace(PLAIN, real_servers=(replace(inherited, **changes),))


def test_the_data_plane(judge: Judge) -> None:
    loaded = judge("global_defs {\nalived_lvs_backend nftables\n}\n" + server())
    assert loaded.config.lvs[0] == LvsGlobals(backend=LvsBackend.NFTABLES)


# --- addresses and ports ----------------------------------------------------------------------------------------------


def test_a_real_server_has_the_port_of_its_virtual_server(judge: Judge) -> None:
    loaded = judge(server().replace("10.0.0.2 80", "10.0.0.2"))
    assert loaded.config.lvs[1] == PLAIN
    assert not loaded.diagnostics


def test_another_port_needs_nat(judge: Judge) -> None:
    text = server().replace("10.0.0.2 80", "10.0.0.2 81")
    assert judge(text).config.lvs[1] == replace(PLAIN, real_servers=(replace(REAL, port=81),))
    loaded = judge(text.replace("lvs_method NAT", "lvs_method DR"))
    assert loaded.config.lvs[1] == replace(PLAIN, lb_kind=ForwardingMethod.DR)
    assert codes(loaded) == [Code.CONFLICT]


def test_a_virtual_server_for_all_ports_is_persistent(judge: Judge) -> None:
    loaded = judge(server(header="10.0.0.1"))
    assert loaded.config.lvs[1] == replace(PLAIN, port=0, persistence_timeout=360)
    assert codes(loaded) == [Code.CONFLICT]
    assert not judge(server("persistence_timeout 5", header="10.0.0.1")).diagnostics


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("", Code.MISSING),
        ("10.0.0.300 80", Code.BAD_VALUE),
        ("10.0.0.1 http", Code.BAD_VALUE),
        ("10.0.0.1 65536", Code.BAD_VALUE),
        ("fwmark 3", Code.NOT_IMPLEMENTED),
        ("group G", Code.NOT_IMPLEMENTED),
        ("::1 80", Code.NOT_IMPLEMENTED),
        ("$VIP 80", Code.NOT_IMPLEMENTED),
    ],
)
def test_a_virtual_server_that_is_left_out(header: str, code: Code, judge: Judge) -> None:
    loaded = judge(server(header=header))
    assert loaded.config.lvs == ()
    assert loaded.config.checker == ()
    assert codes(loaded) == [code]


def test_what_is_left_out_without_its_virtual_server(judge: Judge) -> None:
    real = "TCP_CHECK {\n}"
    loaded = judge(server("", real) + server("quorum 3", real))
    assert loaded.config.lvs == (LvsGlobals(), PLAIN)
    assert len(loaded.config.checker) == 1
    assert codes(loaded) == [Code.DUPLICATE]


def test_a_virtual_server_needs_a_real_one(judge: Judge) -> None:
    loaded = judge(server().replace("10.0.0.2 80", "10.0.0.2 x"))
    assert loaded.config.lvs == ()
    assert codes(loaded) == [Code.EMPTY, Code.BAD_VALUE]


def test_a_real_server_is_there_once(judge: Judge) -> None:
    loaded = judge(server("real_server 10.0.0.2 80 extra {\nweight 3\n}", "weight 4"))
    assert loaded.config.lvs[1] == replace(PLAIN, real_servers=(replace(REAL, weight=3),))
    assert codes(loaded) == [Code.IGNORED, Code.DUPLICATE]


# --- checks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "real", "check", "changes"),
    [
        ("", "", "", {}),
        ("delay_loop 6", "", "", {"delay_loop": 6.0, "warmup": 6.0}),
        ("delay_loop 6", "warmup 0", "", {"delay_loop": 6.0, "warmup": 0.0}),
        ("delay_loop 6", "delay_loop 7", "", {"delay_loop": 7.0, "warmup": 7.0}),
        ("delay_loop 6", "delay_loop 7", "delay_loop 8", {"delay_loop": 8.0, "warmup": 8.0}),
        ("retry 4", "retry 0", "", {"retry": 0}),
        ("retry 4", "", "nb_get_retry 2", {"retry": 2}),
        ("connect_timeout 0.5", "", "delay_before_retry 2.5", {"connect_timeout": 0.5, "delay_before_retry": 2.5}),
        ("", "", "connect_ip 10.0.0.3\nconnect_port 81", {"address": "10.0.0.3", "port": 81}),
        ("", "", "bindto 10.0.0.4\nbind_port 1234", {"bindto": "10.0.0.4", "bind_port": 1234}),
    ],
)
def test_a_check_says_what_it_does_not_inherit(
    lines: str, real: str, check: str, changes: dict[str, Any], judge: Judge
) -> None:
    loaded = judge(server(lines, f"{real}\nTCP_CHECK {{\n{check}\n}}"))
    assert loaded.config.checker == (
        RealServerChecks(
            virtual_server="10.0.0.1:80/TCP", real_server="10.0.0.2:80", checks=(replace(CHECK, **changes),)
        ),
    )
    assert set(codes(loaded)) <= {Code.OLD_WORD}


def test_a_real_server_may_have_several_checks(judge: Judge) -> None:
    loaded = judge(server("", "TCP_CHECK {\n}\nTCP_CHECK {\nconnect_port 81\n}"))
    (checks,) = loaded.config.checker
    assert isinstance(checks, RealServerChecks)
    assert checks.checks == (CHECK, replace(CHECK, port=81))


def test_a_check_of_another_kind_leaves_the_real_server_up(judge: Judge) -> None:
    loaded = judge(server("", "HTTP_GET {\nurl {\npath /\n}\n}"))
    assert loaded.config.lvs[1] == PLAIN
    assert loaded.config.checker == ()
    assert [found.hint for found in loaded.diagnostics] == ["the real server is taken to be up without it"]
