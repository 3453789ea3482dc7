"""A machine that is the same everywhere, and a short way to have a text judged."""

from collections.abc import Callable
from dataclasses import dataclass, field
from textwrap import dedent

import pytest

from alived.supervisor.config.load import Loaded, load_text
from alived.supervisor.config.machine import Identity

Judge = Callable[[str], Loaded]


@dataclass
class FakeMachine:
    """Two users, some programs, two interfaces."""

    users: dict[str, Identity] = field(default_factory=lambda: {"root": Identity(0, 0), "bob": Identity(1000, 1001)})
    groups: dict[str, int] = field(default_factory=lambda: {"root": 0, "bin": 2})
    programs: dict[str, str] = field(default_factory=lambda: {"true": "/usr/bin/true"})
    missing: set[str] = field(default_factory=lambda: {"/bin/missing"})
    writable: dict[str, str] = field(default_factory=dict)
    present: frozenset[str] = frozenset({"eth0", "eth1", "ens33"})

    def user(self, name: str) -> Identity | None:
        return self.users.get(name)

    def group(self, name: str) -> int | None:
        return self.groups.get(name)

    def program(self, name: str) -> str | None:
        if name in self.missing:
            return None
        return name if name.startswith("/") else self.programs.get(name)

    def writable_by_others(self, path: str) -> str | None:
        return self.writable.get(path)

    def interfaces(self) -> frozenset[str]:
        return self.present


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
def judge(machine: FakeMachine) -> Judge:
    """Text to what load() says of it on that machine; the file is called `keepalived.conf`."""
    return lambda text: load_text(dedent(text), "keepalived.conf", machine)


@pytest.fixture
def said(judge: Judge) -> Callable[[str], str]:
    """Text to all diagnostics as a user sees them."""
    return lambda text: "\n".join(found.render() for found in judge(text).diagnostics)
