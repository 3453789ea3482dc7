"""One run of one program, with real processes."""

import asyncio
import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from alived.ipc.model.common import Program
from alived.workers.checker import programs
from alived.workers.checker.outcome import Down, Outcome, Up
from alived.workers.checker.programs import Run
from tests.workers.checker.kit import BOUND, Lines, run, sh

NOBODY = 65534
as_root = pytest.mark.skipif(
    os.geteuid() != 0 or int(Path("/proc/self/uid_map").read_text().split()[2]) <= NOBODY,
    reason="changing the user needs root, and a namespace that has the user",
)


async def finish(program: Program, *arguments: str, timeout: float | None = BOUND) -> tuple[Outcome, list[str]]:
    started = Run(program, *arguments, timeout=timeout)
    await started.reaped
    return started.outcome.result(), started.output.lines


def alive(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def descriptors() -> list[int]:
    return sorted(int(entry.name) for entry in Path("/proc/self/fd").iterdir())


def children() -> list[str]:
    """Of this process, zombies too."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()


async def end_of(pid: int) -> None:
    """Wait until a process that is not our child has ended."""
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(pidfd, ended.set)
    await ended.wait()
    asyncio.get_running_loop().remove_reader(pidfd)
    os.close(pidfd)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("exit 0", Up("exited with status 0")),
        ("exit 3", Down("exited with status 3")),
        ("echo first; echo the reason >&2; exit 1", Down("exited with status 1: the reason")),
        ("echo fine; exit 0", Up("exited with status 0")),
        ("kill -KILL $$", Down("was killed by SIGKILL")),
        ("kill -40 $$", Down("was killed by signal 40")),
        ("exit 127", Down("exited with status 127")),
    ],
)
def test_outcomes(text: str, outcome: Outcome) -> None:
    assert run(finish(sh(text)))[0] == outcome


def test_a_program_that_is_not_there() -> None:
    outcome, _ = run(finish(Program(argv=("/nonexistent/check.sh",), uid=0, gid=0)))
    assert outcome == Down("cannot be run: failed to execute /nonexistent/check.sh: No such file or directory")


def test_a_program_that_may_not_be_run(tmp_path: Path) -> None:
    script = tmp_path / "check.sh"
    script.write_text("#!/bin/sh\n")
    outcome, _ = run(finish(Program(argv=(str(script),), uid=0, gid=0)))
    assert outcome == Down(f"cannot be run: failed to execute {script}: Permission denied")


def test_a_script_without_an_interpreter_line_is_the_shells(tmp_path: Path) -> None:
    script = tmp_path / "check.sh"
    script.write_text('echo "$1"; exit 0\n')
    script.chmod(0o755)
    assert run(finish(Program(argv=(str(script), "an argument"), uid=0, gid=0)))[1] == ["an argument"]


def test_arguments_are_never_seen_by_a_shell() -> None:
    argv = ("/usr/bin/printf", "%s\n", "a b", "$HOME", "; exit 1", "")
    assert run(finish(Program(argv=argv, uid=0, gid=0), "*"))[1] == ["a b", "$HOME", "; exit 1", "*"]


@as_root
def test_the_user_is_changed_and_other_groups_are_dropped() -> None:
    program = sh("id -u; id -g; id -G", uid=NOBODY, gid=NOBODY)
    assert run(finish(program))[1] == [str(NOBODY)] * 3


@as_root
def test_a_program_of_root_s_has_root_s_capabilities_though_the_checker_has_not(tmp_path: Path) -> None:
    """`ip address add` in a notify script, and a script in a directory that is closed even to root without them."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    script = hidden / "caps.sh"
    script.write_text("#!/bin/sh\nexec grep CapEff /proc/self/status\n")
    script.chmod(0o755)
    hidden.chmod(0o700)
    os.chown(hidden, NOBODY, NOBODY)
    checker = """
import asyncio, sys
from alived.ipc.model.common import Program
from alived.ipc.privileges import Capability, held, keep_only
from alived.workers.checker.programs import Run
keep_only(frozenset({Capability.SETUID, Capability.SETGID, Capability.KILL}), for_programs_too=False)
async def main():
    started = Run(Program(argv=(sys.argv[1],), uid=0, gid=0))
    await started.reaped
    print(*started.output.lines)
asyncio.run(main())
"""
    found = subprocess.run([sys.executable, "-c", checker, str(script)], check=True, capture_output=True, text=True)
    own = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff"))
    assert found.stdout.split() == own.split()


@as_root
def test_another_users_script_can_open_its_standard_error_by_name() -> None:
    outcome, lines = run(finish(sh("echo words > /dev/stderr", uid=NOBODY, gid=NOBODY)))
    assert (outcome, lines) == (Up("exited with status 0"), ["words"])


def test_a_program_finds_a_clean_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", "/run/systemd/notify")
    monkeypatch.setenv("FROM_THE_UNIT_FILE", "kept")
    with Path("/etc/hostname").open() as kept_open:
        os.set_inheritable(kept_open.fileno(), True)
        text = """
            pwd; ls /proc/$$/fd | tr '\\n' ' '; echo; readlink /proc/$$/fd/0
            echo "${NOTIFY_SOCKET-unset} $FROM_THE_UNIT_FILE"
            cut -d' ' -f5,6 /proc/$$/stat | sed "s/$$/own/g"
        """
        _, lines = run(finish(sh(text)))
    assert lines == ["/", "0 1 2", "/dev/null", "unset kept", "own own"]


def test_signals_that_this_process_ignores_or_blocks_are_default_in_programs() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGUSR1)}
    try:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
        programs.give_programs_default_signals()
        _, lines = run(
            finish(Program(argv=("/usr/bin/grep", "-E", "^Sig(Blk|Ign)", "/proc/self/status"), uid=0, gid=0))
        )
        masks = {name: int(mask, 16) for name, mask in (line.split() for line in lines)}
        libc_own = 1 << 31 | 1 << 32  # signals 32 and 33: glibc may leave them ignored in a child
        assert (masks["SigBlk:"], masks["SigIgn:"] & ~libc_own) == (0, 0)
        os.kill(os.getpid(), signal.SIGHUP)  # and still do nothing here
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def test_of_much_output_the_end_is_kept() -> None:
    outcome, lines = run(finish(sh("seq 100000; echo last; exit 1")))
    assert outcome == Down("exited with status 1: last")
    assert lines[0] == "(only the last 4096 bytes of the output:)"
    assert lines[-2:] == ["100000", "last"]
    assert sum(map(len, lines)) < 4200


