"""A machine that is the same everywhere, and a short way to have a text judged."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import dedent

import pytest

from alived.supervisor.config.inspection import Identity, Inspection, Weakness
from alived.supervisor.config.load import Loaded, load_text
from alived.supervisor.config.secret_file import SecretError

Judge = Callable[[str], Loaded]

collect_ignore = [] if os.environ.get("ALIVED_CORPUS") else ["test_verdicts.py"]
"""Recorded verdicts are not in this repository: make test names the directory beside it, if there is one."""


@dataclass
class FakeMachine:
    """Has every program with an absolute path but some, one in PATH, three interfaces and two CPUs."""

    users: dict[str, Identity]
    writable: dict[str, str]
    texts: dict[str, str] = field(default_factory=dict)
    """Path -> what that file says."""
    directories: frozenset[str] = frozenset({"/", "/tmp", "/etc", "/etc/keepalived", "/run"})

    def user(self, name: str) -> Identity | None:
        return self.users.get(name)

    def group(self, name: str) -> int | None:
        return {"root": 0, "bin": 2}.get(name)

    def groups(self, uid: int) -> tuple[int, ...]:
        return (uid + 1, uid + 2)

    def program(self, name: str, identity: Identity) -> Inspection:
        path = {"true": "/usr/bin/true", "/bin/missing": ""}.get(name, name if name.startswith("/") else "")
        if not path:
            return Inspection(trouble=f"{name}: No such file or directory")
        if name == "/etc/passwd":
            return Inspection(path, f"{name} is not executable for uid {identity.uid}, gid {identity.gid}")
        weak = self.writable.get(path) if identity.uid == 0 else None
        weakness = Weakness(weak, "everybody may write to it", f"chmod o-w {weak}") if weak else None
        return Inspection(path, "", weakness, "/link" if path.startswith("/link/") else "")

    def interfaces(self) -> frozenset[str]:
        return frozenset({"eth0", "eth1", "ens33"})

    def text(self, path: str) -> str | None:
        return self.texts.get(path)

    def files(self, directory: str) -> tuple[str, ...]:
        return tuple(sorted(path.rpartition("/")[2] for path in self.texts if path.rpartition("/")[0] == directory))

    def protocol(self, name: str) -> int | None:
        return {"tcp": 6, "udp": 17}.get(name)

    def secret(self, path: str) -> str:
        if path not in self.texts:
            raise SecretError("cannot be read: No such file or directory", "the key is left out")
        return self.texts[path]

    def is_directory(self, path: str) -> bool:
        return path in self.directories

    def cpus(self) -> int:
        return 2


@pytest.fixture
def users() -> dict[str, Identity]:
    """The users of that machine."""
    return {"root": Identity(0, 0), "bob": Identity(1000, 1001)}


@pytest.fixture
def writable() -> dict[str, str]:
    """Path -> its component that others than root can change."""
    return {}


@pytest.fixture
def machine(users: dict[str, Identity], writable: dict[str, str]) -> FakeMachine:
    return FakeMachine(users, writable)


@pytest.fixture
def judge(machine: FakeMachine) -> Judge:
    """Text to what load() says of it on that machine; the file is called `keepalived.conf`."""
    return lambda text: load_text(dedent(text), "keepalived.conf", machine)


@pytest.fixture
def said(judge: Judge) -> Callable[[str], str]:
    """Text to all diagnostics as a user sees them."""
    return lambda text: "\n".join(found.render() for found in judge(text).diagnostics)
