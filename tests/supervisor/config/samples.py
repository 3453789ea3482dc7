"""Words that have each form and words that do not, for tests that go through the whole grammar.

What does not live here: the blocks that keywords stand in (minimal.py), and what follows from a value.
"""

import ipaddress
from collections.abc import Callable
from typing import Any, NamedTuple

from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.forms.addresses import AddressLine
from alived.supervisor.config.forms.checks import (
    Digest,
    DomainName,
    HexData,
    Regex,
    RegexOptions,
    ReplyPattern,
    StackSizes,
    StatusCodes,
)
from alived.supervisor.config.forms.combined import Only, Optional, Several
from alived.supervisor.config.forms.form import Form
from alived.supervisor.config.forms.instances import GarpExtraIf, KeyOfHmac, RouterAddress, UnicastPeerLine
from alived.supervisor.config.forms.interfaces import DelayLine, LinkbeatLine
from alived.supervisor.config.forms.links import UseIpvlan, UseVmac
from alived.supervisor.config.forms.lvs import EndpointForm, ForwardingForm, Granularity, GroupEntry
from alived.supervisor.config.forms.lvs_settings import SyncDaemon, Timeouts
from alived.supervisor.config.forms.numbers import Boolean, Flag, Integer, Seconds, plain
from alived.supervisor.config.forms.programs import Command, UserAndGroup
from alived.supervisor.config.forms.routes import RouteLine
from alived.supervisor.config.forms.rules import RuleLine
from alived.supervisor.config.forms.settings import (
    BuffersPolicy,
    Clamped,
    FifoName,
    Host,
    IncludeChecks,
    ProcessName,
    Umask,
)
from alived.supervisor.config.forms.text import Address, Choice, Lines, Text
from alived.supervisor.config.forms.tracked_servers import TrackServerLine
from alived.supervisor.config.forms.trackers import (
    InitFileOptions,
    Milliseconds,
    ParamMatchOption,
    ProcessCommand,
    ScriptSeconds,
)
from alived.supervisor.config.forms.tracking import TrackerWeight, TrackLine
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import HOMES, TABLE
from alived.supervisor.config.grammar.virtual_server import REAL


class Bad(NamedTuple):
    """Words that are not right, and what is to be said of them."""

    text: str
    at: int | None = 0
    """The word that is pointed at, from 0; None: the keyword, because something is missing."""
    code: Code = Code.BAD_VALUE


class Samples(NamedTuple):
    """Words of a form."""

    good: tuple[str, ...]
    bad: tuple[Bad, ...]


MISSING = Bad("", None)
SECRET_KEY = "k" * 32


def samples_of(form: Form) -> Samples:
    """For a form; that of the entries, of a list block. KeyError: there are none."""
    return SAMPLES[type(form)](form)


def good_of(row: Row) -> tuple[str, ...]:
    """Words that a keyword can have, which may be fewer than its form has."""
    return GOOD.get((row.block, row.word)) or samples_of(entry_form(row)).good


def bad_of(row: Row) -> tuple[Bad, ...]:
    """Words that it cannot have. In a list block there is no entry without words."""
    bad = samples_of(entry_form(row)).bad
    return tuple(one for one in bad if one.text) if isinstance(form_of(row), Lines) else bad


def form_of(row: Row) -> Form:
    """The form of a row, or of the word that it is another spelling of."""
    return TABLE[row.block, row.spelling_of or row.word].form


def entry_form(row: Row) -> Form:
    """The same; of a list block, the form of its entries."""
    form = form_of(row)
    return form.entry if isinstance(form, Lines) else form


def _fixed(good: tuple[str, ...], *bad: Bad) -> Callable[[Any], Samples]:
    """The same whatever the form is told."""
    return lambda _: Samples(good, bad)


# --- numbers ----------------------------------------------------------------------------------------------------------


def _integer(form: Integer) -> Samples:
    alone = ("",) if form.alone is not None else ()
    missing = () if alone else (MISSING,)
    wrong = (str(form.low - 1), str(form.high + 1), "x", "1.5")
    return Samples((str(form.low), str(form.high), *alone), (*map(Bad, wrong), *missing))