def test_output_that_is_not_text() -> None:
    assert run(finish(sh(r"printf '\377\376 \n\n  \n'")))[1] == ["\ufffd\ufffd"]


def test_a_timeout_ends_the_whole_group(tmp_path: Path) -> None:
    """The program and its child ignore SIGTERM: both are killed, and the verdict does not wait for that."""

    async def main() -> None:
        lines = Lines(tmp_path / "lines")
        text = 'trap "" TERM; (echo $(sh -c "echo \\$PPID") > "$1"; exec sleep 1000) & echo $! > "$1"; wait; sleep 1000'
        started = Run(sh(text, str(lines.path)), timeout=0.3)
        child = int((await lines.count(2))[0])
        assert await started.outcome == Down("timed out after 0.3 s")
        assert not started.reaped.done()
        assert alive(child)
        assert await started.gone(BOUND)
        await end_of(child)
        lines.close()

    run(main())


def test_what_outlives_sigterm_is_killed_when_the_program_obeys_it(tmp_path: Path) -> None:
    async def main() -> None:
        lines = Lines(tmp_path / "lines")
        started = Run(sh('(trap "" TERM; echo ready > "$1"; sleep 1000; :) & echo $! > "$1"; wait', str(lines.path)))
        child = next(int(line) for line in await lines.count(2) if line != "ready")
        started.end("enough")
        started.end("again")
        await started.reaped
        assert started.outcome.result() == Down("enough")
        assert asyncio.get_running_loop().time() - started.started < programs.GRACE
        await end_of(child)
        started.end("too late")
        lines.close()

    run(main())


