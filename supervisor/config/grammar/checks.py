"""Rows of the checks of real servers, and of SSL, which holds what SSL_GET presents itself with."""

from dataclasses import replace

from alived.ipc.model.checks import (
    BfdCheck,
    DnsCheck,
    DnsType,
    FileCheck,
    HttpCheck,
    HttpProtocol,
    MiscCheck,
    PingCheck,
    SmtpCheck,
    SslCheck,
    SslContext,
    TcpCheck,
    UdpCheck,
    Url,
)
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
from alived.supervisor.config.forms.lvs import PORT_MOST
from alived.supervisor.config.forms.numbers import (
    INT_MAX,
    MICROSECOND,
    TIMER_MAX,
    UNSIGNED_MAX,
    Boolean,
    Integer,
    Seconds,
)
from alived.supervisor.config.forms.programs import Command, UserAndGroup
from alived.supervisor.config.forms.text import Address, Body, Choice, Text
from alived.supervisor.config.forms.tracking import TrackerWeight
from alived.supervisor.config.grammar.row import Row, spelling
from alived.supervisor.config.grammar.virtual_server import LONGEST, REAL

KINDS: dict[str, type] = {
    "TCP_CHECK": TcpCheck,
    "HTTP_GET": HttpCheck,
    "SSL_GET": SslCheck,
    "SMTP_CHECK": SmtpCheck,
    "DNS_CHECK": DnsCheck,
    "MISC_CHECK": MiscCheck,
    "UDP_CHECK": UdpCheck,
    "PING_CHECK": PingCheck,
    "FILE_CHECK": FileCheck,
    "BFD_CHECK": BfdCheck,
}
"""Keyword -> the class of the check that it makes."""

HOST = f"{REAL}/SMTP_CHECK/host"

MODELS: dict[str, type] = {
    **{f"{REAL}/{word}": cls for word, cls in KINDS.items()},
    f"{REAL}/HTTP_GET/url": Url,
    f"{REAL}/SSL_GET/url": Url,
    HOST: SmtpCheck,
    "SSL": SslContext,
}

IFNAME_LONGEST = 15
"""Bytes of the name of an interface (IFNAMSIZ)."""
LENGTH_MOST = 65535
"""Bytes of a UDP reply."""
TIMEOUT_MOST = TIMER_MAX // 1
"""Seconds of misc_timeout."""


def _connection(block: str, around: str = REAL) -> tuple[Row, ...]:
    """Where a check sends its packets, and from where."""
    return (
        Row(block=block, word="connect_ip", form=Address(), attribute="address",
            meaning="address to check, the real server's if not given"),
        Row(block=block, word="connect_port", form=Integer(1, PORT_MOST), attribute="port",
            meaning="port to check, the real server's if not given"),
        Row(block=block, word="bindto", form=Address(), attribute="bindto", meaning="address to check from"),
        Row(block=block, word="bind_port", form=Integer(1, PORT_MOST), attribute="bind_port",
            meaning="port to check from"),
        Row(block=block, word="bind_if", form=Text("the name of an interface", IFNAME_LONGEST), attribute="bind_if",
            meaning="interface to check from; a link-local address needs it"),
        Row(block=block, word="connect_timeout", form=Seconds(MICROSECOND, TIMER_MAX), attribute="connect_timeout",
            inherits=f"{around} connect_timeout", meaning="how long it waits for an answer"),
        Row(block=block, word="fwmark", form=Integer(0, UNSIGNED_MAX), attribute="fwmark",
            meaning="firewall mark of the packets that it sends"),
    )  # fmt: skip


def _unconnected(block: str) -> tuple[Row, ...]:
    """The same words in a check that connects to nothing, where keepalived does not know them."""
    meaning = "no effect, as this check connects to nothing"
    return tuple(replace(row, attribute=row.word, old=True, meaning=meaning) for row in _connection(block))


