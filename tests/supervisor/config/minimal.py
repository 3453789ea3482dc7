"""The least that each block must have to mean something, and a text with one keyword in it.

What does not live here: the words of keywords (samples.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from alived.supervisor.config.forms.text import Body, Lines
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import TABLE
from tests.supervisor.config.samples import SECRET_KEY

Parts = tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """One block."""

    header: str = ""
    words: Mapping[str, Parts] = field(default_factory=dict)
    """What it cannot do without: keyword -> its lines."""
    before: Parts = ()
    """Blocks of the top level that it names, and that therefore stand before it."""


REAL = "virtual_server/real_server"
PLAIN_CHECKS = ("TCP_CHECK", "SMTP_CHECK", "DNS_CHECK", "UDP_CHECK", "PING_CHECK")

BLOCKS: Mapping[str, Block] = {
    "global_defs": Block(),
    "vrrp_script": Block("S", {"script": ("script /bin/true",)}),
    "track_file": Block("F", {"file": ("file /tmp/number",)}),
    "vrrp_track_process": Block("P", {"process": ("process true",)}),
    "bfd_instance": Block("B", {"neighbor_ip": ("neighbor_ip 10.0.0.3",)}),
    "vrrp_instance": Block(
        "I",
        {
            "interface": ("interface eth0",),
            "virtual_router_id": ("virtual_router_id 51",),
            "virtual_ipaddress": ("virtual_ipaddress {", "10.0.0.9", "}"),
        },
    ),
    "vrrp_instance/authentication": Block(words={"auth_pass": ("auth_pass secret",)}),
    "vrrp_instance/auth_hmac": Block(words={"key": (f"key 1 {SECRET_KEY}",)}),
    "vrrp_sync_group": Block("G", {"group": ("group {", "I", "}")}, before=("vrrp_instance",)),
    "track_group": Block("T", {"group": ("group {", "I", "}")}, before=("vrrp_instance",)),
    "garp_group": Block(words={"garp_interval": ("garp_interval 1",), "interface": ("interface eth0",)}),
    "SSL": Block(),
    "virtual_server": Block("10.0.0.1 80", {"real_server": ("real_server 10.0.0.2 80 {", "}")}),
    REAL: Block("10.0.0.2 80"),
    **{f"{REAL}/{word}": Block() for word in PLAIN_CHECKS},
    f"{REAL}/HTTP_GET": Block(words={"url": ("url {", "}")}),
    f"{REAL}/SSL_GET": Block(words={"url": ("url {", "}")}),
    f"{REAL}/HTTP_GET/url": Block(),
    f"{REAL}/SSL_GET/url": Block(),
    f"{REAL}/SMTP_CHECK/host": Block(),
    f"{REAL}/MISC_CHECK": Block(words={"misc_path": ("misc_path /bin/true",)}),
    f"{REAL}/FILE_CHECK": Block(words={"track_file": ("track_file F",)}, before=("track_file",)),
    f"{REAL}/BFD_CHECK": Block(words={"name": ("name B",)}, before=("bfd_instance",)),
}
"""Path -> what it needs. The top level needs nothing."""


class Sample(NamedTuple):
    """A configuration, and where in it the words are that matter."""

    text: str
    line: int
    """Number of the line with the keyword, or with the entry of a list block."""
    is_entry: bool

    def column(self, index: int | None) -> int:
        """Where word `index` of the value begins, from 0; None: the keyword. Words before it have no blanks."""
        words = self.text.splitlines()[self.line - 1].split(" ")
        before = 0 if index is None else index if self.is_entry else index + 1
        return sum(len(word) + 1 for word in words[:before]) + 1


def minimal(block: str) -> str:
    """A configuration with a block that has what it needs and nothing else."""
    return "\n".join(_within(block, []) if block else []) + "\n"


def with_value(row: Row, value: str, before: Iterable[str] = ()) -> Sample:
    """The least configuration with a keyword and these words; of a list block, with that entry.

    `before` are blocks of the top level that the words name.
    """
    form = TABLE[row.block, row.spelling_of or row.word].form
    path = f"{row.block}/{row.word}".lstrip("/")
    if isinstance(form, Lines):
        own = [f"{row.word} {'N ' if form.named else ''}{{", value, "}"]
    elif isinstance(form, Body):
        own = _block(path, _needs(f"{row.block}/{row.spelling_of or row.word}".lstrip("/")), row.word)
    else:
        own = [f"{row.word} {value}".rstrip()]
    prelude = [line for name in before for line in _within(name, [])]
    lines = [*prelude, *_within(row.block, own, row.spelling_of or row.word)]
    first = next(at for at in range(len(lines)) if lines[at : at + len(own)] == own)
    return Sample("\n".join(lines) + "\n", first + (2 if isinstance(form, Lines) else 1), isinstance(form, Lines))


def _within(block: str, lines: list[str], instead_of: str = "") -> list[str]:
    """Lines in a block that has else what it needs but for one word, in the blocks around it."""
    if not block:
        return lines
    prelude = [line for name in BLOCKS[block].before for line in _within(name, [])]
    outer, _, word = block.rpartition("/")
    inside = [*(line for line in _needs(block, instead_of)), *lines]
    return [*prelude, *_within(outer, _block(block, inside, word), word)]


def _needs(block: str, but_for: str = "") -> list[str]:
    """The lines that a block cannot do without."""
    return [line for word, parts in BLOCKS[block].words.items() if word != but_for for line in parts]


def _block(block: str, lines: list[str], word: str) -> list[str]:
    return [" ".join(filter(None, (word, BLOCKS[block].header, "{"))), *lines, "}"]
