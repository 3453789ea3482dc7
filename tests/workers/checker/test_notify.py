"""Notify programs: what is run, in which order, and what a restart of the checker makes of it."""

import asyncio
import logging
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from alived.ipc.messages import GroupState, InstanceState, LowerPriorityHeard, State
from alived.ipc.model.checker import Notify, NotifyKind
from alived.ipc.model.common import Program
from alived.ipc.model.globals import CheckerGlobals
from alived.ipc.model.settings import Fifo, Mail, MailServer
from alived.workers.checker import notify, run_queue
from alived.workers.checker.notify import Notifier
from alived.workers.checker.programs import Run
from tests.workers.checker.kit import Lines, run, sh
from tests.workers.checker.smtp_sink import Sink


def entered(word: str, *, instance: str = "VI_1", since: float = 1000.0) -> InstanceState:
    stopping = word == "STOP"
    state = State.MASTER if stopping else State(word)
    return InstanceState(instance=instance, state=state, since=since, priority=100, reason="", stopping=stopping)


def writes(lines: Lines, text: str = 'echo "$2" "$@" > "$1"', *arguments: str) -> Program:
    return sh(text, str(lines.path), *arguments)


def all_of(lines: Lines, instance: str = "VI_1") -> Notify:
    """Every program says its name; `notify` says its arguments."""
    return Notify(
        name=instance,
        master=writes(lines, 'echo "$2" > "$1"', "master"),
        backup=writes(lines, 'echo "$2" > "$1"', "backup"),
        fault=writes(lines, 'echo "$2" > "$1"', "fault"),
        stop=writes(lines, 'echo "$2" > "$1"', "stop"),
        any_state=writes(lines, 'fifo="$1"; shift; echo "$*" > "$fifo"'),
    )


def test_programs_and_arguments_are_keepalived_s(tmp_path: Path) -> None:
    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        notifier.configure([all_of(lines)], [])
        for word in ("INIT", "BACKUP", "MASTER", "MASTER", "FAULT", "BACKUP", "STOP", "STOP"):
            notifier.receive(entered(word))
        assert await lines.count(10) == [
            "backup", "INSTANCE VI_1 BACKUP 100",
            "master", "INSTANCE VI_1 MASTER 100",
            "fault", "INSTANCE VI_1 FAULT 100",
            "backup", "INSTANCE VI_1 BACKUP 100",
            "stop", "INSTANCE VI_1 STOP 100",
        ]  # fmt: skip
        await notifier.stop()
        lines.close()

    run(main())


def test_an_instance_without_programs_and_a_state_without_one(tmp_path: Path) -> None:
    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        notifier.configure([Notify(name="VI_1", master=writes(lines))], [])
        for word in ("BACKUP", "MASTER"):
            notifier.receive(entered(word, instance="another"))
            notifier.receive(entered(word))
        assert len(await lines.count(1)) == 1
        await notifier.stop()
        lines.close()

    run(main())


def test_slow_programs_are_not_overtaken_and_instances_do_not_wait_for_each_other(tmp_path: Path) -> None:
    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        slow = 'echo "$2 begins" > "$1"; read _ < "$3"; echo "$2 ends" > "$1"'
        for instance in ("A", "B"):
            os.mkfifo(tmp_path / instance)
            master = writes(lines, slow, f"{instance} master", str(tmp_path / instance))
            backup = writes(lines, 'echo "$2" > "$1"', f"{instance} backup")
            notifier.configure([Notify(name=instance, master=master, backup=backup)], [])
            notifier.receive(entered("MASTER", instance=instance))
            notifier.receive(entered("BACKUP", instance=instance))
        assert sorted(await lines.count(2)) == ["A master begins", "B master begins"]
        for instance in ("A", "B"):
            (tmp_path / instance).write_text("\n")
        found = (await lines.count(6))[2:]
        for instance in ("A", "B"):
            assert [line for line in found if line.startswith(instance)] == [
                f"{instance} master ends",
                f"{instance} backup",
            ]
        await notifier.stop()
        lines.close()

    run(main())


def test_output_and_failure_are_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        notifier = Notifier()
        master = sh("echo hello; echo trouble >&2; exit 7")
        missing = Program(argv=("/nonexistent",), uid=0, gid=0)
        notifier.configure([Notify(name="VI_1", master=master, any_state=missing)], [])
        notifier.receive(entered("MASTER"))
        await notifier.stop()

    with caplog.at_level(logging.INFO):
        run(main())
    assert "notify_master of VI_1: hello" in caplog.messages
    assert "notify_master of VI_1: trouble" in caplog.messages
    assert "notify_master of VI_1 exited with status 7: trouble" in caplog.messages
    [gone] = [line for line in caplog.messages if line.startswith("notify of VI_1 (MASTER) cannot")]
    assert "/nonexistent: No such file or directory" in gone


