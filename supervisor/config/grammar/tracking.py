"""Rows of all that instances track, and of what is said of groups and interfaces (keepalived.conf(5))."""

from alived.ipc.model.bfd import BfdInstance
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.interfaces import GarpGroup
from alived.ipc.model.tracking import ONCE, TrackFile, TrackProcess
from alived.supervisor.config.forms.interfaces import DelayLine, LinkbeatLine
from alived.supervisor.config.forms.numbers import INT_MAX, MICROSECOND, Boolean, Flag, Integer, Seconds
from alived.supervisor.config.forms.programs import Command, UserAndGroup
from alived.supervisor.config.forms.text import Address, Body, Lines, Text
from alived.supervisor.config.forms.tracked_servers import TRACK_VIRTUAL_SERVER
from alived.supervisor.config.forms.trackers import (
    InitFileOptions,
    Milliseconds,
    ParamMatchOption,
    ProcessCommand,
    ScriptSeconds,
)
from alived.supervisor.config.forms.tracking import (
    OLD_MOST,
    TRACK_BFD,
    TRACK_FILE,
    TRACK_INTERFACE,
    TRACK_PROCESS,
    TRACK_SCRIPT,
    TrackerWeight,
)
from alived.supervisor.config.grammar.row import Row, spelling

_INTERFACE = Text("the name of an interface", 15)
_MEMBERS = Lines(Text("the name of a vrrp_instance"), each_word=True)
_PROCESS_DELAY = Seconds(MICROSECOND, 3600)
_PACE = Seconds(0, 2147.483647)

TOP_LEVEL: tuple[Row, ...] = (
    Row(block="", word="vrrp_script", form=Body(), many=True, meaning="a program whose exit status is tracked"),
    Row(block="", word="track_file", form=Body(), many=True, meaning="a file with a number that is tracked"),
    spelling("", "vrrp_track_file", "track_file"),
    Row(block="", word="vrrp_track_process", form=Body(), many=True, meaning="running processes that are tracked"),
    Row(block="", word="bfd_instance", form=Body(), many=True, meaning="a BFD session with a neighbor (RFC 5880)"),
    Row(block="", word="vrrp_sync_group", form=Body(), many=True, meaning="instances of which all are master or none"),
    Row(block="", word="track_group", form=Body(), many=True,
        meaning="instances that are in fault while a static address, route or rule is gone"),
    Row(block="", word="garp_group", form=Body(), many=True,
        meaning="interfaces on which gratuitous ARP is sent at another pace"),
    Row(block="", word="interface_up_down_delays", form=Lines(DelayLine()),
        meaning="how long an interface must be down, and up, before it counts"),
    Row(block="", word="linkbeat_interfaces", form=Lines(LinkbeatLine()),
        meaning="interfaces whose link is asked for, as they do not tell"),
)  # fmt: skip

VRRP_SCRIPT: tuple[Row, ...] = (
    Row(block="vrrp_script", word="script", form=Command(), attribute="program",
        meaning="program and arguments; exit status 0 is success"),
    Row(block="vrrp_script", word="interval", form=ScriptSeconds(), attribute="interval",
        meaning="seconds from one run to the next"),
    Row(block="vrrp_script", word="timeout", form=ScriptSeconds(), attribute="timeout",
        inherits="vrrp_script interval", meaning="a run that takes longer has failed"),
    Row(block="vrrp_script", word="weight", form=TrackerWeight(), attribute="weight",
        meaning="what it adds to the priority; 0: failing is a fault"),
    Row(block="vrrp_script", word="rise", form=Integer(1, INT_MAX), attribute="rise", unusable=1,
        meaning="successes in a row before it is up"),
    Row(block="vrrp_script", word="fall", form=Integer(1, INT_MAX), attribute="fall", unusable=1,
        meaning="failures in a row before it is down"),
    Row(block="vrrp_script", word="user", form=UserAndGroup(), meaning="whom it runs as; script_user if not given"),
    Row(block="vrrp_script", word="init_fail", attribute="init_fail", meaning="it is down until it has succeeded"),
)  # fmt: skip

