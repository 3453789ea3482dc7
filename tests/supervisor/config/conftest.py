"""A machine that is the same everywhere, and a short way to have a text judged."""

from collections.abc import Callable
from dataclasses import dataclass
from textwrap import dedent

import pytest

from alived.supervisor.config.load import Loaded, load_text
from alived.supervisor.config.machine import Identity

Judge = Callable[[str], Loaded]


@dataclass
class FakeMachine:
    """Has every program with an absolute path but one, one in PATH, and three interfaces."""

    users: dict[str, Identity]
    writable: dict[str, str]

    def user(self, name: str) -> Identity | None:
        return self.users.get(name)

    def group(self, name: str) -> int | None:
        return {"root": 0, "bin": 2}.get(name)

    def program(self, name: str) -> str | None:
        return {"true": "/usr/bin/true", "/bin/missing": None}.get(name, name if name.startswith("/") else None)

    def writable_by_others(self, path: str) -> str | None:
        return self.writable.get(path)

    def interfaces(self) -> frozenset[str]:
        return frozenset({"eth0", "eth1", "ens33"})


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