def test_a_program_that_cannot_be_started_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        notifier.configure([all_of(lines)], [])
        refusals = [OSError(24, "Too many open files")]

        def refuse_first(program: Program, *arguments: str) -> Run:
            if refusals:
                raise refusals.pop()
            return Run(program, *arguments)

        monkeypatch.setattr(run_queue, "Run", refuse_first)
        notifier.receive(entered("MASTER"))
        assert await lines.count(1) == ["INSTANCE VI_1 MASTER 100"]
        await notifier.stop()
        lines.close()

    run(main())
    assert any("notify_master of VI_1 cannot be run: [Errno 24]" in line for line in caplog.messages)


def test_a_program_may_run_for_long_until_something_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        monkeypatch.setattr(run_queue, "PATIENCE", 0.2)
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        master = writes(lines, 'echo $$ > "$1"; exec sleep 1000')
        backup = writes(lines, 'echo backup > "$1"')
        notifier.configure([Notify(name="VI_1", master=master, backup=backup)], [])
        notifier.receive(entered("MASTER"))
        [pid] = await lines.count(1)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.4):
                await lines.count(2)
        assert Path("/proc", pid).exists()
        notifier.receive(entered("BACKUP"))
        assert (await lines.count(2))[1] == "backup"
        assert not Path("/proc", pid).exists()
        await notifier.stop()
        lines.close()

    run(main())
    assert "notify_master of VI_1 has run for 0.2 s while others wait: it is ended" in caplog.messages


