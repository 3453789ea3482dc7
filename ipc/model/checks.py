"""Checks of real servers: one dataclass for each kind that keepalived.conf(5) knows."""

from enum import StrEnum

from alived.ipc.model.common import Program
from alived.ipc.model.tracking import Weight
from alived.ipc.record import record


@record(kw_only=True)
class Paced:
    """A check that is run again and again: how often, and how patiently. Times are seconds."""

    retry: int = 1
    """Failures after the first that must follow before the check is down."""
    delay_before_retry: float = 1.0
    delay_loop: float = 60.0
    """Pause between the end of a check and the next while all is well."""
    warmup: float = 60.0
    """The first check starts at a random moment within this time."""
    alpha: bool = False
    """It counts as down until it has succeeded."""
    log_all_failures: bool = False
    """Failures are logged also while retries are left."""


@record(kw_only=True)
class Connecting(Paced):
    """A check that sends something to an address and port."""

    address: str
    port: int
    bindto: str = ""
    """Source address; empty: the kernel's choice."""
    bind_port: int = 0
    bind_if: str = ""
    """Interface to send from; empty: the kernel's choice."""
    fwmark: int = 0
    """Mark of the packets that it sends; 0: none."""
    connect_timeout: float = 5.0


@record(kw_only=True)
class TcpCheck(Connecting):
    """TCP_CHECK: up when a connection to `address`:`port` is accepted in time."""


@record(kw_only=True)
class PingCheck(Connecting):
    """PING_CHECK: up when `address` answers an ICMP echo request in time."""


@record(kw_only=True)
class StatusRange:
    """HTTP status codes from `first` to `last`."""

    first: int
    last: int


@record(kw_only=True)
class RegexStack:
    """Bytes of the stack that a regular expression may have."""

    start: int
    most: int


@record(kw_only=True)
class Url:
    """What is asked for, and what must come back."""

    path: str
    digest: str = ""
    """MD5 of the body in hexadecimal; empty: any body will do."""
    status_code: tuple[StatusRange, ...] = (StatusRange(first=200, last=299),)
    virtualhost: str = ""
    """The Host header; empty: the address and port."""
    regex: str = ""
    """Perl-compatible, must be found in the body; empty: any body will do."""
    regex_no_match: bool = False
    """It must not be found."""
    regex_options: tuple[str, ...] = ()
    regex_min_offset: int = 0
    """Bytes of the body that are skipped."""
    regex_max_offset: int | None = None
    """Where in the body a match may begin at last; None: anywhere."""
    regex_stack: RegexStack | None = None
    tls_compliant: bool = False


class HttpProtocol(StrEnum):
    """Version of the request."""

    V1_0 = "1.0"
    V1_0_CLOSE = "1.0C"
    """1.0 with `Connection: close`."""
    V1_1 = "1.1"


@record(kw_only=True)
class HttpCheck(Connecting):
    """HTTP_GET: up when each URL in turn brings what it should."""

    delay_before_retry: float = 3.0
    http_protocol: HttpProtocol = HttpProtocol.V1_0
    enable_sni: bool = False
    sni_name: str = ""
    """Empty: the Host header's."""
    fast_recovery: bool = False
    """No pause between the URLs while it is down."""
    urls: tuple[Url, ...] = ()


@record(kw_only=True)
class SslCheck(HttpCheck):
    """SSL_GET: the same over TLS."""

    tls_compliant: bool = False
    """close_notify is sent at the end (SSL_set_quiet_shutdown(3))."""


@record(kw_only=True)
class SmtpCheck(Connecting):
    """SMTP_CHECK: up when the server greets, and accepts HELO and QUIT."""

    helo_name: str = "smtpchecker.keepalived.org"


class DnsType(StrEnum):
    """What a name server is asked for."""

    A = "A"
    NS = "NS"
    CNAME = "CNAME"
    SOA = "SOA"
    MX = "MX"
    TXT = "TXT"
    AAAA = "AAAA"


@record(kw_only=True)
class DnsCheck(Connecting):
    """DNS_CHECK: up when a name server answers a question over UDP."""

    retry: int = 3
    delay_before_retry: float = 60.0
    """`delay_loop` when nothing else is said."""
    type: DnsType = DnsType.SOA
    name: str = "."


@record(kw_only=True)
class Reply:
    """What an answer has to begin with, bit by bit where the mask has ones; empty: anything."""

    data: bytes = b""
    mask: bytes = b""


@record(kw_only=True)
class UdpCheck(Connecting):
    """UDP_CHECK: up when a datagram brings no ICMP error, and an answer if one is asked for."""

    payload: bytes = b""
    """Empty: something random."""
    require_reply: Reply | None = None
    min_reply_length: int = 0
    max_reply_length: int = 255


@record(kw_only=True)
class MiscCheck(Paced):
    """MISC_CHECK: up when a program ends with 0."""

    retry: int = 0
    program: Program
    misc_timeout: float = 60.0
    """After this long the program is stopped and has failed; `delay_loop` when nothing is said."""
    misc_dynamic: bool = False
    """Exit codes from 2 are success, and a weight two larger than the one that is added."""
    connect_ip: str = ""
    """This and what follows is said of other checks, and of no use to one that connects to nothing."""
    connect_port: int = 0
    bindto: str = ""
    bind_port: int = 0
    bind_if: str = ""
    fwmark: int = 0
    connect_timeout: float = 5.0


@record(kw_only=True)
class FileCheck:
    """FILE_CHECK: up and weighted as the number in a track_file says."""

    track_file: str
    weight: Weight | None = None
    """None: as the track_file itself says."""


@record(kw_only=True)
class BfdCheck:
    """BFD_CHECK: up as long as a BFD session is."""

    name: str
    alpha: bool = False


Check = TcpCheck | PingCheck | HttpCheck | SslCheck | SmtpCheck | DnsCheck | UdpCheck | MiscCheck | FileCheck | BfdCheck


@record(kw_only=True)
class RealServerChecks:
    """The checks of one real server of one virtual server; up when all of them are."""

    virtual_server: str
    real_server: str
    checks: tuple[Check, ...]

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"checks {self.virtual_server} {self.real_server}"


@record(kw_only=True)
class SslContext:
    """The SSL block: the files that SSL_GET presents itself with. All empty: none."""

    password: str = ""
    ca: str = ""
    certificate: str = ""
    key_file: str = ""

    @property
    def key(self) -> str:
        """There is one of these."""
        return "SSL"
