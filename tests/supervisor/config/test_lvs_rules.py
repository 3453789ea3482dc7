"""What the words of one virtual server mean together."""

from collections.abc import Callable

import pytest

from alived.ipc.model.lvs import Protocol, SchedulerFlags
from alived.supervisor.config.diagnostics import Severity
from alived.supervisor.config.load import Loaded
from tests.supervisor.config.service import real_server, said, the_server, virtual_server

Judge = Callable[[str], Loaded]

PERSISTENT = "a virtual server without a port is for all ports, and has to be persistent"


@pytest.mark.parametrize("header", ["10.0.0.1", "10.0.0.1 0"])
def test_a_service_for_all_ports_is_persistent(header: str, judge: Judge) -> None:
    loaded = judge(virtual_server(header=header, reals=real_server(header="10.0.0.2")))
    assert the_server(loaded).persistence_timeout == 360
    assert said(loaded) == [(1, PERSISTENT, "persistence_timeout 360 is used")]
    assert not said(judge(virtual_server("persistence_timeout 5", header=header)))


def test_a_group_for_all_ports_is_persistent(judge: Judge) -> None:
    loaded = judge("virtual_server_group G {\n10.0.0.1\n}\n" + virtual_server(header="group G"))
    assert the_server(loaded).persistence_timeout == 360
    assert [(line, message) for line, message, _ in said(loaded)] == [(4, PERSISTENT)]


def test_persistence_without_time_is_none(judge: Judge) -> None:
    loaded = judge(virtual_server("persistence_timeout 0"))
    assert the_server(loaded).persistence_timeout == 0
    assert [line for line, _, _ in said(loaded)] == [5]


def test_a_prefix_length_is_not_a_mask(judge: Judge) -> None:
    loaded = judge(virtual_server("persistence_granularity 24"))
    assert the_server(loaded).persistence_granularity == "0.0.0.24"
    assert [line for line, _, _ in said(loaded, Severity.ADVICE)] == [5]
    text = virtual_server("persistence_granularity 255.255.255.0", header="::1 80", reals=real_server(header="::2 80"))
    loaded = judge(text)
    assert (the_server(loaded).persistence_granularity, the_server(loaded).persistence_timeout) == ("", 0)
    assert [line for line, _, _ in said(loaded)] == [5]


@pytest.mark.parametrize(
    ("lines", "quorum", "hysteresis", "complaints"),
    [
        ("quorum 0", 1, 0, [(5, "1 is used")]),
        ("quorum 3\nquorum x", 1, 0, [(6, "1 is used")]),
        ("quorum 3", 2, 0, [(5, "2 is used")]),
        ("quorum 2\nhysteresis 2", 2, 1, [(6, "1 is used")]),
        ("hysteresis 1", 1, 0, [(5, "0 is used")]),
        ("quorum 2\nhysteresis 1", 2, 1, []),
    ],
)
def test_a_quorum_can_be_reached_and_lost(
    lines: str, quorum: int, hysteresis: int, complaints: list[tuple[int, str]], judge: Judge
) -> None:
    loaded = judge(virtual_server(lines, real_server() + real_server(header="10.0.0.3 80")))
    assert (the_server(loaded).quorum, the_server(loaded).hysteresis) == (quorum, hysteresis)
    assert [(line, hint) for line, _, hint in said(loaded)] == complaints


def test_real_servers_without_weight_reach_no_quorum(judge: Judge) -> None:
    loaded = judge(virtual_server(reals=real_server("weight 0\nTCP_CHECK {\n}")))
    assert (the_server(loaded).quorum, the_server(loaded).hysteresis) == (0, 0)
    assert [(line, hint) for line, _, hint in said(loaded)] == [(1, "0 is used")]


def test_one_packet_scheduling_is_for_datagrams(judge: Judge) -> None:
    loaded = judge(virtual_server("ops"))
    assert not the_server(loaded).ops
    assert said(loaded) == [(5, "`ops`: one-packet scheduling is for UDP", "it is ignored")]


def test_a_firewall_mark_has_no_protocol_and_no_address(judge: Judge) -> None:
    loaded = judge(virtual_server("ha_suspend\nops", header="fwmark 3"))
    server = the_server(loaded)
    assert (server.protocol, server.ha_suspend, server.ops) == (Protocol.UDP, False, True)
    assert said(loaded) == [
        (4, "`protocol`: a fwmark is for all protocols", "it is ignored"),
        (5, "`ha_suspend`: a fwmark has no address that could be missing", "it is ignored"),
    ]


def test_a_forwarding_method_is_needed_by_those_that_say_none(judge: Judge) -> None:
    text = virtual_server("sorry_server 10.0.0.9", real_server("lvs_method DR")).replace("lvs_method NAT\n", "")
    assert [message for _, message, _ in said(judge(text))] == ["no forwarding method (lvs_method) is given"]
    assert not said(judge(text.replace("sorry_server 10.0.0.9", "sorry_server 10.0.0.9\nsorry_server_lvs_method DR")))


def test_flags_stand_after_their_scheduler(judge: Judge) -> None:
    loaded = judge(virtual_server("flag-1\nsh-port").replace("lvs_sched rr", "sh-fallback\nlvs_sched sh"))
    assert the_server(loaded).flags == SchedulerFlags(flag_1=True, sh_port=True, sh_fallback=False)
    message = "`sh-fallback` is for the scheduler sh, which has to be named before"
    assert said(loaded) == [(2, message, "it has no effect")]


def test_keepalived_does_not_mention_flags_of_the_other_scheduler_that_has_some(judge: Judge) -> None:
    loaded = judge(virtual_server("mh-port").replace("lvs_sched rr", "lvs_sched sh"))
    assert the_server(loaded).flags == SchedulerFlags()
    assert not said(loaded)
    assert [line for line, _, _ in said(loaded, Severity.NOTE)] == [5]


def test_flags_of_another_scheduler_have_no_effect(judge: Judge) -> None:
    loaded = judge(virtual_server("sh-port\nmh-port\nhashed"))
    assert the_server(loaded).flags == SchedulerFlags()
    assert [line for line, _, _ in said(loaded)] == [5, 6, 7]
