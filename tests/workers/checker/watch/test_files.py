"""track_file, with real files and the kernel's news of them."""

import errno
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alived.ipc.messages import Message, TrackerChanged
from alived.ipc.model.tracking import InitFile, TrackFile
from alived.workers.checker.watch import files, inotify
from alived.workers.checker.watch.files import Files
from tests.workers.checker.kit import Sent, run


def told(value: int, *, up: bool = True, name: str = "load") -> TrackerChanged:
    return TrackerChanged(tracker=f"file {name}", up=up, value=value)


MISSING = told(0, up=False)


def tracked(path: Path, *, name: str = "load", init: InitFile | None = None) -> TrackFile:
    return TrackFile(name=name, file=str(path), init_file=init)


class Watch:
    """Files that are watched, and what is told of them."""

    def __init__(self) -> None:
        self.sent = Sent()
        self.files = Files(self.sent)
        self._seen = 0

    def configure(
        self, *put: TrackFile, drop: tuple[str, ...] = (), retained: tuple[TrackerChanged, ...] = (), start: bool = True
    ) -> None:
        self.files.configure(put, drop, {one.tracker: one for one in retained}, at_start=start)

    async def next(self) -> Message:
        """What is told next."""
        self._seen += 1
        return (await self.sent.count(self._seen))[-1]

    async def nothing_else(self, marker: Path) -> None:
        """Nothing more is told, also of news that are on their way: a file that is watched last hears of its own."""
        self.configure(tracked(marker, name="marker"))
        assert await self.next() == told(0, up=False, name="marker")
        marker.write_text("1")
        assert await self.next() == told(1, name="marker")


def life(story: Callable[[Watch], object]) -> None:
    """Run the story of some files."""

    async def main() -> None:
        watch = Watch()
        await story(watch)  # type: ignore[misc]  # a coroutine function
        watch.files.stop()

    run(main())


def test_the_first_number_and_every_change_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "load"
    path.write_text("5\n")

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path))
        assert watch.sent.messages == [told(5)]
        await watch.next()
        path.write_text("-20")
        while (await watch.next()) != told(-20):
            pass
        path.write_text("-20\n")
        await watch.nothing_else(tmp_path / "marker")

    with caplog.at_level(logging.INFO):
        life(story)
    assert any(line.endswith(("is -20, was 5", "is -20, was 0")) for line in caplog.messages)


def test_a_file_that_comes_and_goes(tmp_path: Path) -> None:
    path = tmp_path / "load"

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path))
        assert await watch.next() == MISSING
        (tmp_path / "new").write_text("7")
        (tmp_path / "new").rename(path)
        assert await watch.next() == told(7)
        (tmp_path / "other").write_text("8")
        (tmp_path / "other").replace(path)
        assert await watch.next() == told(8)
        path.unlink()
        assert await watch.next() == MISSING
        os.link(_written(tmp_path / "third", "9"), path)
        assert await watch.next() == told(9)
        path.rename(tmp_path / "away")
        assert await watch.next() == MISSING

    life(story)


def test_directories_that_come_and_go(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b"
    path = directory / "load"

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path))
        assert await watch.next() == MISSING
        (tmp_path / "made" / "b").mkdir(parents=True)
        (tmp_path / "made" / "b" / "load").write_text("3")
        (tmp_path / "made").rename(tmp_path / "a")
        assert await watch.next() == told(3)
        _written(directory / "new", "4").rename(path)
        assert await watch.next() == told(4)
        directory.rename(tmp_path / "a" / "old")
        assert await watch.next() == MISSING
        directory.mkdir()
        _written(directory / "new", "5").rename(path)
        assert await watch.next() == told(5)
        _written(tmp_path / "a" / "old" / "new", "6").rename(tmp_path / "a" / "old" / "load")
        path.unlink()
        assert await watch.next() == MISSING
        directory.rmdir()
        directory.mkdir()
        _written(directory / "new", "7").rename(path)
        assert await watch.next() == told(7)

    life(story)


