"""Real-server checks against sockets on loopback: what is told of real servers, and when."""

import asyncio
import logging
import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest

from alived.ipc.messages import CheckState, RealServerState
from alived.ipc.model.checks import PingCheck, RealServerChecks, TcpCheck
from alived.workers.checker.checks import Checks, describe
from alived.workers.checker.outcome import Down, LocalError, Outcome, Up
from alived.workers.checker.probes import tcp
from tests.workers.checker.kit import Sent, run

VIRTUAL = "192.0.2.10:80/TCP"
UP, DOWN, LOCAL = Up("connected"), Down("Connection refused"), LocalError("no descriptor")


class World:
    """What each target answers, and how often it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self.asked: dict[int, int] = {}
        self.running: set[TcpCheck] = set()
        self._news = asyncio.Event()
        monkeypatch.setattr(tcp, "probe", self._probe)

    async def _probe(self, check: TcpCheck) -> Outcome:
        assert check not in self.running
        self.running.add(check)
        turn = asyncio.Event()
        asyncio.get_running_loop().call_soon(turn.set)
        try:
            await turn.wait()
        finally:
            self.running.remove(check)
        self.asked[check.port] = self.asked.get(check.port, 0) + 1
        self._news.set()
        return self.outcomes[check.port]

    async def until_asked(self, port: int, more: int) -> None:
        wanted = self.asked.get(port, 0) + more
        while self.asked.get(port, 0) < wanted:
            self._news.clear()
            await self._news.wait()


def check(port: int, **settings: float | str) -> TcpCheck:
    quick = {"warmup": 0.0, "delay_loop": 0.01, "delay_before_retry": 0.01, "retry": 2}
    return TcpCheck(**{"address": "127.0.0.1", "port": port, **quick, **settings})  # type: ignore[arg-type] # by name


def server(name: str, *of: TcpCheck, virtual: str = VIRTUAL) -> RealServerChecks:
    return RealServerChecks(virtual_server=virtual, real_server=name, checks=of)


def brief(sent: Sent) -> list[tuple[str, bool, list[int]]]:
    """(real server, up, failures of each check) of what was sent."""
    return [
        (message.real_server, message.up, [state.failures for state in message.checks])
        for message in sent.messages
        if isinstance(message, RealServerState)
    ]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened


def test_a_real_server_stops_listening_and_comes_back(
    listener: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    """With real sockets: up, then each failure on the way down, then up at the first success."""

    async def main() -> None:
        sent, port = Sent(), listener.getsockname()[1]
        watched = Checks(sent)
        watched.configure([server("rs1", check(port))], [], [])
        assert sent.messages == []
        await sent.count(1)
        listener.close()
        await sent.count(4)
        with socket.create_server(("127.0.0.1", port)):
            await sent.count(5)
        watched.stop()
        assert brief(sent)[:5] == [
            ("rs1", True, [0]), ("rs1", True, [1]), ("rs1", True, [2]), ("rs1", False, [3]), ("rs1", True, [0])
        ]  # fmt: skip
        assert sent.messages[3] == RealServerState(
            virtual_server=VIRTUAL,
            real_server="rs1",
            up=False,
            checks=(
                CheckState(check=f"TCP_CHECK 127.0.0.1:{port}", up=False, failures=3, reason="Connection refused"),
            ),
        )

    with caplog.at_level(logging.INFO):
        run(main())
    assert [line.partition(" is ")[2] or line.partition(" failed, ")[2] for line in caplog.messages][:5] == [
        "up: connected",
        "1 of 3: Connection refused",
        "2 of 3: Connection refused",
        "down: Connection refused",
        "up: connected",
    ]


def test_a_server_that_is_dead_at_start_is_out_after_its_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        sent, world = Sent(), World(monkeypatch)
        world.outcomes[1] = DOWN
        watched = Checks(sent)
        watched.configure([server("rs1", check(1, retry=5))], [], [])
        await sent.count(1)
        assert brief(sent) == [("rs1", False, [6])]
        assert world.asked[1] == 6
        await world.until_asked(1, 10)
        watched.stop()
        assert len(sent.messages) == 1  # more failures are no news once it is down

    run(main())


def test_the_first_run_waits_a_random_part_of_the_warm_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        monkeypatch.setattr("random.random", lambda: 0.25)
        watched = Checks(Sent())
        before = asyncio.get_running_loop().time()
        watched.configure([server("rs1", check(1, warmup=1000.0))], [], [])
        [[report]] = [entry["checks"] for entry in watched.report()]
        assert report["next_due"] - before == pytest.approx(250, abs=1)
        assert report["up"] is None
        watched.stop()

    run(main())


def test_up_means_all_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        sent, world = Sent(), World(monkeypatch)
        world.outcomes = {1: UP, 2: DOWN}
        watched = Checks(sent)
        watched.configure([server("rs1", check(1), check(2))], [], [])
        await sent.until(lambda _: ("rs1", False, [0, 3]) in brief(sent))
        assert watched.report()[0]["up"] is False
        world.outcomes[2] = UP
        await sent.until(lambda _: brief(sent)[-1] == ("rs1", True, [0, 0]))
        watched.stop()

    run(main())


def test_a_check_that_cannot_be_run_counts_as_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        sent, world = Sent(), World(monkeypatch)
        world.outcomes[1] = DOWN
        ping = PingCheck(address="127.0.0.1", port=1)
        both = RealServerChecks(virtual_server=VIRTUAL, real_server="rs1", checks=(ping, check(1, retry=0)))
        other = RealServerChecks(virtual_server=VIRTUAL, real_server="rs2", checks=(ping,))
        watched = Checks(sent)
        watched.configure([both, other], [], [])
        await sent.count(1)
        assert brief(sent) == [("rs1", False, [1])]
        assert [(found["real_server"], found["up"], found["checks"]) for found in watched.report()][1:] == [
            ("rs2", True, [])
        ]
        watched.stop()

    run(main())


def test_the_same_check_runs_once_for_all_who_share_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        sent, world = Sent(), World(monkeypatch)
        world.outcomes[1] = UP
        watched = Checks(sent)
        virtuals = [f"192.0.2.{number}:80/TCP" for number in range(1, 6)]
        watched.configure([server("rs1", check(1, delay_loop=1000.0), virtual=virtual) for virtual in virtuals], [], [])
        await sent.count(5)
        assert [message.virtual_server for message in sent.messages if isinstance(message, RealServerState)] == virtuals
        assert world.asked == {1: 1}

        watched.configure([server("rs1", check(1, delay_loop=1000.0), virtual="another")], [], [])
        assert len(sent.messages) == 6  # known already, and told at once
        assert world.asked == {1: 1}
        watched.stop()

    run(main())


def test_a_local_error_changes_nothing_and_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        sent, world = Sent(), World(monkeypatch)
        world.outcomes[1] = LOCAL
        watched = Checks(sent)
        watched.configure([server("rs1", check(1))], [], [])
        await world.until_asked(1, 3)
        assert sent.messages == []
        world.outcomes[1] = UP
        await sent.count(1)
        world.outcomes[1] = LOCAL
        await world.until_asked(1, 5)
        assert watched.report()[0]["checks"][0]["local_error"] == "no descriptor"
        assert watched.report()[0]["up"] is True
        watched.stop()
        assert len(sent.messages) == 1

    run(main())
    assert [line for line in caplog.messages if "could not be tried" in line] == [
        "TCP_CHECK 127.0.0.1:1 could not be tried, its state stays as it is: no descriptor"
    ] * 2  # once for each time it set in


def test_a_fault_of_ours_changes_nothing_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        sent, world = Sent(), World(monkeypatch)
        watched = Checks(sent)
        watched.configure([server("rs1", check(1))], [], [])  # World has no answer for it: KeyError
        await world.until_asked(1, 3)
        assert sent.messages == []
        world.outcomes[1] = UP
        await sent.count(1)
        watched.stop()

    run(main())
    assert "Traceback" in caplog.text


def test_a_reload_keeps_verdicts_and_unchanged_checks_do_not_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        sent, world = Sent(), World(monkeypatch)
        world.outcomes = {1: DOWN, 2: UP, 3: UP}
        watched = Checks(sent)
        slow, kept = check(1, delay_loop=1000.0, retry=0), check(2, delay_loop=1000.0)
        watched.configure([server("rs1", slow), server("rs2", kept)], [], [])
        await sent.count(2)
        due = watched.report()[1]["checks"][0]["next_due"]

        patient = replace(slow, retry=9, delay_loop=500.0)
        watched.configure([server("rs1", patient), server("rs3", check(3, warmup=1000.0))], [], [])
        first, second, third = watched.report()
        assert (first["up"], first["checks"][0]["failures"]) == (False, 1)
        assert first["checks"][0]["next_due"] <= asyncio.get_running_loop().time() + 500
        assert second["checks"][0]["next_due"] == due
        assert third["checks"][0]["up"] is None
        assert len(sent.messages) == 2

        watched.configure([], ["checks unknown", server("rs2").key], [])
        assert [entry["real_server"] for entry in watched.report()] == ["rs1", "rs3"]
        watched.configure([server("rs1")], [], [])
        assert brief(sent)[2:] == [("rs1", True, [])]  # no check, no reason to be down
        watched.stop()

    run(main())


def test_a_check_that_is_dropped_while_it_runs_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        sent, world = Sent(), World(monkeypatch)
        world.outcomes[1] = DOWN
        watched = Checks(sent)
        started = asyncio.Event()

        async def hang(_: TcpCheck) -> Outcome:
            started.set()
            await asyncio.get_running_loop().create_future()
            return DOWN

        monkeypatch.setattr(tcp, "probe", hang)
        watched.configure([server("rs1", check(1))], [], [])
        await started.wait()
        assert watched.report()[0]["checks"][0]["next_due"] is None
        watched.configure([], [server("rs1").key], [])
        assert watched.report() == []
        started.clear()
        watched.configure([server("rs1", check(1))], [], [])
        await started.wait()
        watched.stop()
        assert sent.messages == []

    run(main())


def test_a_restart_flaps_nothing_and_goes_on_counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """rs1 was down, rs2 was on its way down; the first says nothing new, the second needs one failure more."""

    async def main() -> None:
        sent, world = Sent(), World(monkeypatch)
        world.outcomes = {1: DOWN, 2: DOWN}

        def was(name: str, port: int, *, up: bool, failures: int) -> RealServerState:
            state = CheckState(check=describe(check(port)), up=up, failures=failures, reason="Connection refused")
            return RealServerState(virtual_server=VIRTUAL, real_server=name, up=up, checks=(state,))

        retained = [was("rs1", 1, up=False, failures=7), was("rs2", 2, up=True, failures=2)]
        watched = Checks(sent)
        watched.configure([server("rs1", check(1)), server("rs2", check(2))], [], retained)
        assert [entry["up"] for entry in watched.report()] == [False, True]
        assert sent.messages == []
        await sent.count(1)
        assert world.asked[2] == 1
        await world.until_asked(1, 2)
        watched.stop()
        assert brief(sent) == [("rs2", False, [3])]

    run(main())


def test_a_restart_with_another_check_believes_the_server_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        sent, world = Sent(), World(monkeypatch)
        state = CheckState(check=describe(check(1)), up=False, failures=7, reason="")
        was = RealServerState(virtual_server=VIRTUAL, real_server="rs1", up=False, checks=(state,))
        watched = Checks(sent)
        watched.configure([server("rs1", check(2, warmup=1000.0))], [], [was])
        assert brief(sent) == [("rs1", True, [])]
        assert world.asked == {}
        watched.stop()

    run(main())


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({}, "TCP_CHECK 127.0.0.1:80"),
        ({"bindto": "192.0.2.1"}, "TCP_CHECK 127.0.0.1:80 from 192.0.2.1:0"),
        ({"bind_port": 99}, "TCP_CHECK 127.0.0.1:80 from *:99"),
    ],
)
def test_names(settings: dict[str, str | float], name: str) -> None:
    assert describe(check(80, **settings)) == name
