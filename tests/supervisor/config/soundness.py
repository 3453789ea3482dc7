"""What must hold of every text whatever: the reader does not fail, and all that it says has a place.

What does not live here: the texts (mutations.py, test_fuzz.py).
"""

import json
import posixpath

from alived.ipc.codec import encode
from alived.ipc.messages import Configure
from alived.supervisor.config.diagnostics import Code, Diagnostic
from alived.supervisor.config.dump import dump
from alived.supervisor.config.inspection import Identity, Inspection, Weakness
from alived.supervisor.config.load import Loaded, load_text
from alived.supervisor.config.secret_file import SecretError
from tests.supervisor.config.language_kit import MemoryFiles
from tests.supervisor.config.written import DIRECTORY

NAME = "valid/fuzzed.conf"
PARTS = {
    posixpath.join("valid/../parts", path.relative_to(DIRECTORY / "parts")): path.read_text()
    for path in (DIRECTORY / "parts").rglob("*")
    if path.is_file()
}

OF_A_FILE = {Code.EMPTY, Code.TOO_MUCH}
"""What can be said of a file as a whole."""


class AnyMachine:
    """Everything exists on it, and some of it is odd."""

    def user(self, name: str) -> Identity | None:
        return Identity(len(name), 0) if len(name) % 5 else None

    def group(self, name: str) -> int | None:
        return len(name) if len(name) % 5 else None

    def groups(self, uid: int) -> tuple[int, ...]:
        return (uid,)

    def program(self, name: str, identity: Identity) -> Inspection:
        weakness = Weakness(name, "it is odd", "even it") if len(name) % 2 else None
        trouble = "" if identity.uid % 3 else "it is divisible"
        return Inspection(f"/{name}", trouble, weakness, name if len(name) % 4 else "")

    def cpus(self) -> int:
        return 1

    def secret(self, path: str) -> str:
        if len(path) % 2:
            raise SecretError("is secret", "try another")
        return path * 8

    def is_directory(self, path: str) -> bool:
        return len(path) % 2 == 0

    def interfaces(self) -> frozenset[str]:
        return frozenset({"eth0", "eth1"})

    def text(self, path: str) -> str | None:
        return None if len(path) % 2 else f"1 {path}"

    def files(self, directory: str) -> tuple[str, ...]:
        return (f"{directory}.conf",)

    def protocol(self, name: str) -> int | None:
        return len(name) if len(name) % 2 else None


def loaded(text: str) -> Loaded:
    """What comes of a text."""
    return load_text(text, NAME, AnyMachine(), MemoryFiles({**PARTS, NAME: text}), "main")


def assert_sound(text: str) -> None:
    """Read a text, and look at all that comes of it."""
    result = loaded(text)
    texts = {**PARTS, NAME: text}
    for found in result.diagnostics:
        assert_placed(found, texts)
        assert found.message
        assert found.render().startswith(found.place.file)
        json.dumps(found.document())
    for objects in result.config.all_slices.values():
        encode(Configure(generation=1, put=objects))
    dump(result.config, show_secrets=True)
    dump(result.config, show_secrets=False)


def assert_placed(found: Diagnostic, texts: dict[str, str]) -> None:
    """A finding is about a stretch of a line that there is."""
    place = found.place
    lines = [line.removesuffix("\r") for line in texts[place.file].split("\n")]
    if place.line == 0:
        assert found.code in OF_A_FILE or "not shown" in found.message
        return
    assert 1 <= place.line <= len(lines)
    assert place.end_line == 0 or place.line <= place.end_line <= len(lines)
    assert 1 <= place.column <= len(place.source) + 1
    assert place.length >= 1
    assert place.source.strip() in lines[place.line - 1]
    for step in place.chain:
        assert step.place.file in texts
        assert 1 <= step.place.line <= texts[step.place.file].count("\n") + 1
