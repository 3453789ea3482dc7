"""The file that a user named: read as text, or an error that says why not."""

import os
from errno import EACCES
from pathlib import Path

import pytest

from alived.supervisor.config.diagnostics import Code, Report, Severity
from alived.supervisor.config.files import MAX_SIZE, Content, DiskFiles, read_source


def test_a_text(tmp_path: Path) -> None:
    path = tmp_path / "k.conf"
    path.write_bytes(b"\xef\xbb\xbfa \xc3\xa9\n")
    report = Report()
    source = read_source(path, DiskFiles(), report)
    assert source is not None
    assert (source.text, source.name) == ("a \u00e9\n", str(path))
    assert not report.diagnostics()


@pytest.mark.parametrize(
    ("kind", "message", "hint"),
    [
        (
            "nothing",
            "cannot read the configuration: No such file or directory",
            "give the name of a file with -f",
        ),
        (
            "folder",
            "cannot read the configuration: this is a folder",
            "name the files in it that are meant",
        ),
        (
            "fifo",
            "cannot read the configuration: this is not a regular file",
            "put what it says into a file, and name that",
        ),
        (
            "binary",
            "this is no text: there is a NUL byte in line 2",
            "nothing of it is read; save it as UTF-8, or take the NUL bytes out",
        ),
        (
            "large",
            "the file is larger than 64 MiB",
            "nothing of it is read; is it a configuration?",
        ),
    ],
)
def test_no_text(kind: str, message: str, hint: str, tmp_path: Path) -> None:
    path = tmp_path / "k.conf"
    match kind:
        case "folder":
            path.mkdir()
        case "fifo":
            os.mkfifo(path)
        case "binary":
            path.write_bytes(b"a\n\0\n")
        case "large":
            with path.open("wb") as file:
                file.truncate(MAX_SIZE + 1)
    report = Report()
    assert read_source(path, DiskFiles(), report) is None
    (found,) = report.diagnostics()
    assert (found.severity, found.code) == (Severity.ERROR, Code.UNREADABLE)
    assert found.render() == f"{path}: error: {message}\n  help: {hint}"


class ForbiddenFiles(DiskFiles):
    """Files that this user may not read."""

    def read(self, path: str) -> Content:
        raise PermissionError(EACCES, "Permission denied", path)


def test_a_file_that_may_not_be_read() -> None:
    report = Report()
    assert read_source(Path("k.conf"), ForbiddenFiles(), report) is None
    (found,) = report.diagnostics()
    assert found.render() == (
        "k.conf: error: cannot read the configuration: Permission denied\n"
        "  help: let the user that alived runs as read it"
    )


def test_an_executable_file_is_read_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "k.conf"
    path.write_text("a\n")
    path.chmod(0o755)
    report = Report()
    source = read_source(path, DiskFiles(), report)
    assert source is not None
    (found,) = report.diagnostics()
    assert (found.severity, found.code) == (Severity.NOTE, Code.FILE_MODE)
    assert "chmod a-x" in found.hint
