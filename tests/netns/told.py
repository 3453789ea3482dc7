"""A router that tells of everything that happens to it: programs, pipes and mail, and where all that is kept.

What lives here: its configuration and the recording. What does not: the play (test_side_by_side.py).
"""

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from examples.testbed.hosts import INTERFACE, Cluster, Host, wait_until
from examples.testbed.services import ROOT, Service
from tests.netns import mailbox

CONFIG = "/etc/keepalived/keepalived.conf"
RECORD = "/usr/local/bin/record"
DRAIN = "/usr/local/bin/drain"
MAIL_PORT = 2525
PASSWORD = "s3cret"
INTERVAL = 0.3
"""Seconds between adverts of version 3."""

IGNORED = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "_", "SHLVL", "OLDPWD"}
"""Of the environment: how this repository's daemon is found, and what the shell of the recording sets."""

RECORDING = """#!/bin/sh
{
    flock 9
    echo "argv $*"
    echo "who $(id -u):$(id -g) $(pwd) $(umask)"
    env | sort | sed 's/^/env /'
    echo end
} 9>/run/told/lock >>"/run/told/programs"
"""

DRAINING = """#!/bin/sh
while read -r line; do echo "$line" >>/run/told/by_script; done <"$1"
"""

HEAD = f"""
global_defs {{
    router_id routers
    notification_email {{
        ops@example.com
        night@example.com
    }}
    notification_email_from routers@example.com
    smtp_server 127.0.0.1 {MAIL_PORT}
    smtp_connect_timeout 5
    enable_script_security
    script_user root
    dynamic_interfaces
    notify_fifo /run/told/fifo
    vrrp_notify_fifo /run/told/vrrp_fifo
    vrrp_notify_fifo_script {DRAIN}
    vrrp_notify_priority_changes
}}
track_file load {{
    file /run/load
    weight 1
    init_file 0
}}
track_file health {{
    file /run/health
    weight 0
    init_file 0
}}
vrrp_script well {{
    script "/usr/bin/test -e /run/well"
    interval 1
    fall 1
    rise 1
    weight -30
}}
vrrp_sync_group G_1 {{
    group {{
        VI_left
        VI_right
    }}
    smtp_alert
    {{programs}}
}}
vrrp_sync_group G_quiet {{
    group {{
        VI_lonely
    }}
}}
"""


LATE_GROUP = (
    "G_quiet {\n    group {\n        VI_lonely\n",
    "G_late {\n    group {\n        VI_plain\n        VI_second\n",
)
"""A reload makes the second one of the first: two that are master become members."""


def programs(name: str, *words: str) -> str:
    """Everything that can be told of an instance or a group, each by a program of its own."""
    return "\n".join(f'    {word} "{RECORD} {name} {word}"' for word in words)


USUAL = ("notify_master", "notify_backup", "notify_fault", "notify_stop", "notify")
ALL = (*USUAL, "notify_master_rx_lower_pri")


@dataclass(frozen=True)
class Told:
    """One instance."""

    name: str
    vrid: int
    more: str = ""
    words: tuple[str, ...] = ALL
    priority: int = 150
    version: int = 3

    @property
    def address(self) -> str:
        """Its virtual address."""
        return f"172.20.0.{100 + self.vrid}"

    def block(self) -> str:
        """As configured."""
        interval = 1 if self.version == 2 else INTERVAL
        return (
            f"vrrp_instance {self.name} {{\n    interface {INTERFACE}\n    virtual_router_id {self.vrid}\n"
            f"    version {self.version}\n    priority {self.priority}\n    advert_int {interval}\n{self.more}\n"
            f"{programs(self.name, *self.words)}\n    virtual_ipaddress {{\n        {self.address}/24\n    }}\n}}\n"
        )


PASS = f"    authentication {{\n        auth_type PASS\n        auth_pass {PASSWORD}\n    }}\n"

PLAIN = Told("VI_plain", 1, "    smtp_alert")
FILE = Told("VI_file", 2, "    track_file {\n        load\n    }")
LINK = Told("VI_link", 3, "    track_interface {\n        eth1 weight -20\n    }\n    smtp_alert")
SCRIPT = Told("VI_script", 4, "    track_script {\n        well\n    }")
LEFT = Told("VI_left", 5, "    track_file {\n        health\n    }")
RIGHT = Told("VI_right", 6)
LONELY = Told("VI_lonely", 7, "    track_file {\n        load weight -1\n    }")
GONE = Told("VI_gone", 8, "    smtp_alert")
MISSED = Told("VI_missed", 9, "    smtp_alert", (*ALL, "notify_deleted"))
OLD = Told("VI_old", 10, PASS, USUAL, version=2)
STUCK = Told("VI_stuck", 11, "    track_interface {\n        eth1\n    }")
OWNER = Told("VI_owner", 12, "    state MASTER", priority=255)
MUST = Told("VI_must", 14, "    track_script {\n        well weight 0\n    }")
UNDISPUTED = Told("VI_undisputed", 15, "    state MASTER", priority=255)
SECOND = Told("VI_second", 13, "    smtp_alert", priority=100)

