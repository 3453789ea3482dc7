"""Walking the path of a program on this machine."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from alived.supervisor.config.inspection import Identity, Inspection, Weakness, inspect

ROOT, BOB = Identity(0, 0), Identity(4242, 4243)

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make files that belong to root")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory that everybody may enter and only root can change, as all above it."""
    for directory in (tmp_path, *tmp_path.parents):
        if directory.stat().st_mode & 0o001 == 0:
            directory.chmod(directory.stat().st_mode | 0o011)
    return tmp_path


@pytest.fixture
def script(place: Path) -> Path:
    path = place / "bin" / "check.sh"
    path.parent.mkdir(mode=0o755)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def weak(path: object, identity: Identity = ROOT) -> Weakness | None:
    return inspect(str(path), identity).weakness


def test_a_sound_one(script: Path) -> None:
    assert inspect(str(script), ROOT) == inspect(str(script), BOB) == Inspection(str(script))


def test_in_path(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"/nowhere:{script.parent}")
    assert inspect("check.sh", BOB) == Inspection(str(script))
    assert inspect("other.sh", BOB) == Inspection(trouble="there is no program other.sh in PATH")
    script.chmod(0o700)
    assert inspect("check.sh", ROOT) == Inspection(str(script))
    assert inspect("check.sh", BOB).trouble == f"{script} is not executable for uid 4242, gid 4243"


def test_relative_to_where_the_daemon_is(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(script.parent)
    assert inspect("./check.sh", ROOT).path == f"{script.parent}/./check.sh"
    assert inspect("../bin/check.sh", ROOT).trouble == ""


@pytest.mark.parametrize(
    ("mode", "user", "root"),
    [(0o755, True, True), (0o700, False, True), (0o750, False, True), (0o705, True, True), (0o644, False, False)],
)
def test_who_may_execute_it(script: Path, mode: int, user: bool, root: bool) -> None:
    script.chmod(mode)
    for identity, may in ((BOB, user), (ROOT, root)):
        found = inspect(str(script), identity)
        assert found.path == str(script)
        assert (found.trouble == "") is may


def test_its_owner_and_its_group_may_execute_it_only_as_such(script: Path) -> None:
    os.chown(script, *BOB)
    script.chmod(0o477)
    assert inspect(str(script), BOB).trouble
    os.chown(script, 0, BOB.gid)
    script.chmod(0o705)
    assert inspect(str(script), BOB).trouble


@pytest.mark.parametrize(
    ("prepare", "trouble"),
    [
        (lambda path: path.unlink(), "{path}: No such file or directory"),
        (lambda path: path.parent.rename(path.parent.with_name("gone")), "{parent}: No such file or directory"),
        (lambda path: (path.unlink(), path.mkdir()), "{path} is not a file"),
        (lambda path: (path.unlink(), path.symlink_to(path)), "{path}: Too many levels of symbolic links"),
        (lambda path: (path.unlink(), path.symlink_to("to nowhere")), "{parent}/to nowhere: No such file or directory"),
        (lambda path: path.parent.chmod(0o700), "{parent}: uid 4242, gid 4243 may not enter it"),
    ],
)
def test_what_cannot_be_reached_is_named(script: Path, prepare: Callable[[Path], object], trouble: str) -> None:
    prepare(script)
    assert inspect(str(script), BOB) == Inspection(trouble=trouble.format(path=script, parent=script.parent))


def test_a_file_in_the_place_of_a_directory(script: Path) -> None:
    assert inspect(f"{script}/x", ROOT) == Inspection(trouble=f"{script}: Not a directory")


def test_names_that_no_file_can_have() -> None:
    for name in ("/a\0b", "a\0b", "", "/" + "a" * 5000):
        assert inspect(name, ROOT).trouble


# --- script security --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "owner", "why", "fix"),
    [
        (0o757, (0, 0), "everybody may write to it", "chmod o-w {}"),
        (0o775, (0, 0), "", ""),
        (0o775, (0, 4243), "the group 4243 may write to it", "chmod g-w {}"),
        (0o755, (4242, 0), "it belongs to uid 4242", "chown root {}"),
        (0o777, (1, 0), "it belongs to daemon and everybody may write to it", "chown root {} && chmod o-w {}"),
    ],
)
def test_what_is_weak_and_the_way_to_put_it_right(
    script: Path, mode: int, owner: tuple[int, int], why: str, fix: str
) -> None:
    for component in (script, script.parent):
        os.chown(component, *owner)
        component.chmod(mode)
        expected = Weakness(str(component), why, fix.replace("{}", str(component))) if why else None
        assert weak(script) == expected
        os.chown(component, 0, 0)
        component.chmod(0o755)


def test_a_sticky_directory_is_not_weak(script: Path) -> None:
    script.parent.chmod(0o1777)
    assert weak(script) is None


def test_a_user_s_own_scripts_are_the_user_s_own_business(script: Path) -> None:
    script.chmod(0o777)
    assert weak(script, BOB) is None
    assert weak(script, Identity(4242, 0)) is not None


@pytest.mark.parametrize("mode", [0o4777, 0o2777])
def test_a_program_that_makes_its_user_root_is_root_s_business(script: Path, mode: int) -> None:
    script.chmod(mode)
    assert weak(script, BOB) is not None


def test_a_link_is_followed_and_what_it_leads_through_is_looked_at(place: Path, script: Path) -> None:
    link = place / "check"
    link.symlink_to(script)
    assert inspect(str(link), ROOT) == Inspection(str(link))
    script.parent.chmod(0o777)
    found = inspect(str(link), ROOT)
    assert found.weakness is not None
    assert found.weakness.component == str(script.parent)
    script.parent.chmod(0o755)
    os.lchown(link, 4242, 0)
    assert weak(link) == Weakness(str(link), "it belongs to uid 4242", f"chown -h root {link}")


def test_a_directory_that_is_a_link_is_named_if_the_path_itself_leads_through_it(place: Path, script: Path) -> None:
    (place / "sbin").symlink_to("bin")
    (place / "other").symlink_to(place / "sbin" / "check.sh")
    assert inspect(f"{place}/sbin/check.sh", ROOT).link == f"{place}/sbin"
    assert inspect(f"{place}/other", ROOT).link == ""
    assert inspect(f"{place}/sbin/check.sh", BOB).link == ""
    assert script.exists()