def test_a_link_that_is_turned_to_another_file(tmp_path: Path) -> None:
    """As programs do that exchange several files at one stroke."""
    for version in ("1", "2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "load").write_text(version)
    (tmp_path / "now").symlink_to("1")
    (tmp_path / "load").symlink_to("now/load")

    async def story(watch: Watch) -> None:
        watch.configure(tracked(tmp_path / "load"))
        assert await watch.next() == told(1)
        (tmp_path / "next").symlink_to("2")
        (tmp_path / "next").rename(tmp_path / "now")
        assert await watch.next() == told(2)
        _written(tmp_path / "2" / "new", "22").rename(tmp_path / "2" / "load")
        assert await watch.next() == told(22)

    life(story)


def test_what_is_no_number_counts_as_0(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = _written(tmp_path / "load", "5")

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path))
        assert await watch.next() == told(5)
        _written(tmp_path / "new", "high").rename(path)
        assert await watch.next() == MISSING
        assert watch.files.report() == [
            {"track_file": "load", "file": str(path), "value": 0, "trouble": f"{path} begins with no number"}
        ]

    with caplog.at_level(logging.INFO):
        life(story)
    assert f"track_file load: {path} begins with no number: it counts as 0" in caplog.messages


def test_a_number_that_is_out_of_range_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = _written(tmp_path / "load", "5")

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path))
        assert await watch.next() == told(5)
        _written(tmp_path / "new", "99999999999").rename(path)
        await watch.nothing_else(tmp_path / "marker")

    with caplog.at_level(logging.INFO):
        life(story)
    assert "track_file load: 99999999999 is out of range: it stays" in caplog.messages


def test_one_that_was_never_in_range_is_0(tmp_path: Path) -> None:
    async def story(watch: Watch) -> None:
        watch.configure(tracked(_written(tmp_path / "load", "99999999999")))
        assert await watch.next() == MISSING

    life(story)


def test_what_cannot_be_read_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "load"
    path.mkdir()

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path))
        assert await watch.next() == MISSING

    life(story)
    assert caplog.messages == [f"track_file load: {path}: Is a directory: it counts as 0"]


# --- init_file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "init", "start", "after"),
    [
        (None, InitFile(value=3), True, "3\n"),
        (None, InitFile(value=-3), False, "-3\n"),
        ("5", InitFile(value=3), True, "5"),
        ("5678", InitFile(value=3, overwrite=True), True, "3\n"),
        ("5", InitFile(value=3, overwrite=True), False, "5"),
    ],
)
def test_the_number_that_a_file_begins_with(
    tmp_path: Path, before: str | None, init: InitFile, start: bool, after: str
) -> None:
    path = tmp_path / "load"
    if before is not None:
        path.write_text(before)

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path, init=init), start=start)
        assert await watch.next() == told(int(after))

    life(story)
    assert path.read_text() == after


def test_a_successor_does_not_overwrite(tmp_path: Path) -> None:
    path = _written(tmp_path / "load", "5")

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path, init=InitFile(value=3, overwrite=True)), retained=(told(5),))
        await watch.nothing_else(tmp_path / "marker")

    life(story)
    assert path.read_text() == "5"


def test_what_cannot_be_written_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path, fifo = tmp_path / "none" / "load", tmp_path / "fifo"
    os.mkfifo(fifo)

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path, init=InitFile()))
        watch.configure(tracked(fifo, name="fifo", init=InitFile(overwrite=True)))
        assert [await watch.next(), await watch.next()] == [MISSING, told(0, up=False, name="fifo")]

    life(story)
    assert caplog.messages == [
        f"track_file load: {path} cannot be written: No such file or directory",
        f"track_file fifo: {fifo} is not a regular file, and is left as it is",
    ]


# --- reload, successors, trouble --------------------------------------------------------------------------------------


