"""Virtual servers together, and advice on services that will not do what their author expects."""

from collections.abc import Callable

from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.load import Loaded
from tests.supervisor.config.service import checks, real_server, said, servers, virtual_server

Judge = Callable[[str], Loaded]


def advice(loaded: Loaded) -> list[tuple[int, Code, str]]:
    return [
        (found.place.line, found.code, found.message)
        for found in loaded.diagnostics
        if found.severity is Severity.ADVICE
    ]


def test_two_virtual_servers_of_one_name(judge: Judge) -> None:
    loaded = judge(virtual_server() + virtual_server("omega"))
    assert [server.omega for server in servers(loaded)] == [False]
    assert len(checks(loaded)) == 1
    assert not said(loaded)
    assert said(loaded, Severity.NOTE) == [
        (11, "virtual_server 10.0.0.1:80/TCP is already defined", "the one of line 1 is used")
    ]


def test_one_address_may_serve_two_protocols(judge: Judge) -> None:
    loaded = judge(virtual_server() + virtual_server(protocol="UDP"))
    assert [server.name for server in servers(loaded)] == ["10.0.0.1:80/TCP", "10.0.0.1:80/UDP"]
    assert not loaded.diagnostics


def test_a_real_server_without_a_check(judge: Judge) -> None:
    reals = real_server() + real_server("", "10.0.0.3 80")
    assert advice(judge(virtual_server(reals=reals))) == [(10, Code.UNCHECKED, "real server 10.0.0.3:80 has no check")]
    reals = real_server("") + real_server("", "10.0.0.3 80")
    assert advice(judge(virtual_server(reals=reals))) == [(6, Code.UNCHECKED, "2 real servers have no check")]


def test_a_sorry_server_without_checks(judge: Judge) -> None:
    found = advice(judge(virtual_server("sorry_server 10.0.0.9", real_server(""))))
    assert [line for line, code, _ in found if code is Code.UNCHECKED] == [5, 6]


def test_a_check_without_a_port(judge: Judge) -> None:
    text = virtual_server(reals=real_server(header="10.0.0.2"), header="fwmark 3", protocol="")
    assert [(line, code) for line, code, _ in advice(judge(text))] == [(1, Code.CONFLICT)]
    assert not advice(judge(text.replace("TCP_CHECK {", "TCP_CHECK {\nconnect_port 80")))
    assert not advice(judge(text.replace("TCP_CHECK", "PING_CHECK")))


def test_thresholds_the_wrong_way_round(judge: Judge) -> None:
    loaded = judge(virtual_server(reals=real_server("uthreshold 5\nlthreshold 10\nTCP_CHECK {\n}")))
    assert [code for _, code, _ in advice(loaded)] == [Code.CONFLICT]


def test_a_group_that_nothing_uses(judge: Judge) -> None:
    loaded = judge("virtual_server_group G {\n10.0.0.1 80\n}\n")
    assert advice(loaded) == [(1, Code.IGNORED, "no virtual_server uses virtual_server_group G")]
