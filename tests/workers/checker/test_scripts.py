"""vrrp_script, with real programs: what is told, and that a program never runs twice at once."""

import asyncio
import errno
import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest

from alived.ipc.messages import Message, TrackerChanged
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.common import Program
from alived.workers.checker import programs, scripts
from alived.workers.checker.scripts import Scripts
from tests.workers.checker.kit import Lines, Sent, run, sh


def script(name: str, program: Program, *, interval: float = 0.02, **settings: float | bool) -> VrrpScript:
    return VrrpScript(name=name, program=program, interval=interval, **{"timeout": 10.0, **settings})  # type: ignore[arg-type] # by name


def told(name: str, *, up: bool) -> Message:
    return TrackerChanged(tracker=f"script {name}", up=up)


def follows(flag: Path) -> Program:
    """Succeeds while a file is there."""
    return sh('test -e "$1" || { echo it is gone; exit 1; }', str(flag))


def test_the_first_verdict_and_every_change_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        sent, flag = Sent(), tmp_path / "flag"
        flag.touch()
        tracked = Scripts(sent)
        tracked.configure([script("web", follows(flag), fall=2, rise=2)], [], {})
        assert await sent.count(1) == [told("web", up=True)]
        flag.unlink()
        await sent.count(2)
        flag.touch()
        assert await sent.count(3) == [told("web", up=True), told("web", up=False), told("web", up=True)]
        await tracked.stop()

    with caplog.at_level(logging.INFO):
        run(main())
    assert [line for line in caplog.messages if " is down" in line or " is up" in line] == [
        "vrrp_script web is up: exited with status 0",
        "vrrp_script web is down: exited with status 1: it is gone",
        "vrrp_script web is up: exited with status 0",
    ]
    assert "vrrp_script web is still up, but exited with status 1: it is gone" in caplog.messages
    assert "vrrp_script web is still down, but exited with status 0" in caplog.messages


def test_init_fail_is_told_before_anything_has_run() -> None:
    async def main() -> None:
        sent = Sent()
        tracked = Scripts(sent)
        tracked.configure([script("web", sh("exit 0"), init_fail=True, rise=2)], [], {})
        assert sent.messages == [told("web", up=False)]
        assert await sent.count(2) == [told("web", up=False), told("web", up=True)]
        await tracked.stop()

    run(main())


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (Program(argv=("/nonexistent",), uid=0, gid=0), "cannot be run: failed to execute /nonexistent: No such file"),
        (sh("sleep 1000"), "timed out after 0.1 s"),
    ],
)
def test_failures(program: Program, reason: str) -> None:
    async def main() -> None:
        sent = Sent()
        tracked = Scripts(sent)
        tracked.configure([script("web", program, timeout=0.1)], [], {})
        assert await sent.count(1) == [told("web", up=False)]
        assert tracked.report()[0]["reason"].startswith(reason)
        await tracked.stop()

    run(main())


def test_a_program_that_cannot_be_started_for_want_of_memory_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        sent = Sent()
        tracked = Scripts(sent)
        tracked.configure([script("web", sh("exit 0"))], [], {})
        await sent.count(1)
        tried = asyncio.Semaphore(0)

        def refuse(*_: object, **__: object) -> None:
            tried.release()
            raise OSError(errno.ENOMEM, os.strerror(errno.ENOMEM))

        monkeypatch.setattr(scripts, "Run", refuse)
        for _ in range(5):
            await tried.acquire()
        [report] = tracked.report()
        assert (report["up"], report["local_error"]) == (True, "[Errno 12] Cannot allocate memory")
        monkeypatch.undo()
        await tracked.stop()
        assert len(sent.messages) == 1

    run(main())
    assert sum("could not be started" in line for line in caplog.messages) == 1


def test_what_no_kernel_takes_for_a_program_changes_nothing() -> None:
    async def main() -> None:
        sent = Sent()
        tracked = Scripts(sent)
        tracked.configure([script("web", Program(argv=("/bin/true", "nul: \0"), uid=0, gid=0))], [], {})
        while not tracked.report()[0]["local_error"]:
            turn = asyncio.Event()
            asyncio.get_running_loop().call_soon(turn.set)
            await turn.wait()
        assert tracked.report()[0]["local_error"] == "ValueError('embedded null byte')"
        await tracked.stop()
        assert sent.messages == []

    run(main())


def test_never_two_of_a_program_whatever_names_it(tmp_path: Path) -> None:
    """Three names, three intervals, many reconfigurations; the program itself checks that it is alone."""

    async def main() -> None:
        lines, sent = Lines(tmp_path / "lines"), Sent()
        program = sh('mkdir "$1" && echo alone > "$2" || echo TWICE > "$2"; sleep 0.03; rmdir "$1"',
                     str(tmp_path / "lock"), str(lines.path))  # fmt: skip
        tracked = Scripts(sent)
        names = [script("a", program), script("b", program, interval=0.013), script("c", program, interval=0.05)]
        tracked.configure(names, [], {})
        for turn in range(12):
            await lines.count(2 * turn + 1)
            one = names[turn % 3]
            tracked.configure([replace(one, interval=one.interval + 0.001)], [], {})
            tracked.configure([], [one.key], {})
            tracked.configure([one], [], {})
        await tracked.stop()
        assert set(lines.seen) == {"alone"}
        assert {message for message in sent.messages if isinstance(message, TrackerChanged) and message.up} == {
            told("a", up=True), told("b", up=True), told("c", up=True)
        }  # fmt: skip
        lines.close()

    run(main())