TRACK_FILE_ROWS: tuple[Row, ...] = (
    Row(block="track_file", word="file", form=Text("the path of a file", 4096), attribute="file",
        meaning="the file that has a number in it"),
    Row(block="track_file", word="weight", form=TrackerWeight(-OLD_MOST, OLD_MOST), attribute="weight",
        unusable=ONCE, meaning="what the number is multiplied by; 0: any other number than 0 is a fault"),
    Row(block="track_file", word="init_file", form=InitFileOptions(), attribute="init_file",
        meaning="make the file at start, with this number or 0, if there is none; with overwrite, in any case"),
)  # fmt: skip

VRRP_TRACK_PROCESS: tuple[Row, ...] = (
    Row(block="vrrp_track_process", word="process", form=ProcessCommand(), attribute="process",
        meaning="the command, and its parameters if they matter"),
    Row(block="vrrp_track_process", word="param_match", form=ParamMatchOption(), attribute="param_match",
        meaning="parameters must be exactly these, or begin with these (partial), the last one cut short (initial)"),
    Row(block="vrrp_track_process", word="weight", form=TrackerWeight(-OLD_MOST, OLD_MOST), attribute="weight",
        meaning="what it adds to the priority; 0: failing is a fault"),
    Row(block="vrrp_track_process", word="quorum", form=Integer(1, 65535), attribute="quorum",
        meaning="how many must run"),
    Row(block="vrrp_track_process", word="quorum_max", form=Integer(0, 65535), attribute="quorum_max",
        meaning="how many may run; any number if not given"),
    Row(block="vrrp_track_process", word="delay", form=_PROCESS_DELAY,
        meaning="fork_delay and terminate_delay in one"),
    Row(block="vrrp_track_process", word="terminate_delay", form=_PROCESS_DELAY, attribute="terminate_delay",
        meaning="seconds that too few must run before it is down"),
    Row(block="vrrp_track_process", word="fork_delay", form=_PROCESS_DELAY, attribute="fork_delay",
        meaning="seconds that enough must run before it is up"),
    Row(block="vrrp_track_process", word="full_command", attribute="full_command",
        meaning="compare the command line, not the name of the process; so it is with parameters too"),
)  # fmt: skip

VRRP_SYNC_GROUP: tuple[Row, ...] = (
    Row(block="vrrp_sync_group", word="group", form=_MEMBERS, attribute="members", meaning="its instances"),
    Row(block="vrrp_sync_group", word="track_interface", form=TRACK_INTERFACE, attribute="track_interfaces",
        meaning="interfaces that all of them depend on"),
    Row(block="vrrp_sync_group", word="track_script", form=TRACK_SCRIPT, attribute="track_scripts",
        meaning="the vrrp_scripts that all of them depend on"),
    Row(block="vrrp_sync_group", word="track_file", form=TRACK_FILE, attribute="track_files",
        meaning="the track_files that all of them depend on"),
    Row(block="vrrp_sync_group", word="track_process", form=TRACK_PROCESS, attribute="track_processes",
        meaning="the vrrp_track_processes that all of them depend on"),
    Row(block="vrrp_sync_group", word="track_bfd", form=TRACK_BFD, attribute="track_bfds",
        meaning="the bfd_instances that all of them depend on"),
    Row(block="vrrp_sync_group", word="alived_track_virtual_server", form=TRACK_VIRTUAL_SERVER,
        meaning="the virtual servers whose quorum all of them depend on"),
    Row(block="vrrp_sync_group", word="notify_backup", form=Command(account=True), attribute="notify_backup",
        meaning="program to run on becoming backup"),
    Row(block="vrrp_sync_group", word="notify_master", form=Command(account=True), attribute="notify_master",
        meaning="program to run on becoming master"),
    Row(block="vrrp_sync_group", word="notify_fault", form=Command(account=True), attribute="notify_fault",
        meaning="program to run on a fault"),
    Row(block="vrrp_sync_group", word="notify_stop", form=Command(account=True), attribute="notify_stop",
        meaning="program to run when the daemon stops"),
    Row(block="vrrp_sync_group", word="notify", form=Command(account=True), attribute="notify",
        meaning="program to run at each of these"),
    Row(block="vrrp_sync_group", word="smtp_alert", form=Boolean(), attribute="smtp_alert",
        inherits="global_defs smtp_alert_vrrp", meaning="send mail at each of these"),
    spelling("vrrp_sync_group", "global_tracking", "sync_group_tracking_weight", old=True),
    Row(block="vrrp_sync_group", word="sync_group_tracking_weight", attribute="sync_group_tracking_weight",
        meaning="its instances keep the weights of what they track themselves"),
    Row(block="vrrp_sync_group", word="notify_priority_changes", form=Boolean(), attribute="notify_priority_changes",
        inherits="global_defs vrrp_notify_priority_changes", meaning="write changes of priority to the notify FIFOs"),
)  # fmt: skip