def test_a_program_that_hangs_in_the_kernel_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It ignores SIGTERM, and SIGKILL is long in coming: the next program does not wait for ever."""

    async def main() -> None:
        monkeypatch.setattr(run_queue, "PATIENCE", 0.05)
        monkeypatch.setattr(run_queue, "GRACE", 0.05)
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        master = writes(lines, 'trap "" TERM; echo $$ > "$1"; read _ < "$2"; echo released > "$1"', str(tmp_path / "f"))
        os.mkfifo(tmp_path / "f")
        backup = writes(lines, 'echo backup > "$1"')
        notifier.configure([Notify(name="VI_1", master=master, backup=backup)], [])
        notifier.receive(entered("MASTER"))
        await lines.count(1)
        run_of_master = notifier._queues["notify VI_1"]._current
        assert run_of_master is not None
        notifier.receive(entered("BACKUP"))
        assert (await lines.count(2))[1] == "backup"
        await notifier.stop()
        (tmp_path / "f").write_text("\n")
        await run_of_master[1].reaped
        lines.close()

    run(main())


def test_stop_waits_for_what_was_asked(tmp_path: Path) -> None:
    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        master = writes(lines, 'echo begins > "$1"; sleep 0.2; echo ends > "$1"')
        stop = writes(lines, 'sleep 0.1; echo stopped > "$1"')
        notifier.configure([Notify(name="VI_1", master=master, stop=stop)], [])
        notifier.receive(entered("MASTER"))
        notifier.receive(entered("STOP"))
        await notifier.stop()
        assert await lines.count(3) == ["begins", "ends", "stopped"]
        lines.close()

    run(main())


def test_stop_does_not_wait_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        monkeypatch.setattr(notify, "STOP_PATIENCE", 0.1)
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        master = writes(lines, 'echo $$ > "$1"; exec sleep 1000')
        notifier.configure([Notify(name="VI_1", master=master, stop=writes(lines))], [])
        notifier.configure([Notify(name="VI_2", backup=sh("exit 0"))], [])
        notifier.receive(entered("BACKUP", instance="VI_2"))
        notifier.receive(entered("MASTER"))
        notifier.receive(entered("STOP"))
        [pid] = await lines.count(1)
        await notifier.stop()
        left = notifier._queues["notify VI_1"]._current
        assert left is not None
        assert left[1].pid == int(pid)
        os.kill(left[1].pid, signal.SIGKILL)
        await left[1].reaped
        assert len(lines.seen) == 1
        lines.close()

    run(main())
    assert any(line.startswith("notify_master of VI_1 (pid ") and "left to itself" in line for line in caplog.messages)
    assert "notify_stop of VI_1 was not run: alived is stopping" in caplog.messages


def test_a_reload_notifies_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        notifier.receive(entered("MASTER"))
        notifier.configure([all_of(lines)], [])
        notifier.receive(entered("MASTER"))  # said again by a vrrp worker that came back
        notifier.receive(entered("BACKUP"))
        assert await lines.count(2) == ["backup", "INSTANCE VI_1 BACKUP 100"]
        notifier.configure([], ["notify VI_1"])
        notifier.receive(entered("MASTER"))
        notifier.configure([], ["notify VI_1"])
        notifier.configure([all_of(lines)], [])
        notifier.receive(entered("BACKUP"))  # the instance is new: its first state is news
        assert (await lines.count(4))[2:] == ["backup", "INSTANCE VI_1 BACKUP 100"]
        await notifier.stop()
        lines.close()

    run(main())


@pytest.mark.parametrize(
    ("retained", "live", "notified"),
    [
        # (state, seconds ago that it was entered); the predecessor was last known to be well 2 s ago
        ([("MASTER", 60.0)], [("MASTER", 60.0)], []),  # known, and said again
        ([("MASTER", 60.0)], [("BACKUP", 0.0)], ["BACKUP"]),  # news
        ([("MASTER", 1.0)], [], ["MASTER"]),  # entered when the predecessor may have been dead already
        ([], [("MASTER", 60.0)], []),  # an old state, said again while no checker was there: held back as news
        ([], [("MASTER", 1.0)], ["MASTER"]),
        ([], [("FAULT", 1.5), ("BACKUP", 1.0)], ["FAULT", "BACKUP"]),
        ([("STOP", 60.0)], [("BACKUP", 0.0)], ["BACKUP"]),
    ],
)
def test_a_restart_notifies_what_is_new_and_only_that(
    tmp_path: Path,
    retained: list[tuple[str, float]],
    live: list[tuple[str, float]],
    notified: list[str],
) -> None:
    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        now = asyncio.get_running_loop().time()
        any_state = writes(lines, 'echo "$4" > "$1"')
        notifier.configure([Notify(name="VI_1", any_state=any_state)], [])
        notifier.resume([entered(word, since=now - ago) for word, ago in retained], 2.0)
        for word, ago in live:
            notifier.receive(entered(word, since=now - ago))
        await notifier.stop()
        assert await lines.count(len(notified)) == notified
        lines.close()

    run(main())


def test_a_group_is_told_with_its_name_and_priority_0(tmp_path: Path) -> None:
    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        group = replace(all_of(lines), kind=NotifyKind.GROUP, name="G")
        notifier.configure([group, all_of(lines, "G")], [])
        for state in (State.BACKUP, State.MASTER, State.MASTER):
            notifier.receive(GroupState(group="G", state=state, since=1.0))
        notifier.receive(GroupState(group="G", state=State.MASTER, since=1.0, stopping=True))
        assert await lines.count(6) == [
            "backup", "GROUP G BACKUP 0",
            "master", "GROUP G MASTER 0",
            "stop", "GROUP G STOP 0",
        ]  # fmt: skip
        await notifier.stop()
        lines.close()

    run(main())


@pytest.mark.parametrize("message_first", [True, False])
@pytest.mark.parametrize(("says_deleted", "word"), [(True, "DELETED"), (False, "FAULT")])
def test_an_instance_that_a_reload_removes_is_told_of(
    tmp_path: Path, says_deleted: bool, word: str, message_first: bool
) -> None:
    """notify_fault does not run, as in keepalived: nothing is wrong."""

    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        deleted = writes(lines, 'echo "deleted $#" > "$1"') if says_deleted else None
        notifier.configure([replace(all_of(lines), says_deleted=says_deleted, deleted=deleted)], [])
        notifier.receive(entered("BACKUP"))
        farewell = replace(entered("BACKUP"), deleted=True)
        if message_first:
            notifier.receive(farewell)
        notifier.configure([], ["notify VI_1"])
        if not message_first:
            notifier.receive(farewell)
        await notifier.stop()
        expected = ["deleted 1"] if says_deleted else []
        assert (await lines.count(3))[2:] == [*expected, f"INSTANCE VI_1 {word} 100"]
        lines.close()

    run(main())


def test_lower_priorities_run_their_program_without_arguments_and_do_not_pile_up(tmp_path: Path) -> None:
    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        os.mkfifo(tmp_path / "go")
        lower = writes(lines, 'read _ < "$2"; echo "lower $#" > "$1"', str(tmp_path / "go"))
        notifier.configure([replace(all_of(lines), master_rx_lower_pri=lower, any_state=None)], [])
        for _ in range(100):
            notifier.receive(LowerPriorityHeard(instance="VI_1", priority=100))
        notifier.receive(LowerPriorityHeard(instance="another", priority=100))
        notifier.receive(entered("BACKUP"))
        for done in (1, 2):
            descriptor = await asyncio.to_thread(os.open, tmp_path / "go", os.O_WRONLY)
            os.write(descriptor, b"\n")
            os.close(descriptor)
            await lines.count(done)  # it has closed its end
        assert await lines.count(3) == ["lower 2", "lower 2", "backup"]
        await notifier.stop()
        lines.close()

    run(main())


def test_the_oldest_gives_way_when_too_many_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        monkeypatch.setattr(run_queue, "MAX_WAITING", 2)
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        os.mkfifo(tmp_path / "go")
        slow = writes(lines, 'read _ < "$2"; echo master > "$1"', str(tmp_path / "go"))
        notifier.configure([replace(all_of(lines), master=slow, any_state=None)], [])
        for word in ("MASTER", "BACKUP", "FAULT", "STOP"):
            notifier.receive(entered(word))
        (await asyncio.to_thread((tmp_path / "go").open, "w")).close()
        assert await lines.count(3) == ["master", "fault", "stop"]
        await notifier.stop()
        lines.close()

    run(main())
    assert "notify_backup of VI_1 was not run: 2 others wait" in caplog.messages


def test_all_three_ways_at_once(tmp_path: Path) -> None:
    """One transition: the pipe's program reads it, a notify program runs, a mail arrives."""

    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        async with Sink() as sink:
            settings = CheckerGlobals(
                router_id="R1",
                mail=Mail(to=("a@x.example",), server=MailServer(host="127.0.0.1", port=sink.port)),
                notify_fifo=Fifo(path=str(tmp_path / "fifo"), uid=os.geteuid(), gid=os.getegid()),
                notify_fifo_script=sh(
                    'exec 3<>"$2"; while read -r line <&3; do echo "pipe $line" >"$1"; done', str(lines.path)
                ),
                fifo_write_vrrp_states_on_reload=True,
            )
            notify = Notify(name="VI_1", any_state=all_of(lines).any_state, smtp_alert=True)
            notifier.configure([notify], [], settings, first=True)
            notifier.receive(entered("MASTER"))
            assert sorted(await lines.count(2)) == ["INSTANCE VI_1 MASTER 100", 'pipe INSTANCE "VI_1" MASTER 100']
            [mail] = await sink.count(1)
            assert b"Subject: [R1] VRRP Instance VI_1 - Entering MASTER state\r\n" in mail.data

            notifier.configure([], [])  # a reload writes the states to the pipes, and nobody else hears of it
            assert (await lines.count(3))[2] == 'pipe INSTANCE "VI_1" MASTER 100'
            notifier.receive(entered("STOP"))
            await notifier.stop()
            assert sorted((await lines.count(5))[3:]) == [
                "INSTANCE VI_1 STOP 100",
                'pipe INSTANCE "VI_1" STOP 100',
            ]
            assert b"VRRP Instance VI_1 - Stopping\r\n" in sink.mails[1].data
            assert notifier.report() == {"pipes": [], "mail": {"waiting": 0, "sent": 2, "given_up": 0}}
        assert not (tmp_path / "fifo").exists()
        lines.close()

    run(main())


