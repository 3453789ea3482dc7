"""Rows of virtual_server, real_server and virtual_server_group (keepalived.conf(5), "LVS configuration").

What a virtual or real server says for all its checks is inherited by their rows, which stand in checks.py.
"""

from alived.ipc.model.lvs import AddressFamily, Protocol, RealServer, VirtualServer, VirtualServerGroup
from alived.supervisor.config.forms.lvs import EndpointForm, ForwardingForm, Granularity, GroupEntry
from alived.supervisor.config.forms.numbers import (
    INT_MAX,
    MICROSECOND,
    TIMER_MAX,
    UNSIGNED_MAX,
    Boolean,
    Integer,
    Seconds,
)
from alived.supervisor.config.forms.programs import Command
from alived.supervisor.config.forms.text import Body, Choice, Lines, Text
from alived.supervisor.config.grammar.row import Row, spelling

SCHEDULERS = ("rr", "wrr", "lc", "wlc", "lblc", "sh", "mh", "dh", "fo", "ovf", "lblcr", "sed", "nq", "twos")
PERSISTENCE = 360
"""Seconds, when persistence is asked for without a time (IPVS_SVC_PERSISTENT_TIMEOUT)."""
PERSISTENCE_MOST = 2678400
"""Seconds: 31 days, the kernel's limit."""
ENGINE_LONGEST = 16
"""Bytes (IP_VS_PENAME_MAXLEN)."""
LONGEST = float(INT_MAX)
"""Seconds; keepalived's own limit for these is some 600,000 years."""

SERVER, REAL, GROUP = "virtual_server", "virtual_server/real_server", "virtual_server_group"

MODELS: dict[str, type] = {SERVER: VirtualServer, REAL: RealServer, GROUP: VirtualServerGroup}


def _for_checks(block: str, around: str = "") -> tuple[Row, ...]:
    """What its checks inherit."""

    def inherits(word: str) -> str:
        return f"{around} {word}" if around else ""

    return (
        Row(block=block, word="delay_loop", form=Seconds(MICROSECOND, LONGEST), inherits=inherits("delay_loop"),
            meaning="pause between two checks", default=None if around else 60.0),
        Row(block=block, word="retry", form=Integer(1, UNSIGNED_MAX), inherits=inherits("retry"),
            meaning="failures after the first that must follow before a check is down"),
        Row(block=block, word="delay_before_retry", form=Seconds(0, LONGEST), inherits=inherits("delay_before_retry"),
            meaning="pause after a failure, before the check is tried again"),
        Row(block=block, word="warmup", form=Seconds(0, LONGEST), inherits=inherits("warmup"),
            meaning="the first check starts at a random moment within this time, delay_loop if not given"),
        Row(block=block, word="connect_timeout", form=Seconds(MICROSECOND, TIMER_MAX),
            inherits=inherits("connect_timeout"), meaning="how long a check waits for an answer",
            default=None if around else 5.0),
        Row(block=block, word="virtualhost", form=Text("a host name"), inherits=inherits("virtualhost"),
            meaning="Host header of HTTP_GET and SSL_GET"),
    )  # fmt: skip


