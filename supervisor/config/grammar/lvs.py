"""Rows of virtual_server, its real servers and their checks (keepalived.conf(5), "LVS configuration")."""

from alived.ipc.model import ForwardingMethod, Protocol
from alived.supervisor.config.forms import (
    INT_MAX,
    MICROSECOND,
    TIMER_MAX,
    UNSIGNED_MAX,
    Address,
    Body,
    Boolean,
    Choice,
    Integer,
    Seconds,
)
from alived.supervisor.config.grammar.row import Row, later, row, spelling, strict

SCHEDULERS = ("rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos")
DEFAULT_PERSISTENCE = 360
"""Seconds, when persistence_timeout stands alone."""
LONGEST = float(INT_MAX)
"""Seconds; keepalived's own limit for these is some 600,000 years."""

SERVER, REAL = "virtual_server", "virtual_server/real_server"
TCP = f"{REAL}/TCP_CHECK"


def _pace(block: str) -> tuple[Row, ...]:
    """How often and how patiently a check runs: what a block does not say, the block around it says."""
    outermost = block == SERVER
    delay_loop, connect_timeout = (60.0, 5.0) if outermost else (None, None)
    return (
        row(block, "delay_loop", Seconds(MICROSECOND, LONGEST), delay_loop, "pause between two checks"),
        row(block, "retry", Integer(1 if outermost else 0, UNSIGNED_MAX),
            meaning="failures after the first before it is down"),
        row(block, "delay_before_retry", Seconds(0, LONGEST), meaning="pause before trying again"),
        row(block, "warmup", Seconds(0, LONGEST),
            meaning="the first check starts within this time; delay_loop if not given"),
        row(block, "connect_timeout", Seconds(MICROSECOND, TIMER_MAX), connect_timeout, "time to connect in"),
    )  # fmt: skip


VIRTUAL_SERVER: tuple[Row, ...] = (
    *_pace(SERVER),
    strict(SERVER, "lb_algo", Choice({name: name for name in SCHEDULERS}), "wlc", "the kernel's scheduler"),
    spelling(SERVER, "lvs_sched", of="lb_algo"),
    strict(SERVER, "lb_kind", Choice({method.value: method for method in ForwardingMethod}), ForwardingMethod.NAT,
        "how packets reach a real server"),
    spelling(SERVER, "lvs_method", of="lb_kind"),
    row(SERVER, "persistence_timeout", Integer(1, 2678400, alone=DEFAULT_PERSISTENCE), 0,
        "seconds that a client stays with its real server"),
    strict(SERVER, "protocol", Choice({protocol.value: protocol for protocol in Protocol}, fold=True), Protocol.UDP,
        "transport of the service"),
    strict(SERVER, "quorum", Integer(1, UNSIGNED_MAX), 1, "live weight at which the service is up"),
    row(SERVER, "weight", Integer(0, INT_MAX), 1, "weight of a real server that does not give its own"),
    row(SERVER, "inhibit_on_failure", Boolean(), default=False, meaning="a real server that is down gets weight 0"),
    row(SERVER, "real_server", Body(), meaning="a machine that serves"),
    *later(SERVER, "ip_family hashed ops flag-1 flag-2 flag-3 sh-port sh-fallback mh-port mh-fallback"),
    *later(SERVER, "persistence_engine persistence_granularity ha_suspend virtualhost snmp_name omega hysteresis"),
    *later(SERVER, "alpha", "real servers count as up until a check says otherwise"),
    *later(SERVER, "smtp_alert", "no mail is sent"),
    *later(SERVER, "quorum_up quorum_down", "it is not run"),
    *later(SERVER, "sorry_server sorry_server_inhibit sorry_server_lvs_method", "without quorum nobody answers"),
)  # fmt: skip

REAL_SERVER: tuple[Row, ...] = (
    *_pace(REAL),
    row(REAL, "weight", Integer(0, INT_MAX), meaning="its share of connections"),
    row(REAL, "inhibit_on_failure", Boolean(), meaning="when it is down it gets weight 0"),
    row(REAL, "TCP_CHECK", Body(), meaning="it is up when it accepts a connection"),
    *later(REAL, "lvs_method", "it is reached as the virtual server says"),
    *later(REAL, "uthreshold lthreshold virtualhost snmp_name"),
    *later(REAL, "alpha", "it counts as up until a check says otherwise"),
    *later(REAL, "notify_up notify_down", "it is not run"),
    *later(REAL, "smtp_alert", "no mail is sent"),
    *later(REAL, "HTTP_GET SSL_GET MISC_CHECK SMTP_CHECK PING_CHECK UDP_CHECK DNS_CHECK FILE_CHECK BFD_CHECK",
        "the real server is taken to be up without it"),
)  # fmt: skip

TCP_CHECK: tuple[Row, ...] = (
    *_pace(TCP),
    spelling(TCP, "nb_get_retry", of="retry", old=True),
    row(TCP, "connect_ip", Address(), meaning="where to connect; the real server's address if not given"),
    row(TCP, "connect_port", Integer(1, 65535), meaning="where to connect; the real server's port if not given"),
    row(TCP, "bindto", Address(), "", "where to connect from"),
    row(TCP, "bind_port", Integer(1, 65535), 0, "port to connect from"),
    *later(TCP, "bind_if fwmark log_all_failures"),
    *later(TCP, "alpha", "it counts as up until it has failed"),
)  # fmt: skip

_ANY_CHECK = """
    connect_ip connect_port bindto bind_port bind_if connect_timeout fwmark retry delay_before_retry warmup delay_loop
    alpha log_all_failures"""

OTHER_CHECKS: tuple[Row, ...] = (
    *(found for kind in ("HTTP_GET", "SSL_GET") for found in (
        *later(f"{REAL}/{kind}", _ANY_CHECK),
        *later(f"{REAL}/{kind}", "nb_get_retry virtualhost http_protocol enable_sni sni_name fast_recovery url"),
        *later(f"{REAL}/{kind}/url", """
            path digest status_code virtualhost regex regex_no_match regex_options regex_min_offset regex_max_offset
            regex_stack"""),
    )),
    *later(f"{REAL}/SSL_GET", "tls_compliant"),
    *later(f"{REAL}/SSL_GET/url", "tls_compliant"),
    *later(f"{REAL}/SMTP_CHECK", _ANY_CHECK + " helo_name host"),
    *later(f"{REAL}/SMTP_CHECK/host", _ANY_CHECK),
    *later(f"{REAL}/PING_CHECK", _ANY_CHECK),
    *later(f"{REAL}/DNS_CHECK", _ANY_CHECK + " type name"),
    *later(f"{REAL}/UDP_CHECK", _ANY_CHECK + " payload require_reply min_reply_length max_reply_length"),
    *later(f"{REAL}/MISC_CHECK", _ANY_CHECK + " misc_path misc_timeout misc_dynamic user"),
    *later(f"{REAL}/FILE_CHECK", "track_file weight dynamic"),
    *later(f"{REAL}/BFD_CHECK", "name alpha"),
    *later("SSL", "password ca certificate key"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*VIRTUAL_SERVER, *REAL_SERVER, *TCP_CHECK, *OTHER_CHECKS)