def test_a_program_that_is_no_longer_configured_is_ended_and_waited_for(tmp_path: Path) -> None:
    """Dropped while it runs and configured again: the second run starts when the first is gone."""

    async def main() -> None:
        lines, sent = Lines(tmp_path / "lines"), Sent()
        text = 'trap "sleep 0.1; echo end $$ > \\"$1\\"; exit" TERM; echo start $$ > "$1"; while :; do sleep 0.01; done'
        wanted = script("web", sh(text, str(lines.path)), interval=1000.0)
        tracked = Scripts(sent)
        tracked.configure([wanted], ["vrrp_script unknown"], {})
        await lines.count(1)
        tracked.configure([], [wanted.key], {})
        tracked.configure([wanted], [], {})
        first, second, third = await lines.count(3)
        assert first.replace("start", "end") == second
        assert third.startswith("start")
        await tracked.stop()
        assert sent.messages == []
        lines.close()

    run(main())


def test_a_program_that_cannot_be_killed_fails_again_and_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It hangs in the kernel (here: nobody sends it SIGKILL). Each time that it is due counts as a failure."""

    async def main() -> None:
        lines, sent = Lines(tmp_path / "lines"), Sent()
        monkeypatch.setattr(programs, "GRACE", 1000.0)
        monkeypatch.setattr(scripts, "UNKILLABLE", 0.02)
        program = sh('trap "" TERM; echo $$ > "$1"; read _ < "$2"; exit 0', str(lines.path), str(tmp_path / "release"))
        os.mkfifo(tmp_path / "release")
        tracked = Scripts(sent)
        tracked.configure([script("web", program, timeout=0.05, fall=3)], [], {"script web": True})
        assert await sent.count(1) == [told("web", up=False)]
        assert tracked.report()[0]["reason"] == "an earlier run can not be killed and still hangs"
        assert len(lines.seen) == 1
        await tracked.stop()
        [hung] = tracked._runs.values()
        (tmp_path / "release").write_text("\n")
        await hung.reaped
        lines.close()

    run(main())


def test_what_is_unchanged_or_only_renamed_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        lines, sent = Lines(tmp_path / "lines"), Sent()
        program = sh('echo run > "$1"; exit 1', str(lines.path))
        first = script("old", program, interval=1000.0)
        tracked = Scripts(sent)
        tracked.configure([first], [], {})
        assert await sent.count(1) == [told("old", up=False)]
        [before] = tracked.report()

        tracked.configure([replace(first, fall=5, rise=5, interval=900.0)], [], {})
        [after] = tracked.report()
        assert (after["up"], after["since"]) == (before["up"], before["since"])
        assert after["next_due"] < before["next_due"]

        tracked.configure([script("new", program, interval=1000.0, rise=5)], [first.key], {})
        assert sent.messages == [told("old", up=False), told("new", up=False)]
        await tracked.stop()
        lines.close()

    run(main())


def test_another_program_under_the_same_name_starts_afresh() -> None:
    async def main() -> None:
        sent = Sent()
        tracked = Scripts(sent)
        tracked.configure([script("web", sh("exit 1"), fall=3, rise=3)], [], {})
        await sent.count(1)
        tracked.configure([script("web", sh("exit 0"), fall=3, rise=3)], [], {})
        assert await sent.count(2) == [told("web", up=False), told("web", up=True)]
        await tracked.stop()

    run(main())


@pytest.mark.parametrize("up", [True, False])
def test_a_restart_keeps_the_verdict_and_runs_soon(tmp_path: Path, up: bool) -> None:
    """One run that says otherwise is not enough where fall or rise say three."""

    async def main() -> None:
        lines, sent = Lines(tmp_path / "lines"), Sent()
        program = sh('echo run > "$1"; exit "$2"', str(lines.path), str(int(up)))
        tracked = Scripts(sent)
        tracked.configure([script("web", program, fall=3, rise=3)], [], {"script web": up})
        assert tracked.report()[0]["up"] is up
        await lines.count(2)
        assert sent.messages == []
        assert await sent.count(1) == [told("web", up=not up)]
        await tracked.stop()
        lines.close()

    run(main())


def test_stop_ends_what_runs(tmp_path: Path) -> None:
    async def main() -> None:
        lines, sent = Lines(tmp_path / "lines"), Sent()
        tracked = Scripts(sent)
        tracked.configure([script("web", sh('echo $$ > "$1"; sleep 1000', str(lines.path)))], [], {})
        [pid] = await lines.count(1)
        assert tracked.report()[0]["next_due"] is None  # it runs
        await tracked.stop()
        assert not Path("/proc", pid).exists()
        assert sent.messages == []
        lines.close()

    run(main())
