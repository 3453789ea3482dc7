"""PURE: what the vrrp worker does with each change of its objects, and so what it disturbs: a table.

An instance is changed in place unless it is now another virtual router. What does not live here: how the table is read,
and the other workers' (disturbance.py).
"""

from collections.abc import Mapping

from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.interfaces import GarpGroup, InterfaceDelay, LinkbeatInterface
from alived.ipc.model.routing import StaticRouting
from alived.ipc.model.tracking import TrackedBfd, TrackedFile, TrackedInterface, TrackedProcess, TrackedVirtualServer
from alived.ipc.model.vrrp import TrackedScript, VrrpInstance
from alived.supervisor.effects import Effect, advert, connection, failover, nothing

_ELECTION = "the router with the highest priority becomes master"
_ANOTHER_ROUTER = "it becomes another virtual router: a master gives up its addresses first"
_FOREIGN = "routers that are not given the same do not accept its adverts, and become master too"
_NO_ORDER = "their order does not matter"
_NEXT_ADVERT = "from the next advert on that is heard"
_COUNTS = "it counts towards the priority, or is a fault"
_COUNTS_NO_MORE = "it no longer counts towards the priority, and is no fault"
_NEXT_ANNOUNCEMENT = "from the next gratuitous ARP or neighbour advertisement on"
_NEXT_STATE = "at the next change of state"
_AT_START = "it counts when an instance starts"
_PATIENCE = "a backup waits longer or shorter for the next advert before it becomes master"
_NEXT_LINK = "from the next change of an interface on"
_STATIC_GONE = "it is taken away, and connections that need it end"
_NO_SESSION = "there is no session, so it changes nothing"

_TRACKED = (TrackedScript, TrackedInterface, TrackedFile, TrackedProcess, TrackedVirtualServer)

