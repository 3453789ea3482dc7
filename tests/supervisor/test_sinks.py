"""sinks.py: each line arrives in its stream: the journal, syslog, the console, the memory of alivectl."""

import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from alived.ipc.messages import LogLine
from alived.supervisor import sinks
from alived.supervisor.sinks import KEPT_LINES, Datagrams, SinkHandler, Sinks, journal_entry, syslog_entry

LINE = LogLine(worker="vrrp", time=1_800_000_000.25, level=4, text="(VI_1) Entering FAULT STATE: ens33 is down")


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "socket"))
        receiver.settimeout(5)
        yield receiver


def test_the_journal_gets_an_identifier_for_each_process(listener: socket.socket) -> None:
    output = Datagrams(Path(listener.getsockname()), journal_entry)
    output(LINE)
    output(LogLine(worker="supervisor", time=0.0, level=6, text="ready"))
    assert listener.recv(1000).decode() == f"PRIORITY=4\nSYSLOG_IDENTIFIER=alived-vrrp\nMESSAGE={LINE.text}\n"
    assert "SYSLOG_IDENTIFIER=alived\n" in listener.recv(1000).decode()
    output._socket.close()


def test_syslog_gets_facility_and_priority(listener: socket.socket) -> None:
    output = Datagrams(Path(listener.getsockname()), syslog_entry(facility=3))
    output(LINE)
    stamp = time.strftime("%b %e %H:%M:%S", time.localtime(LINE.time))
    received = listener.recv(1000).decode()
    assert received.startswith(f"<{3 * 8 + 4}>{stamp} alived-vrrp[")
    assert received.endswith(f"]: {LINE.text}")
    output._socket.close()


def test_a_log_daemon_that_is_away_costs_lines_not_time_and_is_told_how_many(tmp_path: Path) -> None:
    output = Datagrams(tmp_path / "later", journal_entry)
    for _ in range(10):
        output(LINE)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as late:
        late.bind(str(tmp_path / "later"))
        for _ in range(5000):  # more than it reads: that does not block either
            output(LINE)
        assert "MESSAGE=10 lines before this one were dropped" in late.recv(1000).decode()
        assert f"MESSAGE={LINE.text}" in late.recv(1000).decode()
    output._socket.close()


@pytest.mark.parametrize(("journal", "syslog", "found"), [(True, True, "journal"), (False, True, "syslog")])
def test_the_journal_is_preferred(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, journal: bool, syslog: bool, found: str
) -> None:
    for name, there in (("journal", journal), ("syslog", syslog)):
        monkeypatch.setattr(sinks, name.upper(), tmp_path / name)
        if there:
            (tmp_path / name).touch()
    output = sinks.log_daemon(3)
    assert isinstance(output, Datagrams)
    assert output.path == str(tmp_path / found)
    output._socket.close()


def test_without_a_log_daemon_there_is_no_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "JOURNAL", tmp_path / "no")
    monkeypatch.setattr(sinks, "SYSLOG", tmp_path / "no")
    assert sinks.log_daemon(3) is None


def test_the_console_shows_time_process_and_text(capsys: pytest.CaptureFixture[str]) -> None:
    sinks.console(LINE)
    stamp = time.strftime("%H:%M:%S", time.localtime(LINE.time))
    assert capsys.readouterr().err == f"{stamp}.250 vrrp       {LINE.text}\n"


def test_the_last_lines_are_kept_by_stream_and_in_order_of_time() -> None:
    kept = Sinks([])
    for number in range(KEPT_LINES + 10):
        kept.write("vrrp", 6, str(number))
    kept.write("checker", 6, "late")
    assert [line.text for line in kept.recent("vrrp", 2)] == [str(KEPT_LINES + 8), str(KEPT_LINES + 9)]
    assert [line.text for line in kept.recent(None, 2)] == [str(KEPT_LINES + 9), "late"]
    assert len(list(kept.recent("vrrp", 10**6))) == KEPT_LINES
    assert list(kept.recent("lvs", 5)) == []
    assert list(kept.recent("vrrp", 0)) == []


def test_the_supervisors_own_log_is_a_stream_like_the_others() -> None:
    seen: list[LogLine] = []
    logger = logging.getLogger("test.sinks")
    handler = SinkHandler(Sinks([seen.append]))
    logger.addHandler(handler)
    logger.error("two\nlines")
    logger.removeHandler(handler)
    assert [(line.worker, line.level, line.text) for line in seen] == [
        ("supervisor", 3, "two"),
        ("supervisor", 3, "lines"),
    ]
