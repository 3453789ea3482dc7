"""Every package's docstring is the map of its room: it names each file and room in it, and none that is not there."""

import ast
import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = [
    path.parent
    for room in ("ipc", "supervisor", "workers", "ctl")
    for path in sorted((ROOT / room).rglob("__init__.py"))
]
NAME = re.compile(r"``([a-z_0-9*]+)``|\b([a-z_0-9]+)\.py\b")


def inside(room: Path) -> set[str]:
    files = {path.stem for path in room.glob("*.py")} - {"__init__", "__main__"}
    return files | {path.parent.name for path in room.glob("*/__init__.py")}


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(ROOT)))
def test_a_map_is_complete_and_true(room: Path) -> None:
    text = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    named = {code or file for code, file in NAME.findall(text)} - {"__main__"}
    there = inside(room)
    assert {name for name in there if not any(fnmatchcase(name, pattern) for pattern in named)} == set()
    assert {pattern for pattern in named if not any(fnmatchcase(name, pattern) for name in there)} == set()
