"""Random configurations, drawn from the grammar: any words in any block, each with some value of its form.

They need not make sense together: what the reader takes instead of what contradicts itself has to be a configuration
like any other.
"""

from collections.abc import Callable

from hypothesis import strategies as st

from alived.supervisor.config.forms.combined import Only, Optional, Several
from alived.supervisor.config.forms.form import Form
from alived.supervisor.config.forms.lvs import GroupEntry
from alived.supervisor.config.forms.numbers import Boolean, Flag, Integer, Seconds, plain
from alived.supervisor.config.forms.text import Address, Body, Choice, Lines, Text
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import ROWS

ADDRESSES: dict[int, tuple[str, ...]] = {
    4: ("10.0.0.1", "192.0.2.7", "172.16.0.9"),
    6: ("2001:db8::1", "fd00::2:3", "fe80::1"),
}
GROUPS: dict[int, tuple[str, ...]] = {4: ("224.0.0.18", "239.1.2.3"), 6: ("ff02::12", "ff05::9")}

NAMES = {
    "the name of an interface": ("eth0", "eth1", "ens33"),
    "the name of a vrrp_instance": ("VI_1", "VI_2"),
    "the name of a track_file": ("F1",),
    "the name of a bfd_instance": ("B1",),
}
WORDS = ("a", "web-1", "two words", "half 'quoted", "x#y", "/etc/x.pem")
PROGRAMS = ("/bin/true", '"/bin/true a b"', '"/bin/sh \'a b\' \\"c\\""', "/bin/true root", "/bin/true root bin")

SAMPLES: dict[str, tuple[str, ...]] = {
    "AddressLine": (
        "192.0.2.1", "192.0.2.2/24 dev eth1", "192.0.2.3/24 brd + label eth0:1", "192.0.2.4 peer 10.0.0.1",
        "2001:db8::1/64", "2001:db8::2 dev eth1 preferred_lft 0", "192.0.2.5 scope link no_track", "192.0.2.6 use_vmac",
    ),
    "BuffersPolicy": ("MTU", "ADVERT", "4096"),
    "Clamped": ("1", "50", "99"),
    "Command": PROGRAMS,
    "DelayLine": ("eth0 1 2", "eth1 3"),
    "Digest": ("0123456789abcdef0123456789abcdef",),
    "DomainName": (".", "example.com"),
    "EndpointForm": ("10.0.0.9 80", "10.0.0.9", "2001:db8::9 80"),
    "FifoName": ("/run/fifo", "/run/fifo root", "/run/fifo root bin"),
    "ForwardingForm": ("NAT", "DR", "TUN", "TUN type gue port 6080", "TUN type gre csum"),
    "FileWeightForm": ("3", "-3", "2 reverse"),
    "GarpExtraIf": ("0", "10", "all 10"),
    "Granularity": ("255.255.255.0", "255.255.255.255", "64"),
    "GroupEntry": ("10.0.0.1 80", "10.0.0.1-20 80", "fwmark 3", "2001:db8::1 443", "fwmark 4 inet6"),
    "HexData": ("0a0b", "0x00ff"),
    "Host": ("192.0.2.1", "mail.example.com", "192.0.2.1 2525"),
    "IncludeChecks": ("", "readable", "match glob"),
    "InitFileOptions": ("", "5", "-3 overwrite"),
    "KeyOfHmac": (f"1 {'k' * 32}", "2 hex:" + "0f" * 32),
    "LinkbeatLine": ("eth0", "eth1 MII"),
    "Milliseconds": ("1000", "1234.5"),
    "ParamMatchOption": ("", "initial", "partial"),
    "ProcessCommand": ("nginx", '"my process" -a "b c"'),
    "ProcessName": ("p_name",),
    "Regex": ('"^all is well$"', '"a\\\\d+ #x"'),
    "RegexOptions": ("caseless", "multiline dotall"),
    "ReplyPattern": ("", "0a0b", "0a 0b"),
    "RouteLine": ("192.0.3.0/24 via 192.0.2.254", "default via 192.0.2.254 dev eth1 metric 5", "blackhole 10.9.0.0/16"),
    "RouterAddress": (*ADDRESSES[4], *ADDRESSES[6], *GROUPS[4], *GROUPS[6]),
    "RuleLine": ("from 192.0.3.0/24 table 100 preference 5", "to 10.0.0.0/8 iif eth0 lookup main"),
    "ScriptSeconds": ("1", "2.5", "0"),
    "StackSizes": ("1024 4096",),
    "StatusCodes": ("200", "200-299 404"),
    "SyncDaemon": ("eth0 VI_1", "eth0", "eth0 VI_1 id 7 maxlen 900 port 8850 ttl 4 group 224.0.0.90"),
    "Timeouts": ("tcp 100 tcpfin 50", "udp 9"),
    "TrackServerLine": ("192.0.2.1 80", "192.0.2.1 80 UDP weight -9 reverse", "fwmark 5 weight 7", "group G"),
    "TrackerWeight": ("5", "-5 reverse", "0", "253"),
    "Umask": ("022", "0x1f", "IWGRP|IWOTH"),
    "Unsigned": ("0", "7"),
    "UnicastPeerLine": ("10.0.0.2", "10.0.0.3 min_ttl 2 max_ttl 9"),
    "UseIpvlan": ("", "ipv0 bridge", "192.0.2.9/24 private"),
    "UseVmac": ("", "vm0", "name vm1 00:11:22:33:44:55"),
    "UserAndGroup": ("root", "root bin", "root :bin"),
}  # fmt: skip
"""Some values of forms that have no rule below."""