NEW = Told("VI_new", 16, "    smtp_alert")
"""Not there at first."""

EVERYBODY = (PLAIN, FILE, LINK, SCRIPT, LEFT, RIGHT, LONELY, GONE, MISSED, OLD, STUCK, OWNER, UNDISPUTED, SECOND, MUST)


def configuration() -> str:
    """What there is at first."""
    return _whole(HEAD, EVERYBODY)


def changed_configuration() -> str:
    """Two are gone, one is new, a member has left its group, and some have other priorities."""
    priorities = {FILE: 120, LINK: 160, LEFT: 140, OWNER: 254}
    changed = [replace(one, priority=priorities.get(one, one.priority)) for one in EVERYBODY]
    staying = [one for one in changed if one.name not in (GONE.name, MISSED.name)]
    groups = HEAD.replace("        VI_right\n", "").replace(LATE_GROUP[0], LATE_GROUP[1])
    return _whole(groups, [*staying, NEW])


def _whole(head: str, instances: Iterable[Told]) -> str:
    return head.replace("{programs}", programs("G_1", *USUAL)) + "".join(one.block() for one in instances)


@dataclass
class Recorded:
    """What was told in one step of a play."""

    lines: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Of the pipe, by name of the instance or group, in order."""
    by_script: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """The same of the pipe of vrrp, read by its script."""
    programs: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Arguments of the programs by name, sorted: keepalived runs them side by side."""
    mails: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By subject line's name, without their date."""
    environments: set[str] = field(default_factory=set)


class Router:
    """A host with the daemon under test, and beside it one that listens and forges."""

    def __init__(self, cluster: Cluster, daemon: Callable[[Host, str], Service]) -> None:
        self.host = cluster.host("router", "172.20.0.21/24")
        self.other = cluster.host("other", "172.20.0.22/24")
        host = self.host
        host.run("ip", "link", "add", "eth1", "type", "veth", "peer", "name", "eth2")
        host.run("ip", "link", "set", "eth1", "up")
        host.run("ip", "link", "set", "eth2", "up")
        host.write(RECORD, RECORDING, 0o755)
        host.write(DRAIN, DRAINING, 0o755)
        host.write(CONFIG, configuration())
        host.write("/run/well", "")
        for name in ("programs", "lines", "by_script", "mails"):
            host.write(f"/run/told/{name}", "")
        host.run("mkfifo", "-m", "600", "/run/told/fifo")
        self._reader = Service(host, "sh", "-c", "exec cat <>/run/told/fifo >/run/told/lines")
        argv = (sys.executable, "-m", mailbox.__name__, str(MAIL_PORT), "/run/told/mails")
        self._mailbox = Service(host, *argv, PYTHONPATH=str(ROOT))
        wait_until(lambda: f":{MAIL_PORT} " in host.run("ss", "-Hltn"), 10, "the mailbox listens")
        self._read = dict.fromkeys(("programs", "lines", "by_script", "mails"), 0)
        self.daemon = daemon(host, CONFIG)

    def said(self) -> int:
        """How much has been told so far."""
        return sum(self.host.path(f"/run/told/{name}").stat().st_size for name in self._read)

    def take(self) -> Recorded:
        """What was told since this was last asked."""
        found = Recorded()
        for line in self._rest("lines").splitlines():
            found.lines[line.split()[1].strip('"')].append(line)
        for line in self._rest("by_script").splitlines():
            found.by_script[line.split()[1].strip('"')].append(line)
        for line in self._rest("programs").splitlines():
            kind, _, rest = line.partition(" ")
            if kind == "argv":
                found.programs[rest.split()[0]].append(rest)
            elif kind == "who" or (kind == "env" and rest.partition("=")[0] not in IGNORED):
                found.environments.add(line)
        for mail in self._rest("mails").split(f"{mailbox.END}\n"):
            lines = [line for line in mail.splitlines() if not line.startswith("Date:")]
            subject = next((line for line in lines if line.startswith("Subject:")), "")
            if subject:
                found.mails[subject].append("\n".join(lines))
        for told in found.programs.values():
            told.sort()
        return found

    def _rest(self, name: str) -> str:
        with self.host.path(f"/run/told/{name}").open() as file:
            file.seek(self._read[name])
            text = file.read()
            self._read[name] = file.tell()
        return text