VIRTUAL_SERVER: tuple[Row, ...] = (
    Row(block=SERVER, word="ip_family", form=Choice({family.value: family for family in AddressFamily}),
        attribute="ip_family", meaning="IPv4 or IPv6, for a firewall mark where the real servers do not tell"),
    Row(block=SERVER, word="protocol", form=Choice({protocol.value: protocol for protocol in Protocol}, fold=True),
        attribute="protocol", meaning="transport of the service"),
    Row(block=SERVER, word="lvs_sched", form=Choice({name: name for name in SCHEDULERS}), attribute="lb_algo",
        meaning="the kernel's scheduler, which chooses a real server for a connection"),
    spelling(SERVER, "lb_algo", of="lvs_sched"),
    Row(block=SERVER, word="hashed", attribute="flags.hashed", meaning="without effect, as in keepalived"),
    Row(block=SERVER, word="flag-1", attribute="flags.flag_1", meaning="first flag of the scheduler (ipvsadm -b)"),
    Row(block=SERVER, word="flag-2", attribute="flags.flag_2", meaning="second flag of the scheduler (ipvsadm -b)"),
    Row(block=SERVER, word="flag-3", attribute="flags.flag_3", meaning="third flag of the scheduler (ipvsadm -b)"),
    Row(block=SERVER, word="sh-port", attribute="flags.sh_port", meaning="sh hashes the source port too"),
    Row(block=SERVER, word="sh-fallback", attribute="flags.sh_fallback",
        meaning="sh takes another real server where the chosen one has no weight"),
    Row(block=SERVER, word="mh-port", attribute="flags.mh_port", meaning="mh hashes the source port too"),
    Row(block=SERVER, word="mh-fallback", attribute="flags.mh_fallback",
        meaning="mh takes another real server where the chosen one has no weight"),
    Row(block=SERVER, word="ops", attribute="ops", meaning="each datagram is scheduled by itself; UDP only"),
    Row(block=SERVER, word="lvs_method", form=ForwardingForm(), attribute="lb_kind",
        meaning="how packets reach a real server"),
    spelling(SERVER, "lb_kind", of="lvs_method"),
    Row(block=SERVER, word="persistence_engine", form=Text("the name of an engine, as sip", ENGINE_LONGEST),
        attribute="persistence_engine", meaning="what tells connections that belong together, instead of the address"),
    Row(block=SERVER, word="persistence_timeout", form=Integer(1, PERSISTENCE_MOST, alone=PERSISTENCE),
        attribute="persistence_timeout", meaning="seconds that a client stays with its real server"),
    Row(block=SERVER, word="persistence_granularity", form=Granularity(), attribute="persistence_granularity",
        meaning="mask of the addresses that count as one client"),
    Row(block=SERVER, word="ha_suspend", attribute="ha_suspend",
        meaning="checks rest while this host has not the address of the virtual server"),
    Row(block=SERVER, word="smtp_alert", form=Boolean(), attribute="smtp_alert",
        inherits="global_defs smtp_alert_checker", meaning="mail when the quorum is gained or lost"),
    Row(block=SERVER, word="snmp_name", form=Text("a name"), attribute="snmp_name", meaning="its name in SNMP"),
    Row(block=SERVER, word="alpha", meaning="real servers are down until their checks have succeeded"),
    Row(block=SERVER, word="omega", attribute="omega", meaning="notify_down and quorum_down are run at the end too"),
    Row(block=SERVER, word="quorum", form=Integer(1, UNSIGNED_MAX), attribute="quorum", unusable=1,
        meaning="sum of the weights of live real servers at which the service is up"),
    Row(block=SERVER, word="hysteresis", form=Integer(0, UNSIGNED_MAX), attribute="hysteresis",
        meaning="by how much that sum has to be over or under the quorum for a change"),
    Row(block=SERVER, word="quorum_up", form=Command(account=True), attribute="quorum_up",
        meaning="program to run when the quorum is gained"),
    Row(block=SERVER, word="quorum_down", form=Command(account=True), attribute="quorum_down",
        meaning="program to run when the quorum is lost"),
    Row(block=SERVER, word="weight", form=Integer(1, INT_MAX), default=1,
        meaning="weight of real servers that do not give their own"),
    Row(block=SERVER, word="inhibit_on_failure", meaning="a real server that is down gets weight 0 and is not removed"),
    Row(block=SERVER, word="sorry_server", form=EndpointForm(), attribute="sorry_server",
        meaning="who serves while there is no quorum"),
    Row(block=SERVER, word="sorry_server_inhibit", attribute="sorry_server_inhibit",
        meaning="the sorry server is always there, with weight 0 while it is not needed"),
    Row(block=SERVER, word="sorry_server_lvs_method", form=ForwardingForm(), attribute="sorry_server_lvs_method",
        meaning="how packets reach the sorry server, as lvs_method says if not given"),
    *_for_checks(SERVER),
    Row(block=SERVER, word="real_server", form=Body(), many=True, meaning="a machine that serves, ADDRESS [PORT]"),
)  # fmt: skip

REAL_SERVER: tuple[Row, ...] = (
    Row(block=REAL, word="weight", form=Integer(0, INT_MAX), attribute="weight", inherits=f"{SERVER} weight",
        meaning="its share of connections"),
    Row(block=REAL, word="lvs_method", form=ForwardingForm(), attribute="lvs_method",
        meaning="how packets reach it, as the virtual server says if not given"),
    Row(block=REAL, word="uthreshold", form=Integer(0, UNSIGNED_MAX), attribute="uthreshold",
        meaning="connections at which it gets no new ones, 0 for any number"),
    Row(block=REAL, word="lthreshold", form=Integer(0, UNSIGNED_MAX), attribute="lthreshold",
        meaning="connections below which it gets new ones again"),
    Row(block=REAL, word="inhibit_on_failure", form=Boolean(), attribute="inhibit_on_failure",
        inherits=f"{SERVER} inhibit_on_failure", meaning="when it is down it gets weight 0 and is not removed"),
    Row(block=REAL, word="notify_up", form=Command(account=True), attribute="notify_up",
        meaning="program to run when it comes up"),
    Row(block=REAL, word="notify_down", form=Command(account=True), attribute="notify_down",
        meaning="program to run when it goes down"),
    Row(block=REAL, word="alpha", form=Boolean(), attribute="alpha", inherits=f"{SERVER} alpha",
        meaning="it is down until its checks have succeeded"),
    Row(block=REAL, word="smtp_alert", form=Boolean(), attribute="smtp_alert",
        inherits="global_defs smtp_alert_checker", meaning="mail when it comes up or goes down"),
    Row(block=REAL, word="snmp_name", form=Text("a name"), attribute="snmp_name", meaning="its name in SNMP"),
    *_for_checks(REAL, SERVER),
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    Row(block="", word=GROUP, form=Lines(GroupEntry(), named=True), many=True,
        meaning="several services with the same real servers: addresses, ranges of them, firewall marks"),
    Row(block="", word=SERVER, form=Body(), many=True,
        meaning="a service: ADDRESS [PORT], fwmark NUMBER or group NAME"),
    *VIRTUAL_SERVER,
    *REAL_SERVER,
)  # fmt: skip