def test_a_daemon_that_a_program_leaves_behind_is_not_killed_by_its_output(tmp_path: Path) -> None:
    """It writes to the inherited pipe long after the program has ended, and would get SIGPIPE if nobody read."""

    async def main() -> None:
        lines = Lines(tmp_path / "lines")
        go_on = tmp_path / "go_on"
        os.mkfifo(go_on)
        text = '(read _ < "$2"; seq 50000; echo alive > "$1") & echo started'
        started = Run(sh(text, str(lines.path), str(go_on)))
        await started.reaped
        assert started.output.lines == ["started"]
        await asyncio.get_running_loop().run_in_executor(None, go_on.write_text, "\n")
        assert await lines.count(1) == ["alive"]
        assert started.output.lines == ["started"]
        lines.close()

    run(main())


def test_nothing_is_left_behind_by_many_runs() -> None:
    async def main() -> None:
        others = children()
        await finish(sh(":"))
        before = descriptors()
        for index in range(200):
            match index % 4:
                case 0:
                    await finish(sh("exit 1"))
                case 1:
                    await finish(Program(argv=("/nonexistent",), uid=0, gid=0))
                case 2:
                    await asyncio.gather(finish(sh("echo output")), finish(sh("exit 2")))
                case _:
                    ended = Run(sh("sleep 1000"))
                    ended.end("at once")
                    await ended.reaped
        assert descriptors() == before
        assert children() == others

    run(main())


@pytest.mark.parametrize("spare", range(1, 12))
def test_too_few_descriptors_is_an_error_of_ours_and_leaves_nothing_running(spare: int) -> None:
    async def main() -> None:
        others = children()
        before = descriptors()
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(before) + spare, limits[1]))
        try:
            started = Run(sh("exit 0"))
        except OSError:
            started = None
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limits)
        if started is not None:
            await started.reaped
        turn = asyncio.Event()
        asyncio.get_running_loop().call_later(0.01, turn.set)  # the output's end of file is read
        await turn.wait()
        assert descriptors() == before
        assert children() == others

    run(main())


def test_a_program_that_cannot_be_watched_does_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(pid: int) -> int:
        assert alive(pid)
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    async def main() -> None:
        others = children()
        monkeypatch.setattr(os, "pidfd_open", refuse)
        with pytest.raises(OSError, match="Too many open files"):
            Run(sh("sleep 1000"))
        assert children() == others

    run(main())


def test_a_check_script_ends_with_a_checker_that_is_killed_and_a_notify_program_does_not(tmp_path: Path) -> None:
    checker = """
import asyncio, sys
from alived.workers.checker.programs import Run
from tests.workers.checker.kit import sh
async def main():
    runs = [Run(sh('echo $$ > "$1"; exec sleep 1000', path), dies_with_us=dies)
            for path, dies in ((sys.argv[1], True), (sys.argv[2], False))]
    await asyncio.Event().wait()
asyncio.run(main())
"""

    async def main() -> None:
        script, notify = Lines(tmp_path / "script"), Lines(tmp_path / "notify")
        process = subprocess.Popen([sys.executable, "-c", checker, str(script.path), str(notify.path)])
        pids = int((await script.count(1))[0]), int((await notify.count(1))[0])
        process.kill()
        process.wait()
        await end_of(pids[0])
        assert alive(pids[1])
        os.kill(pids[1], signal.SIGKILL)
        script.close()
        notify.close()

    run(main())


def test_setpriv_is_looked_for_where_tools_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "_PATH", "/nonexistent")
    programs.setpriv.cache_clear()
    with pytest.raises(FileNotFoundError, match="util-linux"):
        programs.setpriv()
    programs.setpriv.cache_clear()