def _pace(block: str, around: str = REAL) -> tuple[Row, ...]:
    """How often a check runs, and how patiently."""
    return (
        Row(block=block, word="retry", form=Integer(0, UNSIGNED_MAX), attribute="retry", inherits=f"{around} retry",
            meaning="failures after the first that must follow before it is down"),
        Row(block=block, word="delay_before_retry", form=Seconds(0, LONGEST), attribute="delay_before_retry",
            inherits=f"{around} delay_before_retry", meaning="pause after a failure, before it is tried again"),
        Row(block=block, word="warmup", form=Seconds(0, LONGEST), attribute="warmup", inherits=f"{around} warmup",
            meaning="it starts at a random moment within this time, delay_loop if not given"),
        Row(block=block, word="delay_loop", form=Seconds(MICROSECOND, LONGEST), attribute="delay_loop",
            inherits=f"{around} delay_loop", meaning="pause between two checks"),
        Row(block=block, word="alpha", form=Boolean(), attribute="alpha", inherits=f"{around} alpha",
            meaning="it is down until it has succeeded"),
        Row(block=block, word="log_all_failures", form=Boolean(), attribute="log_all_failures",
            inherits="global_defs checker_log_all_failures",
            meaning="failures are logged also while retries are left"),
    )  # fmt: skip


def _http(word: str) -> tuple[Row, ...]:
    """HTTP_GET or SSL_GET, and its url blocks."""
    block = f"{REAL}/{word}"
    url = f"{block}/url"
    return (
        *_connection(block),
        *_pace(block),
        spelling(block, "nb_get_retry", of="retry", old=True),
        Row(block=block, word="virtualhost", form=Text("a host name"), inherits=f"{REAL} virtualhost",
            meaning="Host header of its URLs"),
        Row(block=block, word="http_protocol", attribute="http_protocol",
            form=Choice({protocol.value: protocol for protocol in HttpProtocol}, fold=True),
            meaning="version of the request, 1.0C with `Connection: close`"),
        Row(block=block, word="enable_sni", form=Boolean(), attribute="enable_sni",
            meaning="the host's name is told during the TLS handshake"),
        Row(block=block, word="sni_name", form=Text("a host name"), attribute="sni_name",
            meaning="which name that is, the Host header's if not given"),
        Row(block=block, word="fast_recovery", form=Boolean(), attribute="fast_recovery",
            meaning="while it is down its URLs are asked for one after the other without a pause"),
        Row(block=block, word="url", form=Body(), many=True, meaning="what to ask for"),
        Row(block=url, word="path", form=Text("a path, as /index.html"), attribute="path", meaning="path to ask for"),
        Row(block=url, word="digest", form=Digest(), attribute="digest", meaning="MD5 digest of the answer's body"),
        Row(block=url, word="status_code", form=StatusCodes(), attribute="status_code",
            meaning="status codes that are fine; several such lines add up"),
        Row(block=url, word="virtualhost", form=Text("a host name"), attribute="virtualhost",
            inherits=f"{block} virtualhost", meaning="Host header"),
        Row(block=url, word="regex", form=Regex(), attribute="regex",
            meaning="regular expression that must be found in the answer's body"),
        Row(block=url, word="regex_no_match", attribute="regex_no_match", meaning="it must not be found"),
        Row(block=url, word="regex_options", form=RegexOptions(), attribute="regex_options",
            meaning="options of the regular expression (pcre2api(3))"),
        Row(block=url, word="regex_min_offset", form=Integer(0, UNSIGNED_MAX), attribute="regex_min_offset",
            meaning="bytes of the body that are skipped"),
        Row(block=url, word="regex_max_offset", form=Integer(0, UNSIGNED_MAX), attribute="regex_max_offset",
            meaning="where in the body a match may begin at last"),
        Row(block=url, word="regex_stack", form=StackSizes(), attribute="regex_stack",
            meaning="stack of the regular expression in bytes, at first and at most"),
    )  # fmt: skip


_MEANINGS = {
    "TCP_CHECK": "it is up when it accepts a connection",
    "HTTP_GET": "it is up when it answers HTTP requests as it should",
    "SSL_GET": "it is up when it answers HTTPS requests as it should",
    "SMTP_CHECK": "it is up when it greets as a mail server",
    "DNS_CHECK": "it is up when it answers a DNS question",
    "MISC_CHECK": "it is up when a program says so",
    "UDP_CHECK": "it is up when a datagram is not refused",
    "PING_CHECK": "it is up when it answers pings",
    "FILE_CHECK": "it is up as a file says",
    "BFD_CHECK": "it is up as long as a BFD session is",
}

_SSL, _SMTP, _DNS, _UDP, _MISC, _FILE, _BFD = (
    f"{REAL}/{kind}"
    for kind in ("SSL_GET", "SMTP_CHECK", "DNS_CHECK", "UDP_CHECK", "MISC_CHECK", "FILE_CHECK", "BFD_CHECK")
)