def test_another_name_is_told_to_pipes_that_want_all_states_at_a_reload_and_to_nobody_else(tmp_path: Path) -> None:
    async def main() -> None:
        lines, notifier = Lines(tmp_path / "lines"), Notifier()
        settings = CheckerGlobals(
            notify_fifo=Fifo(path=str(tmp_path / "fifo"), uid=os.geteuid(), gid=os.getegid()),
            notify_fifo_script=sh(
                'exec 3<>"$2"; while read -r line <&3; do echo "pipe $line" >"$1"; done', str(lines.path)
            ),
        )
        other = all_of(lines, "VI_2")
        notifier.configure([all_of(lines, "OLD"), other], [], settings, first=True)
        notifier.receive(entered("MASTER", instance="OLD"))
        assert len(await lines.count(3)) == 3
        for wanted, name in ((False, "NEW"), (True, "NEWER")):
            was = "OLD" if name == "NEW" else "NEW"
            settings = replace(settings, fifo_write_vrrp_states_on_reload=wanted)
            notifier.configure([all_of(lines, name)], [Notify(name=was).key], settings)
            notifier.receive(replace(entered("MASTER", instance=name), formerly=was))
            notifier.receive(replace(entered("FAULT", instance=was), deleted=True, now_called=name))
        assert (await lines.count(4))[3:] == ['pipe INSTANCE "NEWER" MASTER 100']
        notifier.receive(entered("BACKUP", instance="VI_2"))
        assert len((await lines.count(7))[4:]) == 3
        await notifier.stop()
        lines.close()

    run(main())