GROUPS: tuple[Row, ...] = (
    Row(block="track_group", word="group", form=_MEMBERS, attribute="members", meaning="its instances"),
    Row(block="garp_group", word="garp_interval", form=_PACE, attribute="garp_interval",
        meaning="seconds between two gratuitous ARP messages"),
    Row(block="garp_group", word="gna_interval", form=_PACE, attribute="gna_interval",
        meaning="seconds between two unsolicited neighbour advertisements"),
    Row(block="garp_group", word="interface", form=_INTERFACE, attribute="interface", many=True,
        meaning="an interface with a pace of its own"),
    Row(block="garp_group", word="interfaces", form=Lines(_INTERFACE, each_word=True), attribute="interfaces",
        meaning="interfaces that share one pace, as they lead to one switch"),
)  # fmt: skip

BFD_INSTANCE: tuple[Row, ...] = (
    Row(block="bfd_instance", word="source_ip", form=Address(), attribute="source_ip",
        meaning="address that its packets are sent from"),
    Row(block="bfd_instance", word="neighbor_ip", form=Address(), attribute="neighbor_ip",
        meaning="address of the neighbor"),
    spelling("bfd_instance", "neighbour_ip", "neighbor_ip"),
    Row(block="bfd_instance", word="min_rx", form=Milliseconds(1, 1000), attribute="min_rx",
        meaning="milliseconds between the neighbor's packets, at least"),
    Row(block="bfd_instance", word="min_tx", form=Milliseconds(1, 1000), attribute="min_tx",
        meaning="milliseconds between its own packets, at least"),
    Row(block="bfd_instance", word="idle_tx", form=Milliseconds(1000, 10000), attribute="idle_tx",
        meaning="milliseconds between its own packets while the session is not up"),
    Row(block="bfd_instance", word="multiplier", form=Integer(1, 255), attribute="multiplier",
        meaning="packets that may be missing before the session is down"),
    Row(block="bfd_instance", word="passive", attribute="passive", meaning="wait for the neighbor to begin"),
    Row(block="bfd_instance", word="ttl", form=Integer(1, 255), attribute="ttl",
        meaning="TTL or hop limit of its packets; 255 for IPv4 and 64 for IPv6 if not given"),
    spelling("bfd_instance", "hoplimit", "ttl"),
    Row(block="bfd_instance", word="max_hops", form=Integer(-1, 255), attribute="max_hops",
        meaning="how much lower the TTL of a received packet may be than its own"),
    Row(block="bfd_instance", word="multihop", form=Boolean(), attribute="multihop",
        meaning="use the port for several hops (RFC 5883)"),
    Row(block="bfd_instance", word="weight", form=TrackerWeight(), attribute="weight",
        meaning="what it adds to the priority; 0: down is a fault"),
    Row(block="bfd_instance", word="vrrp", form=Flag(), attribute="vrrp",
        meaning="it is for instances; if this and checker are missing, it is for both"),
    Row(block="bfd_instance", word="checker", form=Flag(), attribute="checker", meaning="it is for real servers"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (
    *TOP_LEVEL,
    *VRRP_SCRIPT,
    *TRACK_FILE_ROWS,
    *VRRP_TRACK_PROCESS,
    *VRRP_SYNC_GROUP,
    *GROUPS,
    *BFD_INSTANCE,
)

MODELS: dict[str, type] = {
    "vrrp_script": VrrpScript,
    "track_file": TrackFile,
    "vrrp_track_process": TrackProcess,
    "vrrp_sync_group": SyncGroup,
    "track_group": TrackGroup,
    "garp_group": GarpGroup,
    "bfd_instance": BfdInstance,
}