CHECKS: tuple[Row, ...] = (
    *(Row(block=REAL, word=word, form=Body(), many=True, meaning=meaning) for word, meaning in _MEANINGS.items()),
    *_connection(f"{REAL}/TCP_CHECK"),
    *_pace(f"{REAL}/TCP_CHECK"),
    spelling(f"{REAL}/TCP_CHECK", "nb_get_retry", of="retry", old=True),
    *_http("HTTP_GET"),
    *_http("SSL_GET"),
    Row(block=_SSL, word="tls_compliant", attribute="tls_compliant",
        meaning="the end is announced by close_notify"),
    Row(block=f"{_SSL}/url", word="tls_compliant", attribute="tls_compliant",
        inherits=f"{_SSL} tls_compliant", meaning="the end is announced by close_notify"),
    *_connection(_SMTP),
    *_pace(_SMTP),
    Row(block=_SMTP, word="helo_name", form=Text("a host name"), attribute="helo_name", meaning="name to greet with"),
    Row(block=_SMTP, word="host", form=Body(), many=True,
        meaning="another address to check; better another SMTP_CHECK"),
    *_connection(HOST, _SMTP),
    *_pace(HOST, _SMTP),
    *_connection(_DNS),
    *_pace(_DNS),
    Row(block=_DNS, word="type", form=Choice({kind.value: kind for kind in DnsType}, fold=True), attribute="type",
        meaning="what to ask for"),
    Row(block=_DNS, word="name", form=DomainName(), attribute="name", meaning="name to ask for; the first one counts"),
    *_connection(_UDP),
    *_pace(_UDP),
    Row(block=_UDP, word="payload", form=HexData(), attribute="payload", meaning="what to send, something random else"),
    Row(block=_UDP, word="require_reply", form=ReplyPattern(), attribute="require_reply",
        meaning="it must answer, and with this if given"),
    Row(block=_UDP, word="min_reply_length", form=Integer(0, LENGTH_MOST), attribute="min_reply_length",
        meaning="bytes that the answer has at least"),
    Row(block=_UDP, word="max_reply_length", form=Integer(0, LENGTH_MOST), attribute="max_reply_length",
        meaning="bytes that the answer has at most"),
    *_connection(f"{REAL}/PING_CHECK"),
    *_pace(f"{REAL}/PING_CHECK"),
    *_unconnected(_MISC),
    *_pace(_MISC),
    Row(block=_MISC, word="misc_path", form=Command(), attribute="program", meaning="the program that tells"),
    Row(block=_MISC, word="misc_timeout", form=Seconds(0, TIMEOUT_MOST, whole=True), attribute="misc_timeout",
        meaning="how long it may take, delay_loop if not given or 0"),
    Row(block=_MISC, word="misc_dynamic", attribute="misc_dynamic", meaning="its exit code sets the weight"),
    Row(block=_MISC, word="user", form=UserAndGroup(), meaning="who it is run as"),
    Row(block=_FILE, word="track_file", form=Text("the name of a track_file"), attribute="track_file",
        meaning="the file that tells"),
    Row(block=_FILE, word="weight", form=TrackerWeight(-INT_MAX, INT_MAX), attribute="weight",
        meaning="what its number is multiplied by, as the track_file says if not given"),
    Row(block=_BFD, word="name", form=Text("the name of a bfd_instance"), attribute="name",
        meaning="the BFD session that tells"),
    Row(block=_BFD, word="alpha", form=Boolean(), attribute="alpha", inherits=f"{REAL} alpha",
        meaning="it is down until the session is up"),
)  # fmt: skip

SSL: tuple[Row, ...] = (
    Row(block="", word="SSL", form=Body(), meaning="what SSL_GET presents itself with"),
    Row(block="SSL", word="password", form=Text("a password"), attribute="password", secret=True,
        meaning="password of the key"),
    Row(block="SSL", word="ca", form=Text("the path of a file"), attribute="ca",
        meaning="certificates of the authorities that are trusted"),
    Row(block="SSL", word="certificate", form=Text("the path of a file"), attribute="certificate",
        meaning="certificate to present"),
    Row(block="SSL", word="key", form=Text("the path of a file"), attribute="key_file", meaning="its private key"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*CHECKS, *SSL)