VRRP: Mapping[tuple[type, str], Effect] = {
    (VrrpInstance, "+"): failover("it takes part in the election and may become master"),
    (VrrpInstance, "-"): failover("it gives up its addresses, another router becomes master"),
    (VrrpInstance, "name"): nothing("it goes on under its new name as it was, and nobody is notified"),
    (VrrpInstance, "interface"): failover(_ANOTHER_ROUTER),
    (VrrpInstance, "virtual_router_id"): failover(_ANOTHER_ROUTER),
    (VrrpInstance, "version"): failover(_ANOTHER_ROUTER),
    (VrrpInstance, "family"): failover(_ANOTHER_ROUTER),
    (VrrpInstance, "native_ipv6"): nothing("what it changes is the family"),
    (VrrpInstance, "vrf"): failover(_ANOTHER_ROUTER),
    (VrrpInstance, "use_vmac"): failover(_ANOTHER_ROUTER),
    (VrrpInstance, "use_vmac_addr"): failover(_ANOTHER_ROUTER),
    (VrrpInstance, "use_ipvlan"): failover(_ANOTHER_ROUTER),
    (VrrpInstance, "vmac_xmit_base"): failover(_ANOTHER_ROUTER),
    (VrrpInstance, "priority"): failover(_ELECTION),
    (VrrpInstance, "auth_type"): failover(_FOREIGN),
    (VrrpInstance, "auth_pass"): failover(_FOREIGN),
    (VrrpInstance, "auth_hmac"): failover(_FOREIGN),
    (VrrpInstance, "mcast_group"): failover(_FOREIGN),
    (VrrpInstance, "unicast_ttl"): failover("peers with min_ttl or max_ttl may not accept its adverts"),
    (VrrpInstance, "+unicast_peers"): advert("it is sent adverts, and its own are accepted"),
    (VrrpInstance, "-unicast_peers"): failover("it hears no adverts any more, and becomes master too"),
    (VrrpInstance, "unicast_peers"): nothing(_NO_ORDER),
    (VrrpInstance, "unicast_fault_no_peer"): failover("being without a peer is a fault, or is none"),
    (VrrpInstance, "check_unicast_src"): failover("adverts of others than its peers count, or do not"),
    (VrrpInstance, "mcast_src_ip"): advert("among equal priorities the higher source address is master"),
    (VrrpInstance, "unicast_src_ip"): failover("peers that know it by another address do not accept its adverts"),
    (VrrpInstance, "v3_checksum_as_v2"): failover(_FOREIGN),
    (VrrpInstance, "old_unicast_checksum"): failover(_FOREIGN),
    (VrrpInstance, "strict_mode"): failover(_FOREIGN),
    (VrrpInstance, "track_src_ip"): failover("its source address being gone is a fault, or is none"),
    (VrrpInstance, "dont_track_primary"): failover("its interface being down is a fault, or is none"),
    **{
        (VrrpInstance, f"{sign}{tracked}"): found
        for tracked in (
            "track_scripts",
            "track_interfaces",
            "track_files",
            "track_processes",
            "track_virtual_servers",
        )
        for sign, found in (
            ("+", failover(_COUNTS)),
            ("-", failover(_COUNTS_NO_MORE)),
            ("", nothing(_NO_ORDER)),
        )
    },
    (VrrpInstance, "preempt_delay"): failover("a backup that waits to take over waits anew, for as long as it says"),
    (VrrpInstance, "+nopreempt"): nothing("a backup does not take over from a lower priority any more"),
    (VrrpInstance, "-nopreempt"): failover("a backup takes over from a lower priority"),
    (VrrpInstance, "advert_int"): advert("a master sends one at once; routers of version 2 must have the same"),
    (VrrpInstance, "down_timer_adverts"): failover(_PATIENCE),
    (VrrpInstance, "timer_expired_backup"): nothing("it counts the next time that it is late"),
    (VrrpInstance, "lower_prio_no_advert"): nothing(_NEXT_ADVERT),
    (VrrpInstance, "higher_prio_send_advert"): nothing(_NEXT_ADVERT),
    (VrrpInstance, "owner_ignore_adverts"): nothing(_NEXT_ADVERT),
    (VrrpInstance, "+addresses"): advert("a master adds and announces it, adverts list it"),
    (VrrpInstance, "-addresses"): connection("a master takes it away, and connections to it end"),
    (VrrpInstance, "addresses"): advert("adverts list the addresses in this order"),
    (VrrpInstance, "no_virtual_ipaddress"): nothing("it only says that this is meant"),
    (VrrpInstance, "+excluded"): nothing("a master adds and announces it"),
    (VrrpInstance, "-excluded"): connection("a master takes it away, and connections to it end"),
    (VrrpInstance, "excluded"): nothing(_NO_ORDER),
    (VrrpInstance, "+routes"): connection("a master adds it, and connections may take another way"),
    (VrrpInstance, "-routes"): connection("a master takes it away, and connections may take another way"),
    (VrrpInstance, "routes"): nothing("those that are there stay as they are"),
    (VrrpInstance, "+rules"): connection("a master adds it, and connections may take another way"),
    (VrrpInstance, "-rules"): connection("a master takes it away, and connections may take another way"),
    (VrrpInstance, "rules"): nothing(_NO_ORDER),
    (VrrpInstance, "promote_secondaries"): nothing("it counts when an address is taken away"),
    **{(cls, "track_bfds"): nothing(_NO_SESSION) for cls in (VrrpInstance, SyncGroup)},
    (VrrpInstance, "+accept"): nothing("packets to its addresses are accepted"),
    (VrrpInstance, "-accept"): connection("packets to its addresses are dropped, unless the router owns them"),
    (VrrpInstance, "kernel_rx_buf_size"): nothing("its sockets have another buffer"),
    (VrrpInstance, "linkbeat_use_polling"): nothing(_NEXT_LINK),
    (VrrpInstance, "role"): nothing(_AT_START),
    (VrrpInstance, "skip_check_adv_addr"): nothing(_NEXT_ADVERT),
    (VrrpInstance, "announcing"): nothing(_NEXT_ANNOUNCEMENT),
    (VrrpInstance, "notify_priority_changes"): nothing("at the next change of priority"),
    (VrrpInstance, "smtp_alert"): nothing(_NEXT_STATE),
    (VrrpInstance, "lvs_sync_daemon_interface"): nothing("connections are synchronised over it from then on"),
    (VrrpInstance, "debug"): nothing("it changes what is logged"),
    **{(tracked, word): failover(_ELECTION) for tracked in _TRACKED for word in ("weight", "reverse")},
    **{(TrackedBfd, word): nothing(_NO_SESSION) for word in ("weight", "reverse")},
    (SyncGroup, "+"): failover("its instances are master together or not at all"),
    (SyncGroup, "-"): failover("its instances fail over one by one"),
    (SyncGroup, "+members"): failover("it is master together with the others or not at all"),
    (SyncGroup, "-members"): failover("it fails over by itself"),
    (SyncGroup, "members"): nothing(_NO_ORDER),
    **{
        (SyncGroup, f"{sign}{tracked}"): found
        for tracked in (
            "track_scripts",
            "track_interfaces",
            "track_files",
            "track_processes",
            "track_virtual_servers",
        )
        for sign, found in (
            ("+", failover(_COUNTS)),
            ("-", failover(_COUNTS_NO_MORE)),
            ("", nothing(_NO_ORDER)),
        )
    },
    (SyncGroup, "sync_group_tracking_weight"): failover(_ELECTION),
    **{
        (SyncGroup, word): nothing(_NEXT_STATE)
        for word in ("notify_master", "notify_backup", "notify_fault", "notify_stop", "notify", "smtp_alert")
    },
    (SyncGroup, "notify_priority_changes"): nothing("at the next change of priority"),
    (TrackGroup, "+"): failover("a static address, route or rule that is gone is a fault of its instances"),
    (TrackGroup, "-"): failover("a static address, route or rule that is gone is no fault any more"),
    (TrackGroup, "members"): failover("a static address, route or rule that is gone is a fault, or is none"),
    (StaticRouting, "+"): connection("they are added, and connections may take another way"),
    (StaticRouting, "-"): connection("they are taken away, and connections that need them end"),
    **{
        (StaticRouting, f"{sign}{listed}"): found
        for listed in ("addresses", "routes", "rules")
        for sign, found in (
            ("+", connection("it is added, and connections may take another way")),
            ("-", connection(_STATIC_GONE)),
            ("", nothing(_NO_ORDER)),
        )
    },
    (GarpGroup, "+"): nothing(_NEXT_ANNOUNCEMENT),
    (GarpGroup, "-"): nothing(_NEXT_ANNOUNCEMENT),
    (InterfaceDelay, "+"): nothing(_NEXT_LINK),
    (InterfaceDelay, "-"): nothing(_NEXT_LINK),
    (LinkbeatInterface, "+"): failover("what polling finds counts: a link that is down is a fault"),
    (LinkbeatInterface, "-"): failover("what netlink says counts: a link that is down is a fault"),
    (LinkbeatInterface, "type"): failover("what is asked in another way may be answered in another way"),
    (VrrpGlobals, "+"): nothing("the vrrp worker starts"),
    (VrrpGlobals, "-"): nothing("the vrrp worker ends"),
    (VrrpGlobals, "startup_delay"): nothing(_AT_START),
    (VrrpGlobals, "delay_after_boot"): nothing(_AT_START),
    (VrrpGlobals, "garp_interval"): nothing(_NEXT_ANNOUNCEMENT),
    (VrrpGlobals, "gna_interval"): nothing(_NEXT_ANNOUNCEMENT),
    (VrrpGlobals, "disable_local_igmp"): nothing("switches are told of link-local groups, or not, from then on"),
    (VrrpGlobals, "log_unknown_vrids"): nothing("it changes what is logged"),
    (VrrpGlobals, "vmac_prefix"): nothing("it counts when an interface is made"),
    (VrrpGlobals, "vmac_addr_prefix"): nothing("it counts when an interface is made"),
    (VrrpGlobals, "linkbeat_use_polling"): failover("what polling finds counts, or what netlink says"),
    (VrrpGlobals, "rx_bufs"): nothing("sockets that are opened from then on have another buffer"),
    (VrrpGlobals, "rx_bufs_multiplier"): nothing("sockets that are opened from then on have another buffer"),
    (VrrpGlobals, "netlink"): nothing("sockets have another buffer"),
    (VrrpGlobals, "nftables"): connection("packets are filtered by other rules; in between some may pass or not"),
    (VrrpGlobals, "process"): nothing("the kernel schedules the worker by it from then on"),
    (VrrpGlobals, "auto_priority"): nothing("the kernel schedules the worker by it from then on"),
}
"""As in disturbance.py: (class, sign and attribute) -> what comes of it."""