TRACKED = {"network interface": "eth1", "vrrp_script": "S1", "track_file": "F1", "vrrp_track_process": "P1"}


def words(form: Form) -> st.SearchStrategy[str]:  # noqa: C901  an arm for each form
    """Some words of a form."""
    match form:
        case Flag():
            return st.just("")
        case Boolean():
            return st.sampled_from(["", "on", "off", "no"])
        case Integer():
            return st.integers(form.low, min(form.high, form.low + 2000)).map(str)
        case Seconds():
            fine = st.integers(0, 9).map(lambda tenths: plain(form.low + tenths / 10))
            return st.integers(0, 90).map(lambda more: plain(form.low // 1 + more + 1)) if form.whole else fine
        case Choice():
            return st.sampled_from(list(form.words))
        case Address():
            return st.sampled_from([text for version in form.versions for text in _addresses(form)[version]])
        case Text():
            return st.sampled_from([f'"{word}"' for word in NAMES.get(form.expected, WORDS)])
        case Optional():
            return st.just("") | words(form.form)
        case Only():
            return words(form.form)
        case Several():
            return st.lists(words(form.form), min_size=1, max_size=2).map(" ".join)
    if hasattr(form, "what"):
        name = TRACKED.get(form.what, "B1")
        return st.sampled_from([name, f"{name} weight 9", f"{name} weight -9 reverse"])
    return st.sampled_from(SAMPLES[type(form).__name__])


def _addresses(form: Address) -> dict[int, tuple[str, ...]]:
    return GROUPS if form.multicast else ADDRESSES


def statement(row: Row) -> st.SearchStrategy[str]:
    """A word with some value."""
    if isinstance(row.form, Body):
        header = {"real_server": "10.0.0.{} 80"}.get(row.word, "")
        inside = body(f"{row.block}/{row.word}")
        return st.builds(lambda n, text: f"{row.word} {header.format(n)} {{\n{text}}}", st.integers(1, 5), inside)
    if isinstance(row.form, Lines):
        lines = st.lists(words(row.form.entry), max_size=3)
        return lines.map(lambda found: f"{row.word} {{\n" + "".join(f"{line}\n" for line in found) + "}")
    return words(row.form).map(lambda text: f"{row.word} {text}")


def body(block: str, *needed: str) -> st.SearchStrategy[str]:
    """Some words of a block, and those that it needs."""
    rows = [row for row in ROWS if row.block == block and not row.spelling_of]
    some = st.lists(st.sampled_from(rows).flatmap(statement), max_size=10)
    return some.map(lambda found: "".join(f"{line}\n" for line in (*needed, *found)))


def block(head: str, *needed: str, name: str = "") -> st.SearchStrategy[str]:
    """A block of the top level."""
    return body(head, *needed).map(lambda text: f"{head} {name} {{\n{text}}}\n")


def _maybe(*blocks: st.SearchStrategy[str]) -> list[st.SearchStrategy[str]]:
    return [st.just("") | found for found in blocks]


def _lists(*heads: str) -> list[st.SearchStrategy[str]]:
    rows: dict[str, Row] = {row.word: row for row in ROWS if not row.block}
    line: Callable[[str], str] = "{}\n".format
    return [st.just("") | statement(rows[head]).map(line) for head in heads]


KEY = "1 " + "k" * 32
ROUTER = ("interface eth0", "virtual_router_id 7")

CONFIGURATIONS: st.SearchStrategy[str] = st.tuples(
    *_maybe(block("global_defs", "enable_script_security")),
    *_lists("static_ipaddress", "static_routes", "static_rules", "interface_up_down_delays", "linkbeat_interfaces"),
    *_lists("instance", "net_namespace_ipvs", "use_pid_dir", "child_wait_time", "linkbeat_use_polling"),
    *_maybe(
        block("track_file", "file /tmp/f", name="F1"),
        block("vrrp_track_process", "process nginx", name="P1"),
        block("vrrp_script", "script /bin/true", name="S1"),
        block("bfd_instance", "neighbor_ip 10.0.0.9", name="B1"),
        block("vrrp_instance", *ROUTER, name="VI_1"),
        block("vrrp_instance", *ROUTER[:1], "virtual_router_id 8", "virtual_ipaddress {\n192.0.2.9\n}", name="VI_2"),
        block("vrrp_sync_group", "group {\nVI_1\nVI_2\n}", name="SG"),
        block("garp_group", "interface eth0"),
        block("SSL"),
        block("virtual_server", "real_server 10.0.0.3 80 {\nTCP_CHECK {\n}\n}", name="192.0.2.1 80"),
        st.lists(words(GroupEntry()), min_size=1, max_size=3).map(
            lambda lines: "virtual_server_group G {\n" + "\n".join(lines) + "\n}\n"
        ),
        block("virtual_server", "real_server 10.0.0.4 80 {\n}", name="fwmark 5"),
        block("virtual_server", "real_server 10.0.0.5 80 {\n}", name="group G"),
        block(
            "vrrp_instance",
            *ROUTER[:1],
            "virtual_router_id 9",
            "version 3",
            "auth_hmac {\nkey " + KEY + "\n}",
            name="V3",
        ),
    ),
).map("".join)
"""Texts of configurations."""