def _seconds(form: Seconds) -> Samples:
    wrong = [plain(form.high + 1), "-1", "1s"]
    wrong += ["0"] if form.low > 0 else []
    wrong += ["1.5"] if form.whole else []
    return Samples((plain(form.low), plain(form.high)), (*map(Bad, wrong), MISSING))


def _clamped(form: Clamped) -> Samples:
    return Samples(
        (str(form.low), str(form.high)), (Bad(str(form.low - 1)), Bad(str(form.high + 1)), Bad("x"), MISSING)
    )


def _milliseconds(form: Milliseconds) -> Samples:
    return Samples((str(form.low), str(form.sensible)), (Bad("0"), Bad(str(form.high + 1)), Bad("x"), MISSING))


def _weight(form: TrackerWeight) -> Samples:
    good = (str(form.low), str(form.high), "3 reverse")
    return Samples(good, (Bad(str(form.low - 1)), Bad("x"), Bad("3 revers", 1), MISSING))


# --- words ------------------------------------------------------------------------------------------------------------


def _text(form: Text) -> Samples:
    return Samples(("eth0", '"eth0"'), (Bad('""'), Bad("x" * (form.longest + 1)), MISSING))


def _choice(form: Choice) -> Samples:
    misspelt = f"{next(iter(form.words))}X"
    return Samples(tuple(form.words), (Bad(misspelt), Bad("nonsense"), MISSING))


def _address(form: Address) -> Samples:
    candidates = ("224.0.0.7", "ff02::7") if form.multicast else ("10.0.0.7", "2001:db8::7")
    good = tuple(one for one in candidates if ipaddress.ip_address(one).version in form.versions)
    others = tuple(Bad(one) for one in candidates if one not in good)
    unicast = (Bad("10.0.0.7"),) if form.multicast else ()
    return Samples(good, (*others, *unicast, Bad("somewhere"), Bad("10.0.0.256"), MISSING))


def _router_address(form: RouterAddress) -> Samples:
    if form.multicast:
        return Samples(("224.0.0.7",), (Bad("10.0.0.7"), Bad("x"), MISSING))
    return Samples(("10.0.0.7",), (Bad("10.0.0"), Bad("10.0.0.7/24", 0, Code.IGNORED), MISSING))


def _command(form: Command) -> Samples:
    account = ("/bin/true root", "/bin/true root bin") if form.account else ()
    return Samples(("/bin/true", '"/bin/true a b"', *account), (Bad('"/bin/true \'a"'), Bad('""'), MISSING))


# --- forms of forms ---------------------------------------------------------------------------------------------------


def _optional(form: Optional) -> Samples:
    good, bad = samples_of(form.form)
    return Samples(("", *good), tuple(one for one in bad if one.text))


def _only(form: Only) -> Samples:
    good, bad = samples_of(form.form)
    return Samples(good, (*bad, Bad(f"{good[0]} more", 1)))


def _several(form: Several) -> Samples:
    good, bad = samples_of(form.form)
    wrong = next(one for one in bad if one.text)
    missing = (MISSING,) if form.least else ()
    alone = () if form.least else ("",)
    return Samples((good[0], f"{good[0]} {good[0]}", *alone), (wrong, Bad(f"{good[0]} {wrong.text}", 1), *missing))


# --- lines of list blocks ---------------------------------------------------------------------------------------------


def _address_line(form: AddressLine) -> Samples:
    own = "10.0.0.9/24 track_group T" if form.static else "10.0.0.9/24 use_vmac"
    good = ("10.0.0.9", "10.0.0.9/24 brd + dev eth0 scope link label eth0:1", own)
    return Samples(good, (Bad("nowhere"), Bad("10.0.0.9/33"), Bad("10.0.0.9 devv eth0", 1, Code.UNKNOWN_KEYWORD)))


def _track_line(form: TrackLine) -> Samples:
    name = {"network interface": "eth1", "vrrp_script": "S", "track_file": "F", "vrrp_track_process": "P"}.get(
        form.what, "B"
    )
    good = (name, f"{name} weight 10", f"{name} weight -10 reverse")
    return Samples(good, (Bad(f"{name} weight 1000", 2), Bad(f"{name} weight", 1), Bad(f"{name} wieght 1", 1)))