def test_a_reload_keeps_what_was_told(tmp_path: Path) -> None:
    path, other = _written(tmp_path / "load", "5"), _written(tmp_path / "other", "6")

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path))
        assert await watch.next() == told(5)
        watch.configure(replace(tracked(path), init_file=InitFile()), start=False)
        watch.configure(tracked(other), start=False)
        assert await watch.next() == told(6)
        path.write_text("7")
        await watch.nothing_else(tmp_path / "marker")

    life(story)


def test_a_successor_tells_only_what_has_changed(tmp_path: Path) -> None:
    same, changed = _written(tmp_path / "same", "5"), _written(tmp_path / "changed", "6")

    async def story(watch: Watch) -> None:
        watch.configure(
            tracked(same, name="same"),
            tracked(changed, name="changed"),
            retained=(told(5, name="same"), told(5, name="changed")),
        )
        assert watch.sent.messages == [told(6, name="changed")]

    life(story)


def test_what_is_dropped_is_not_watched_any_more(tmp_path: Path) -> None:
    path = _written(tmp_path / "load", "5")

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path))
        assert await watch.next() == told(5)
        watch.configure(drop=("track_file load", "track_file of others"))
        assert watch.files.report() == []
        path.write_text("6")
        await watch.nothing_else(tmp_path / "marker")
        watch.configure(tracked(path))
        assert await watch.next() == told(6)

    life(story)


def test_after_an_overflow_all_files_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _written(tmp_path / "load", "5")
    overflow = inotify._EVENT.pack(-1, 0x4000, 0, 0)

    async def story(watch: Watch) -> None:
        watch.configure(tracked(path))
        assert await watch.next() == told(5)
        read = os.read

        def lost(descriptor: int, size: int) -> bytes:
            data = read(descriptor, size)
            return overflow if size == inotify._READ_MOST else data

        monkeypatch.setattr(os, "read", lost)
        _written(tmp_path / "new", "6").rename(path)
        assert await watch.next() == told(6)
        monkeypatch.undo()

    life(story)


def test_want_of_descriptors_says_nothing_about_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = _written(tmp_path / "load", "5")
    monkeypatch.setattr(files, "RETRY", 0.02)
    really_open = os.open
    refused = 0

    def refuse(path: str, *others: int) -> int:
        nonlocal refused
        refused += 1
        if refused <= 3:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return really_open(path, *others)

    async def story(watch: Watch) -> None:
        monkeypatch.setattr(os, "open", refuse)
        watch.configure(tracked(path))
        assert watch.sent.messages == []
        assert await watch.next() == told(5)
        monkeypatch.undo()

    life(story)
    assert caplog.messages == [f"track_file load: {path}: Too many open files: it stays"]


def test_that_nothing_can_be_watched_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: object) -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(files, "Inotify", refuse)

    async def story(watch: Watch) -> None:
        for number in ("5", "6"):
            watch.configure(tracked(_written(tmp_path / "load", number)))
        assert watch.sent.messages == [told(5), told(6)]

    life(story)
    assert caplog.messages == ["changes of track_files are not noticed: Too many open files"]


def test_a_directory_that_cannot_be_watched_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(inotify.Inotify, "_add", lambda *call: errno.ENOSPC if call[1] == str(tmp_path) else 0)

    async def story(watch: Watch) -> None:
        watch.configure(tracked(_written(tmp_path / "load", "5")))
        assert await watch.next() == told(5)

    life(story)
    assert caplog.messages == [f"changes of track_files in {tmp_path} are not noticed: No space left on device"]


def test_a_closed_watch_has_nothing_to_read() -> None:
    async def main() -> None:
        news: list[object] = []
        watch = inotify.Inotify(news.append)
        watch._read()
        watch.close()
        assert news == []

    run(main())


def _written(path: Path, text: str) -> Path:
    path.write_text(text)
    return path
