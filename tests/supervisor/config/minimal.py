"""The least that each block must have to mean something, and a text with one keyword in it.

What does not live here: the words of keywords (samples.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from alived.supervisor.config.forms.text import Body, Lines
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import TABLE
from alived.supervisor.config.grammar.virtual_server import REAL
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
    "vrrp_instance/authentication": Block(words={"auth_type": ("auth_type PASS",), "auth_pass": ("auth_pass secret",)}),
    "vrrp_instance/auth_hmac": Block(words={"key": (f"key 1 {SECRET_KEY}",)}),
    "vrrp_sync_group": Block("G", {"group": ("group {", "I", "}")}, before=("vrrp_instance",)),
    "track_group": Block("T", {"group": ("group {", "I", "}")}, before=("vrrp_instance",)),
    "garp_group": Block(words={"garp_interval": ("garp_interval 1",), "interface": ("interface eth0",)}),
    "SSL": Block(),
    "virtual_server": Block("10.0.0.1 80", {"real_server": ("real_server 10.0.0.2 80 {", "}")}),
    REAL: Block("10.0.0.2 80"),
    **{f"{REAL}/{word}": Block() for word in PLAIN_CHECKS},
    f"{REAL}/HTTP_GET": Block(words={"url": ("url {", "path /", "}")}),
    f"{REAL}/SSL_GET": Block(words={"url": ("url {", "path /", "}")}),
    f"{REAL}/HTTP_GET/url": Block(words={"path": ("path /",)}),
    f"{REAL}/SSL_GET/url": Block(words={"path": ("path /",)}),
    f"{REAL}/SMTP_CHECK/host": Block(),
    f"{REAL}/MISC_CHECK": Block(words={"misc_path": ("misc_path /bin/true",)}),
    f"{REAL}/FILE_CHECK": Block(words={"track_file": ("track_file F",)}, before=("track_file",)),
    f"{REAL}/BFD_CHECK": Block(words={"name": ("name B",)}, before=("bfd_instance",)),
}
"""Path -> what it needs. The top level needs nothing."""


@dataclass(frozen=True)
class Around:
    """What a keyword needs around it, so that nothing but its own words is to be complained of."""

    words: Mapping[str, Parts] = field(default_factory=dict)
    """The same as of a block; they stand in the same one, before the keyword."""
    before: Parts = ()
    """The same."""


_PEER = Around({"unicast_peer": ("unicast_peer {", "10.0.0.3", "}")})
_SORRY = Around({"sorry_server": ("sorry_server 10.0.0.5 80",)})
_SH, _MH = Around({"lvs_sched": ("lvs_sched sh",)}), Around({"lvs_sched": ("lvs_sched mh",)})
_REGEX = Around({"regex": ("regex a",)})

AROUND: Mapping[tuple[str, str], Around] = {
    ("global_defs", "lvs_sync_daemon"): Around(before=("vrrp_instance",)),
    **{
        (block, word): Around(before=(tracker,))
        for block in ("vrrp_instance", "vrrp_sync_group")
        for word, tracker in (
            ("track_script", "vrrp_script"),
            ("track_file", "track_file"),
            ("track_process", "vrrp_track_process"),
            ("track_bfd", "bfd_instance"),
            ("alived_track_virtual_server", "virtual_server"),
        )
    },
    ("vrrp_instance", "native_ipv6"): Around({"virtual_ipaddress": ("virtual_ipaddress {", "fe80::9", "}")}),
    ("vrrp_instance", "virtual_ipaddress_excluded"): Around(
        {"virtual_ipaddress": ("virtual_ipaddress {", "10.0.0.8", "}")}
    ),
    ("vrrp_instance/auth_hmac", "active_key"): Around({"key": (f"key 1 {SECRET_KEY}", f"key 255 {SECRET_KEY}")}),
    ("vrrp_instance", "old_unicast_checksum"): Around({"version": ("version 3",), **_PEER.words}),
    ("vrrp_instance", "track_src_ip"): Around({"mcast_src_ip": ("mcast_src_ip 10.0.0.3",)}),
    ("vrrp_instance", "no_accept"): Around({"priority": ("priority 255",)}),
    ("vrrp_instance", "vmac_xmit_base"): Around({"use_vmac": ("use_vmac",)}),
    **{
        ("vrrp_instance", word): _PEER
        for word in ("unicast_src_ip", "unicast_fault_no_peer", "check_unicast_src", "unicast_ttl")
    },
    ("virtual_server", "sorry_server_inhibit"): _SORRY,
    ("virtual_server", "sorry_server_lvs_method"): _SORRY,
    ("virtual_server", "sh-port"): _SH,
    ("virtual_server", "sh-fallback"): _SH,
    ("virtual_server", "mh-port"): _MH,
    ("virtual_server", "mh-fallback"): _MH,
    **{
        (f"{REAL}/{check}/url", word): _REGEX
        for check in ("HTTP_GET", "SSL_GET")
        for word in ("regex_no_match", "regex_options", "regex_min_offset", "regex_max_offset", "regex_stack")
    },
}


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
    return "\n".join(_within(block, list(_lines(BLOCKS[block].words))) if block else []) + "\n"


def with_value(row: Row, value: str) -> Sample:
    """The least configuration with a keyword and these words; of a list block, with that entry."""
    word = row.spelling_of or row.word
    form, path = TABLE[row.block, word].form, f"{row.block}/{word}".lstrip("/")
    if isinstance(form, Lines):
        return _sample(row, [f"{row.word} {'N ' if form.named else ''}{{", value, "}"], is_entry=True)
    if isinstance(form, Body):
        return _sample(row, _block(path, list(_lines(BLOCKS[path].words)), row.word), BLOCKS[path].before)
    return _sample(row, [f"{row.word} {value}".rstrip()])


def without_block(row: Row) -> Sample:
    """The least configuration with a keyword alone on its line."""
    return _sample(row, [row.word])


def _sample(row: Row, own: list[str], before: Parts = (), *, is_entry: bool = False) -> Sample:
    """Lines of a keyword, where they belong."""
    word = row.spelling_of or row.word
    around = AROUND.get((row.block, word), Around(before=before))
    words = BLOCKS[row.block].words if row.block else {}
    needed = _lines({other: parts for other, parts in {**words, **around.words}.items() if other != word})
    lines = [*_standing_before(around.before), *_within(row.block, [*needed, *own])]
    first = max(at for at in range(len(lines)) if lines[at : at + len(own)] == own)
    return Sample("\n".join(lines) + "\n", first + (2 if is_entry else 1), is_entry)


def _lines(words: Mapping[str, Parts]) -> Iterable[str]:
    return (line for parts in words.values() for line in parts)


def _standing_before(names: Parts) -> list[str]:
    """Blocks of the top level with what they need."""
    return [line for name in names for line in _within(name, list(_lines(BLOCKS[name].words)))]


def _within(block: str, lines: list[str]) -> list[str]:
    """A block of these lines, in the blocks around it with what those need."""
    if not block:
        return lines
    outer, _, word = block.rpartition("/")
    others = {other: parts for other, parts in BLOCKS[outer].words.items() if other != word} if outer else {}
    own = [*_lines(others), *_block(block, lines, word)]
    return [*_standing_before(BLOCKS[block].before), *_within(outer, own)]


def _block(block: str, lines: list[str], word: str) -> list[str]:
    return [" ".join(filter(None, (word, BLOCKS[block].header, "{"))), *lines, "}"]