GOOD: dict[tuple[str, str], tuple[str, ...]] = {
    ("track_file", "file"): ("/tmp/number",),
    ("vrrp_sync_group", "group"): ("I",),
    ("track_group", "group"): ("I",),
    ("garp_group", "interfaces"): ("eth1",),
    ("bfd_instance", "source_ip"): ("10.0.0.7",),
    ("vrrp_instance", "advert_int"): ("1", "255"),
    ("vrrp_instance", "virtual_ipaddress_excluded"): ("10.0.0.9", "10.0.0.9/24 dev eth1"),
    ("virtual_server", "ip_family"): ("inet",),
    ("virtual_server", "quorum"): ("1",),
    ("virtual_server", "hysteresis"): ("0",),
    ("virtual_server", "sorry_server"): ("10.0.0.7 80",),
    **{(block, "bindto"): ("10.0.0.7",) for block in HOMES["bindto"]},
    (f"{REAL}/MISC_CHECK", "misc_timeout"): ("1", "4294"),
    (f"{REAL}/FILE_CHECK", "track_file"): ("F",),
    (f"{REAL}/BFD_CHECK", "name"): ("B",),
}
"""(block, word) -> its words, where those of its form would have to fit other words, or name what is not there."""

SAMPLES: dict[type, Callable[[Any], Samples]] = {
    Address: _address,
    AddressLine: _address_line,
    Boolean: _fixed(("", "on", "off", "true", "false", "yes", "no"), Bad("maybe"), Bad("1")),
    BuffersPolicy: _fixed(("MTU", "advert", "1500"), Bad("MUT"), Bad("MTU ADVERT", 1, Code.CONFLICT), MISSING),
    Choice: _choice,
    Clamped: _clamped,
    Command: _command,
    DelayLine: _fixed(("eth0 3", "eth0 0 2.5"), Bad("eth0 256", 1), Bad("eth0", 0, Code.MISSING)),
    Digest: _fixed(("0123456789abcdef0123456789ABCDEF",), Bad("0123"), Bad("x" * 32), MISSING),
    DomainName: _fixed((".", "example.com"), Bad("example..com"), MISSING),
    EndpointForm: _fixed(("10.0.0.7", "10.0.0.7 80"), Bad("here"), Bad("10.0.0.7 65536", 1), MISSING),
    FifoName: _fixed(("/run/fifo", "/run/fifo root bin"), MISSING),
    Flag: _fixed(("",), Bad("more", 0, Code.IGNORED), Bad("off", 0, Code.IGNORED)),
    ForwardingForm: _fixed(
        ("NAT", "DR", "TUN", "TUN type gue port 5555 csum", "TUN type gre nocsum"),
        Bad("nat"), Bad("TUN type gru", 2), Bad("DR quickly", 1), MISSING,
    ),
    GarpExtraIf: _fixed(("0", "all 60"), Bad("86401"), Bad("all x", 1), MISSING),
    Granularity: _fixed(("255.255.255.0",), Bad("255.255"), Bad("129"), MISSING),
    GroupEntry: _fixed(
        ("10.0.0.1", "10.0.0.1-10 80", "10.0.0.8/29 80", "2001:db8::1-ff", "fwmark 7", "fwmark 7 inet6"),
        Bad("here"), Bad("10.0.0.9-1"), Bad("10.0.0.1 0x", 1), Bad("fwmark x", 1),
    ),
    HexData: _fixed(("01ff", "01 f"), Bad("0g"), MISSING),
    Host: _fixed(("localhost", "10.0.0.7 587"), Bad("a..b"), Bad("localhost 0", 1), MISSING),
    IncludeChecks: _fixed(("", "readable +match -brace_match"), Bad("match readble", 1, Code.UNKNOWN_KEYWORD)),
    InitFileOptions: _fixed(
        ("", "7", "overwrite", "-7 overwrite"), Bad("1000"), Bad("1x"), Bad("7 overwritten", 1, Code.UNKNOWN_KEYWORD)
    ),
    Integer: _integer,
    KeyOfHmac: _fixed(
        (f"1 {SECRET_KEY}", f"255 hex:{'0f' * 32}"),
        Bad(f"256 {SECRET_KEY}"), Bad("1 short", 1), Bad("1 hex:0", 1), Bad("1", None), MISSING,
    ),
    LinkbeatLine: _fixed(("eth0", "eth0 MII"), Bad("eth0 MIII", 1), Bad("eth0 MII more", 2)),
    Milliseconds: _milliseconds,
    Only: _only,
    Optional: _optional,
    ParamMatchOption: _fixed(("", "initial", "partial"), Bad("exact")),
    ProcessCommand: _fixed(("true", 'true "a b" c'), Bad('""'), MISSING),
    ProcessName: _fixed(("alived_x",), Bad("x" * 16), MISSING),
    Regex: _fixed(("ab+c", '"a b"', "'a \"b'"), Bad("a b"), Bad("'a"), MISSING),
    RegexOptions: _fixed(("caseless", "utf dotall"), Bad("caseles"), MISSING),
    ReplyPattern: _fixed(("", "01 fX", "0102"), Bad("0g")),
    RouteLine: _fixed(
        ("10.1.0.0/16 via 10.0.0.254 dev eth0 metric 5", "default via 10.0.0.254", "blackhole 10.2.0.0/16"),
        Bad("10.1.0.0/16 via nowhere", 2), Bad("10.1.0.0/16 metric", 1),
    ),
    RouterAddress: _router_address,
    RuleLine: _fixed(
        ("from 10.0.0.0/8 table 100 preference 7", "to 10.0.0.9 unreachable"),
        Bad("from nowhere table 100", 1), Bad("from 10.0.0.9", 0, Code.MISSING),
    ),
    ScriptSeconds: _fixed(("0.001", "4294"), Bad("0"), Bad("4295"), Bad("x"), MISSING),
    Seconds: _seconds,
    Several: _several,
    StackSizes: _fixed(("1000 2000",), Bad("2000 1000", 1), Bad("1000"), MISSING),
    StatusCodes: _fixed(("200", "200-299 404"), Bad("200 2000", 1), Bad("299-200"), MISSING),
    SyncDaemon: _fixed(
        ("eth0", "eth0 inst I id 3 maxlen 1400 port 8849 ttl 2 group 224.0.0.82"),
        Bad("x" * 16), Bad("eth0 id 256", 2), Bad("eth0 inst I port", 3, Code.MISSING), MISSING,
    ),
    Text: _text,
    Timeouts: _fixed(
        ("tcp 900", "udp 30 tcpfin 5"),
        Bad("tcp x", 1), Bad("tcp 1 what", 2, Code.UNKNOWN_KEYWORD), Bad("tcp", None), MISSING,
    ),
    TrackLine: _track_line,
    TrackServerLine: _fixed(
        (
            "10.0.0.1 80", "10.0.0.1 53 UDP weight 5", "2001:db8::1 weight -5 reverse", "fwmark 5", "fwmark 5 inet6",
            "group G", "group G TCP weight 0",
        ),
        Bad("here"), Bad("10.0.0.1 0x", 1), Bad("10.0.0.1 80 wieght 1", 2), Bad("10.0.0.1 80 UDP weight x", 4),
        Bad("fwmark 0", 1), Bad("fwmark x", 1), Bad("fwmark", 0), Bad("group", 0),
    ),
    TrackerWeight: _weight,
    Umask: _fixed(("0", "022", "IRWXG|IRWXO", "IRGRP | IXOTH"), Bad("1000"), Bad("IRGRPP"), Bad("022 1", 1), MISSING),
    UnicastPeerLine: _fixed(
        ("10.0.0.7", "10.0.0.7 min_ttl 1 max_ttl 5"),
        Bad("here"), Bad("10.0.0.7 min_ttl 256", 2), Bad("10.0.0.7 more", 1, Code.UNKNOWN_KEYWORD),
    ),
    UseIpvlan: _fixed(
        ("10.0.0.7/24", "name ipv.1 10.0.0.7/24 vepa group 7"),
        Bad("10.0.0.7/24 a/b", 1), Bad("10.0.0.7/24 name", 1),
    ),
    UseVmac: _fixed(
        ("", "name vrrp.51 02:00:00:00:00:01 netlink_notify_msg group 7"), Bad("01:00:00:00:00:01"), Bad("name", 0)
    ),
    UserAndGroup: _fixed(("root", "root bin"), MISSING),
}  # fmt: skip
"""Class of a form -> what makes samples for one of that class."""
