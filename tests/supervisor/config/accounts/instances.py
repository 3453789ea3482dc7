"""A vrrp_instance as keepalived and as alived understands it (common.py)."""

import re
from ipaddress import ip_interface
from itertools import pairwise

from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import VrrpInstance
from tests.supervisor.config.accounts.common import Account, weights_read, weights_said
from tests.supervisor.config.dumped import Part

SCOPES = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}


def instance_said(part: Part) -> Account:
    """A vrrp_instance."""
    amount, unit = part.value("Advert interval").split()
    peers = [line.split() for line in part.below("Unicast Peer")]
    source = re.match(r"(\S+) \(from configuration\)", part.value("Using src_ip"))
    return {
        "version": int(part.value("VRRP Version")),
        "interface": part.value("Interface"),
        "vrid": int(part.value("Virtual Router ID")),
        "priority": int(part.value("Priority")),
        "advert_int": float(amount) / (1000 if unit == "milli-sec" else 1),
        "garp": tuple(
            float(part.value(f"Gratuitous ARP {word}"))
            for word in (
                *("delay", "repeat", "refresh", "refresh repeat"),
                *("lower priority delay", "lower priority repeat"),
            )
        ),
        "garp_extra": int(part.value("Gratuitous ARP for each secondary i/f", "0")),
        "down_timer_adverts": int(part.value("Down timer adverts")),
        "answers lower": part.value("Send advert after receive lower priority advert") == "true",
        "answers higher": part.value("Send advert after receive higher priority advert") == "true",
        "accept": part.value("Accept") == "enabled",
        "preempt": part.value("Preempt") == "enabled",
        "preempt_delay": float(part.value("Preempt delay", "0").split()[0]),
        "promote_secondaries": part.value("Promote_secondaries") == "enabled",
        "auth": (
            {"SIMPLE_PASSWORD": "PASS", "IPSEC_AH": "AH"}.get(part.value("Authentication type", ""), ""),
            part.value("Password", ""),
        ),
        "addresses": [address_said(line) for line in part.below("Virtual IP (")],
        "excluded": [address_said(line) for line in part.below("Virtual IP Excluded")],
        "routes": len(part.below("Virtual Routes")),
        "rules": len(part.below("Virtual Rules")),
        "source": source[1] if source else "",
        "unicast": tuple((address, int(least), int(most)) for address, _, least, _, most in peers),
        "check_unicast_src": part.has("Check unicast src : yes"),
        "tracks primary": not part.has("VRRP interface tracking disabled"),
        "skip_check_adv_addr": part.has("Skip checking advert IP addresses"),
        "interfaces": weights_said(part, "Tracked interfaces"),
        "scripts": weights_said(part, "Tracked scripts"),
        "files": weights_said(part, "Tracked files"),
        "processes": weights_said(part, "Tracked processes"),
        "bfd": weights_said(part, "Tracked BFDs"),
        "smtp_alert": part.value("Using smtp notification") == "yes",
        "notify_priority_changes": part.value("Notify priority changes") == "true",
    }


def instance_read(instance: VrrpInstance) -> Account:
    """A vrrp_instance."""
    garp = instance.announcing
    return {
        "version": instance.version,
        "interface": instance.interface,
        "vrid": instance.virtual_router_id,
        "priority": instance.priority,
        "advert_int": instance.advert_int,
        "garp": (
            *(garp.master_delay, garp.master_repeat, garp.master_refresh, garp.master_refresh_repeat),
            *(garp.lower_prio_delay, garp.lower_prio_repeat),
        ),
        "garp_extra": garp.extra.interval if garp.extra else 0,
        "down_timer_adverts": instance.down_timer_adverts,
        "answers lower": not instance.lower_prio_no_advert,
        "answers higher": instance.higher_prio_send_advert,
        "accept": instance.accept,
        "preempt": not instance.nopreempt,
        "preempt_delay": instance.preempt_delay,
        "promote_secondaries": instance.promote_secondaries,
        "auth": (instance.auth_type.value, instance.auth_pass.decode()),
        "addresses": [address_read(address) for address in instance.addresses],
        "excluded": [address_read(address) for address in instance.excluded],
        "routes": len(instance.routes),
        "rules": len(instance.rules),
        "source": instance.source,
        "unicast": tuple((peer.address, peer.min_ttl, peer.max_ttl) for peer in instance.unicast_peers),
        "check_unicast_src": instance.check_unicast_src,
        "tracks primary": not instance.dont_track_primary,
        "skip_check_adv_addr": instance.skip_check_adv_addr,
        "interfaces": weights_read(instance.track_interfaces),
        "scripts": weights_read(instance.track_scripts),
        "files": weights_read(instance.track_files),
        "processes": weights_read(instance.track_processes),
        "bfd": weights_read(instance.track_bfds),
        "smtp_alert": instance.smtp_alert,
        "notify_priority_changes": instance.notify_priority_changes,
    }


def address_said(line: str) -> Account:
    """A line of virtual_ipaddress."""
    first, *rest = line.split()
    words = dict(pairwise(rest))
    interface = ip_interface(first)
    peer = ip_interface(words["peer"]) if "peer" in words else None
    return {
        "address": str(interface.ip),
        "prefixlen": (peer or interface).network.prefixlen,
        "peer": str(peer.ip) if peer else "",
        "brd": words.get("brd", ""),
        "dev": words["dev"],
        "scope": words["scope"],
        "label": words.get("label", ""),
        "flags": tuple(word for word in ("home", "-nodad", "mngtmpaddr", "noprefixroute", "no_track") if word in rest),
        "deprecated": "deprecated" in rest,
    }


def address_read(address: VirtualAddress) -> Account:
    """A line of virtual_ipaddress."""
    flags = {
        "home": address.home,
        "-nodad": not address.nodad,
        "mngtmpaddr": address.mngtmpaddr,
        "noprefixroute": address.noprefixroute,
        "no_track": address.no_track,
    }
    return {
        "address": address.address,
        "prefixlen": address.prefixlen,
        "peer": address.peer,
        "brd": address.broadcast,
        "dev": address.dev,
        "scope": SCOPES[address.scope],
        "label": address.label,
        "flags": tuple(word for word, given in flags.items() if given),
        "deprecated": address.preferred_lifetime == 0,
    }
