"""Real servers and the sorry server: their words, and whether they fit the virtual server."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alived.ipc.model.common import Program
from alived.ipc.model.lvs import Endpoint, Forwarding, ForwardingMethod
from alived.supervisor.config.load import Loaded
from tests.supervisor.config.service import REAL, checks, real_server, said, the_server, virtual_server

Judge = Callable[[str], Loaded]

SECURE = "global_defs {\nenable_script_security\nscript_user root\n}\n"
KEEPS = "a packet keeps the port that it was sent to"


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ("", {}),
        ("weight 0", {"weight": 0}),
        ("inhibit_on_failure no", {"inhibit_on_failure": False}),
        ("inhibit_on_failure", {"inhibit_on_failure": True}),
        ("lvs_method DR", {"lvs_method": Forwarding(method=ForwardingMethod.DR)}),
        ("uthreshold 10\nlthreshold 5", {"uthreshold": 10, "lthreshold": 5}),
        ("alpha no", {"alpha": False}),
        ("smtp_alert no", {"smtp_alert": False}),
        ("snmp_name one", {"snmp_name": "one"}),
        (
            'notify_up "/bin/up now" bob\nnotify_down /bin/down',
            {
                "notify_up": Program(argv=("/bin/up", "now"), uid=1000, gid=1001),
                "notify_down": Program(argv=("/bin/down",), uid=0, gid=0),
            },
        ),
    ],
)
def test_keywords(lines: str, changes: dict[str, Any], judge: Judge) -> None:
    loaded = judge(SECURE + virtual_server("weight 5\ninhibit_on_failure\nalpha\nquorum 1", real_server(lines)))
    inherited = replace(REAL, weight=5, inhibit_on_failure=True, alpha=True)
    assert the_server(loaded).real_servers[0] == replace(inherited, **changes)


def test_only_the_first_program_counts(judge: Judge) -> None:
    loaded = judge(SECURE + virtual_server(reals=real_server("notify_up /bin/a\nnotify_up /bin/b")))
    assert the_server(loaded).real_servers[0].notify_up == Program(argv=("/bin/a",), uid=0, gid=0)
    assert [(line, message) for line, message, _ in said(loaded)] == [(12, "`notify_up` is given already")]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("weight -1", "`weight` must be a whole number from 0 to 2147483647"),
        ("uthreshold -1", "`uthreshold` must be a whole number from 0 to 4294967295"),
        ("retry 0", "`retry` must be a whole number from 1 to 4294967295"),
        ("alpha perhaps", "`alpha` must be on, off, true, false, yes or no"),
        ("virtualhost", "`virtualhost` needs a value: a host name"),
    ],
)
def test_values_that_cannot_be(lines: str, message: str, judge: Judge) -> None:
    loaded = judge(virtual_server(reals=real_server(lines)))
    assert the_server(loaded).real_servers == (REAL,)
    assert [(line, text) for line, text, _ in said(loaded)] == [(7, message)]


# --- addresses and ports ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["10.0.0.2", "10.0.0.2 0", "10.0.0.2 00"])
def test_a_real_server_has_the_port_of_its_virtual_server(header: str, judge: Judge) -> None:
    loaded = judge(virtual_server(reals=real_server(header=header)))
    assert the_server(loaded).real_servers == (REAL,)
    assert not loaded.diagnostics


def test_another_port_needs_nat(judge: Judge) -> None:
    reals = real_server(header="10.0.0.2 81")
    loaded = judge(virtual_server(reals=reals))
    assert the_server(loaded).real_servers == (replace(REAL, port=81),)
    assert not loaded.diagnostics
    loaded = judge(virtual_server(reals=reals, kind="DR"))
    assert the_server(loaded).real_servers == (REAL,)
    assert said(loaded) == [(6, f"with DR {KEEPS}", "port 80 is used")]
    (check,) = checks(loaded)
    assert getattr(check, "port", None) == 81


def test_a_port_with_a_firewall_mark_needs_nat(judge: Judge) -> None:
    text = virtual_server(reals=real_server(), header="fwmark 3", kind="DR", protocol="")
    loaded = judge(text)
    assert the_server(loaded).real_servers == (replace(REAL, port=0),)
    assert said(loaded) == [(5, f"with DR {KEEPS}", "this one is not used")]
    assert the_server(judge(text.replace("DR", "NAT"))).real_servers == (REAL,)


def test_a_port_that_its_group_has_not(judge: Judge) -> None:
    group = "virtual_server_group G {\n10.0.0.1 81\nfwmark 2 inet\n}\n"
    loaded = judge(group + virtual_server(header="group G", kind="DR"))
    assert the_server(loaded).real_servers == (REAL,)
    assert said(loaded) == [
        (10, f"with DR {KEEPS}", "this one is not used for a fwmark"),
        (10, f"with DR {KEEPS}", "the group also has port 81; this one is not used there"),
    ]


@pytest.mark.parametrize(("header", "message"), [
    ("10.0.0.2 x", "this is not a port from 1 to 65535"),
    ("10.0.0.256 80", "this is not an IP address, and perhaps a port"),
    ("", "this real_server has no address"),
])  # fmt: skip
def test_a_real_server_that_is_left_out(header: str, message: str, judge: Judge) -> None:
    loaded = judge(virtual_server(reals=real_server() + real_server(header=header)))
    assert the_server(loaded).real_servers == (REAL,)
    assert said(loaded) == [(10, message, "the real_server is left out" if header else "it is left out")]


def test_a_real_server_is_there_once(judge: Judge) -> None:
    loaded = judge(virtual_server(reals=real_server("weight 3") + real_server("weight 4")))
    assert the_server(loaded).real_servers == (replace(REAL, weight=3),)
    assert said(loaded) == [(9, "real_server 10.0.0.2:80 is there already", "the first is used")]


def test_only_a_tunnel_goes_to_the_other_kind_of_address(judge: Judge) -> None:
    reals = real_server() + real_server(header="2001:db8::2 80") + real_server("lvs_method TUN", "2001:db8::3 80")
    loaded = judge(virtual_server(reals=reals))
    assert [real.address for real in the_server(loaded).real_servers] == ["10.0.0.2", "2001:db8::3"]
    assert [(line, message) for line, message, _ in said(loaded)] == [
        (10, "2001:db8::2 and its virtual server are not of the same kind of address")
    ]


# --- the sorry server -------------------------------------------------------------------------------------------------


def test_what_stands_before_the_sorry_server_is_not_for_it(judge: Judge) -> None:
    loaded = judge(virtual_server("sorry_server_inhibit\nsorry_server_lvs_method DR\nsorry_server 10.0.0.9 81"))
    server = the_server(loaded)
    assert server.sorry_server == Endpoint(address="10.0.0.9", port=81)
    assert (server.sorry_server_inhibit, server.sorry_server_lvs_method) == (False, None)
    assert [(line, message) for line, message, _ in said(loaded)] == [
        (5, "`sorry_server_inhibit` stands before or without sorry_server"),
        (6, "`sorry_server_lvs_method` stands before or without sorry_server"),
    ]


def test_the_port_of_a_sorry_server(judge: Judge) -> None:
    loaded = judge(virtual_server("sorry_server 10.0.0.9 81\nsorry_server_lvs_method DR"))
    assert the_server(loaded).sorry_server == Endpoint(address="10.0.0.9", port=80)
    assert said(loaded) == [(5, f"with DR {KEEPS}", "port 80 is used")]


def test_a_sorry_server_of_another_kind(judge: Judge) -> None:
    loaded = judge(virtual_server("sorry_server ::1 80"))
    assert the_server(loaded).sorry_server is None
    assert said(loaded) == [
        (5, "::1 and its virtual server are not of the same kind of address", "there is no sorry server")
    ]


def test_a_sorry_server_that_is_a_real_server_is_inhibited_like_it(judge: Judge) -> None:
    loaded = judge(virtual_server("inhibit_on_failure\nsorry_server 10.0.0.2 80"))
    assert the_server(loaded).sorry_server_inhibit
    assert [(line, hint) for line, _, hint in said(loaded)] == [(6, "sorry_server_inhibit is on too")]
