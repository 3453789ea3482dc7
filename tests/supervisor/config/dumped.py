"""keepalived's own account of a configuration, which it logs at start when asked with -d.

What lives here: having Debian's keepalived tell it, and the account cut into parts. What does not live here: what the
parts mean (accounts/).

The daemon really starts, so it runs in a namespace, and virtual servers need a kernel with IPVS. It is ended as soon
as it says that it is there; its processes log what they understand before they begin to work or end.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from examples.testbed.namespaces import Node

PATIENCE = 20
"""Seconds that the daemon may take to start and to end."""
READY = "Startup complete"

_ASIDE = re.compile(rf"{READY}|Stopping|Stopped.*")
"""What the parent says of itself, at any moment: also amid its child's account."""

_TIME = re.compile(r"\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}: ?")
_HEAD = re.compile(
    r"------< (?P<section>.+) >------"
    r"|VRRP Instance = (?P<instance>.+)"
    r"|VRRP Sync Group = (?P<group>.+), \w+"
    r"|VRRP Script = (?P<script>.+)"
    r"|Track file = (?P<file>.+)"
    r"|VRRP Track process = (?P<process>.+)"
    r"|BFD Instance = (?P<bfd>.+)"
    r"|Virtual Server Group = (?P<servers>[^,]+),.*"
    r"|VS (?P<virtual>(?:VIP|FWMARK|GROUP|VSG) .+)"
    r"|RIP = (?P<real>.+)"
    r"|(?P<check>\S+ -> \S+)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing of the account, with what is said of it: lines with their depth."""

    kind: str
    name: str
    lines: tuple[tuple[int, str], ...]

    def has(self, text: str) -> bool:
        """Whether it is said in these words."""
        return any(line == text for _, line in self.lines)

    def value(self, word: str, default: str | None = None) -> str:
        """What stands behind `word =`; KeyError."""
        for _, line in self.lines:
            before, equals, after = line.partition("=")
            if equals and before.strip() == word:
                return after.strip()
        if default is None:
            raise KeyError(f"{self.kind} {self.name} says nothing of {word}")
        return default

    def below(self, heading: str) -> list[str]:
        """The lines that are deeper than one that begins with `heading`, which they follow."""
        found: list[str] = []
        depth = None
        for indent, line in self.lines:
            if depth is not None and indent <= depth:
                return found
            if depth is not None:
                found.append(line)
            elif line.startswith(heading):
                depth = indent
        return found


def dump(node: Node, path: Path, *options: str) -> list[Part]:
    """What keepalived says of a file. Let the options leave one process to say it: -P -B instances, -C -B servers."""
    command = ("timeout", str(PATIENCE), "keepalived", *options, "-n", "-l", "-G", "-d", "-f", str(path))
    daemon = node.popen(*command, output=subprocess.PIPE, errors=subprocess.STDOUT)
    assert daemon.stdout
    log: list[str] = []
    with daemon.stdout:
        for line in daemon.stdout:
            log.append(line)
            if READY in line:
                daemon.terminate()
    daemon.wait()
    assert any(READY in line for line in log), "".join(log)
    return list(parts(log))


def parts(log: Iterable[str]) -> Iterator[Part]:
    """The account cut at its headings."""
    kind, name, lines = "section", "", list[tuple[int, str]]()
    for logged in log:
        time = _TIME.match(logged)
        text = logged[time.end() if time else 0 :].rstrip("\n")
        line = text.strip()
        if _ASIDE.fullmatch(line):
            continue
        if (head := _HEAD.fullmatch(line)) and head.lastgroup:
            yield Part(kind, name, tuple(lines))
            kind, name, lines = head.lastgroup, head[head.lastgroup], []
        elif line:
            lines.append((len(text) - len(text.lstrip()), line))
    yield Part(kind, name, tuple(lines))
