"""Pipes: real ones, with readers that come, go and stay away."""

import asyncio
import contextlib
import logging
import os
import stat
from pathlib import Path

import pytest

from alived.ipc.model.globals import CheckerGlobals
from alived.ipc.model.settings import Fifo
from alived.workers.checker import fifo, pipes
from alived.workers.checker.fifo import Pipe
from alived.workers.checker.pipes import Pipes
from tests.workers.checker.kit import Lines, run, sh

NOBODY = 65534


def read(path: str) -> str:
    """What is in a pipe now."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        found = b""
        while True:
            try:
                data = os.read(descriptor, 65536)
            except BlockingIOError:
                return found.decode()
            found += data
    finally:
        os.close(descriptor)


@pytest.mark.skipif(os.geteuid() != 0, reason="gives the pipe to another user")
def test_it_is_made_as_keepalived_makes_it_and_removed(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "fifo"
        pipe = Pipe(Fifo(path=str(path), uid=NOBODY, gid=NOBODY))
        found = path.stat()
        assert stat.S_ISFIFO(found.st_mode)
        assert stat.S_IMODE(found.st_mode) == 0o600
        assert (found.st_uid, found.st_gid) == (NOBODY, NOBODY)
        pipe.write("one\n")
        pipe.write("two\n")
        assert read(str(path)) == "one\ntwo\n"
        pipe.close()
        assert not path.exists()

    before = os.umask(0o077)
    try:
        run(main())
    finally:
        os.umask(before)


def test_one_that_was_there_is_used_and_stays(tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "fifo"
        os.mkfifo(path)
        path.chmod(0o640)
        pipe = Pipe(Fifo(path=str(path), uid=NOBODY, gid=NOBODY), inherited=True)
        pipe.write("one\n")
        assert read(str(path)) == "one\n"
        pipe.close()
        assert stat.S_IMODE(path.stat().st_mode) == 0o640

    run(main())


@pytest.mark.parametrize("inherited", [True, False])
def test_one_that_a_dead_predecessor_made_is_removed_at_the_end(tmp_path: Path, inherited: bool) -> None:
    async def main() -> None:
        path = tmp_path / "fifo"
        os.mkfifo(path, 0o600)
        pipe = Pipe(Fifo(path=str(path), uid=os.geteuid(), gid=os.getegid()), inherited=inherited)
        pipe.close()
        assert path.exists() is not inherited

    run(main())


def test_nothing_else_is_written_to(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """keepalived writes into an ordinary file of that name, and follows links."""

    async def main() -> None:
        plain, link, target = tmp_path / "plain", tmp_path / "link", tmp_path / "target"
        plain.write_text("mine")
        os.mkfifo(target)
        link.symlink_to(target)
        for path in (plain, link, tmp_path / "no such directory" / "fifo"):
            found = Pipes()
            found.configure(CheckerGlobals(notify_fifo=Fifo(path=str(path), uid=os.geteuid(), gid=os.getegid())))
            found.write("line\n")
            assert found.report() == []
            await found.stop(1.0)
        assert plain.read_text() == "mine"
        assert link.is_symlink()

    run(main())
    assert [line.partition(" cannot be had, nothing is written to it: ")[2] for line in caplog.messages] == [
        "is there, and is no named pipe",
        "Too many levels of symbolic links",
        "No such file or directory",
    ]


def test_a_reader_that_stays_away_blocks_nothing_and_loses_the_oldest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        monkeypatch.setattr(fifo, "MAX_WAITING", 10)
        path = str(tmp_path / "fifo")
        pipe = Pipe(Fifo(path=path, uid=os.geteuid(), gid=os.getegid()))
        written = [f"{number:0999}\n" for number in range(200)]
        for line in written:
            pipe.write(line)
        report = pipe.report()
        assert report["waiting"] == 10
        assert report["written"] + report["lost"] == 190
        assert report["lost"] > 0
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        got = ""
        news = asyncio.Event()
        asyncio.get_running_loop().add_reader(reader, news.set)
        while got.count("\n") < report["written"] + 10:
            await news.wait()
            news.clear()
            with contextlib.suppress(BlockingIOError):
                got += os.read(reader, 65536).decode()
        asyncio.get_running_loop().remove_reader(reader)
        os.close(reader)
        assert got.splitlines(keepends=True) == written[: report["written"]] + written[-10:]
        pipe.write("after\n")
        assert read(path) == "after\n"
        pipe.close()

    with caplog.at_level(logging.WARNING):
        run(main())
    assert len(caplog.messages) == 2
    assert "lines are lost" in caplog.messages[0]
    assert "is read again" in caplog.messages[1]


def test_what_nobody_reads_is_counted_at_the_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        pipe = Pipe(Fifo(path=str(tmp_path / "fifo"), uid=os.geteuid(), gid=os.getegid()))
        for _ in range(100):
            pipe.write("x" * 999 + "\n")
        await pipe.drained(0.05)
        pipe.close()

    run(main())
    assert "lines were not written, nobody reads" in caplog.messages[-1]


# --- both pipes, and the programs that read them ----------------------------------------------------------------------

READER = 'trap "echo end $2 >\\"$1\\"; exit 0" TERM; exec 3<>"$3"; while read -r l <&3; do echo "$2 $l" >"$1"; done'


def settings(tmp_path: Path, lines: Lines, name: str = "fifo", reader: str = "one") -> CheckerGlobals:
    return CheckerGlobals(
        vrrp_notify_fifo=Fifo(path=str(tmp_path / name), uid=os.geteuid(), gid=os.getegid()),
        vrrp_notify_fifo_script=sh(READER, str(lines.path), reader),
    )


def test_a_program_reads_all_and_is_ended_after_the_last_line(tmp_path: Path) -> None:
    """keepalived ends it first, and the STOP lines are lost."""

    async def main() -> None:
        lines, found = Lines(tmp_path / "lines"), Pipes()
        found.configure(settings(tmp_path, lines))
        found.write("first\n")
        assert await lines.count(1) == ["one first"]
        found.write("last\n")
        await found.stop(5.0)
        assert await lines.count(3) == ["one first", "one last", "end one"]
        assert not (tmp_path / "fifo").exists()
        lines.close()

    run(main())


def test_a_reload_leaves_alone_what_it_does_not_change(tmp_path: Path) -> None:
    async def main() -> None:
        lines, found = Lines(tmp_path / "lines"), Pipes()
        found.configure(settings(tmp_path, lines))
        found.write("first\n")
        await lines.count(1)
        [before] = found.report()
        found.configure(settings(tmp_path, lines))
        assert found.report() == [before]

        found.configure(settings(tmp_path, lines, reader="two"))
        [after] = found.report()
        assert after["script_pid"] != before["script_pid"]
        assert after["written"] == 1  # the same pipe
        assert (await lines.count(2))[1] == "end one"

        found.write("second\n")
        assert (await lines.count(3))[2] == "two second"

        found.configure(settings(tmp_path, lines, name="another", reader="two"))
        assert not (tmp_path / "fifo").exists()
        found.write("third\n")
        assert sorted((await lines.count(5))[3:]) == ["end two", "two third"]

        found.configure(CheckerGlobals())
        assert found.report() == []
        assert not (tmp_path / "another").exists()
        await found.stop(5.0)
        lines.close()

    run(main())


def test_two_words_for_one_pipe_are_one_pipe(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        path = str(tmp_path / "fifo")
        one = Fifo(path=path, uid=os.geteuid(), gid=os.getegid())
        found = Pipes()
        found.configure(CheckerGlobals(notify_fifo=one, vrrp_notify_fifo=one))
        found.write("once\n")
        assert read(path) == "once\n"
        await found.stop(1.0)

    run(main())
    assert f"vrrp_notify_fifo {path_in(caplog)} is another pipe already: it is ignored" in caplog.messages


def path_in(caplog: pytest.LogCaptureFixture) -> str:
    return caplog.messages[0].split()[1]


def test_a_program_that_ends_is_started_again_and_what_waited_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        monkeypatch.setattr("alived.workers.checker.fifo_script.FIRST_DELAY", 0.05)
        lines, found = Lines(tmp_path / "lines"), Pipes()
        once = sh('exec 3<>"$2"; read -r l <&3; echo "$l" >"$1"; echo enough; exit 4', str(lines.path))
        found.configure(
            CheckerGlobals(
                notify_fifo=Fifo(path=str(tmp_path / "fifo"), uid=os.geteuid(), gid=os.getegid()),
                notify_fifo_script=once,
            )
        )
        found.write("a\n")
        found.write("b\n")
        assert await lines.count(2) == ["a", "b"]
        await found.stop(5.0)
        lines.close()

    with caplog.at_level(logging.INFO):
        run(main())
    assert "notify_fifo_script: enough" in caplog.messages
    assert "notify_fifo_script exited with status 4: enough: started again in 0.05 s" in caplog.messages


def test_a_program_that_does_not_exist_is_tried_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        def refuse(*_: object, **__: object) -> None:
            raise OSError(24, "Too many open files")

        monkeypatch.setattr("alived.workers.checker.fifo_script.Run", refuse)
        found = Pipes()
        found.configure(
            CheckerGlobals(
                notify_fifo=Fifo(path=str(tmp_path / "fifo"), uid=os.geteuid(), gid=os.getegid()),
                notify_fifo_script=sh("exit 0"),
            )
        )
        assert found.report()[0]["script_pid"] is None
        await found.stop(5.0)

    run(main())
    assert "notify_fifo_script cannot be run: [Errno 24] Too many open files" in caplog.messages


def test_a_program_that_ignores_everything_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        monkeypatch.setattr("alived.workers.checker.programs.GRACE", 0.1)
        monkeypatch.setattr(pipes, "DRAIN", 0.05)
        lines, found = Lines(tmp_path / "lines"), Pipes()
        deaf = sh('trap "" TERM; echo $$ >"$1"; exec 3<>"$2"; while read _ <&3; do :; done', str(lines.path))
        found.configure(
            CheckerGlobals(
                notify_fifo=Fifo(path=str(tmp_path / "fifo"), uid=os.geteuid(), gid=os.getegid()),
                notify_fifo_script=deaf,
            )
        )
        [pid] = await lines.count(1)
        await found.stop(5.0)
        assert not Path("/proc", pid).exists()
        lines.close()

    run(main())
