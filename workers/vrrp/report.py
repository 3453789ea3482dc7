"""What operators are shown: an instance as a Document.

Read-only; the names are stable (`alivectl --json`, docs/alivectl.md). What does not live here: how it is drawn (ctl).
"""

from ipaddress import ip_address

from alived.ipc.messages import Document
from alived.workers.vrrp.fsm import Machine
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.instance import Instance, master_of
from alived.workers.vrrp.kernel.held import route_text, rule_text


def describe(instance: Instance, host: Host, group: str) -> Document:
    """Everything that is known of an instance. Times are CLOCK_MONOTONIC seconds, ages are seconds."""
    config, machine, now = instance.config, instance.machine, host.alarm.now()
    return {
        "instance": config.name,
        "state": machine.state.value,
        "since": machine.since,
        "age": now - machine.since,
        "reason": instance.reason,
        "interface": config.interface,
        "virtual_router_id": config.virtual_router_id,
        "version": config.version,
        "family": config.family.value,
        "sync_group": group,
        "advert_int": machine.settings.advert_int,
        "master_advert_int": machine.master_interval,
        "source": str(ip_address(instance.voice.source)) if instance.voice.source else "",
        "group": config.mcast_group,
        "peers": [peer.address for peer in config.unicast_peers],
        "authentication": instance.voice.seal.value,
        "priority": {
            "effective": instance.standing.effective,
            "base": instance.standing.base,
            "reasons": list(instance.standing.reasons),
        },
        "faults": sorted(machine.faults),
        "master": master_of(machine),
        "other_master": _other_master(machine, now),
        "last_advert": _last_advert(instance, now),
        "last_refused": _last_refused(instance, now),
        "last_advert_age": None if machine.last_heard is None else now - machine.pulse.heard_at,
        "next_due": _next_due(machine, now),
        "history": [
            {"state": change.state.value, "at": change.since, "reason": change.reason} for change in machine.history
        ],
        "devices": _devices(instance, host),
        **_belongings(instance, host),
        "stats": instance.stats.document(),
    }


def _other_master(machine: Machine, now: float) -> Document | None:
    """The router that claims to be master beside us; of several the one that was heard first, if its adverts count."""
    rivals = (*machine.rivals, *machine.refused)
    rival = min(rivals, key=lambda rival: (bool(rival.refused), rival.since), default=None)
    if rival is None:
        return None
    return {
        "source": str(ip_address(rival.source)),
        "priority": rival.priority or None,
        "refused": rival.refused,
        "since_age": now - rival.since,
        "adverts": rival.count,
    }


def _last_advert(instance: Instance, now: float) -> Document | None:
    machine, heard = instance.machine, instance.machine.last_heard
    if heard is None:
        return None
    return {
        "source": str(ip_address(heard.source)),
        "priority": heard.priority,
        "interval": heard.interval,
        "clock_skew": instance.voice.clock_skew,
        "age": now - machine.pulse.heard_at,
    }


def _last_refused(instance: Instance, now: float) -> Document | None:
    refused = instance.last_refused
    if refused is None:
        return None
    return {"source": str(ip_address(refused.source)), "reason": refused.reason, "age": now - refused.at}


def _next_due(machine: Machine, now: float) -> Document | None:
    due = machine.deadline()
    if due is None:
        return None
    return {"what": machine.waits_for(now), "in": due - now}


def _devices(instance: Instance, host: Host) -> list[Document]:
    """Interfaces that were made for it."""
    return [
        {
            "name": link.name,
            "kind": link.identity.kind.value,
            "mac": link.mac.hex(":"),
            "base": link.base,
            "present": host.interfaces.get(link.name) is not None,
        }
        for link in instance.plan.links
    ]


def _belongings(instance: Instance, host: Host) -> Document:
    """What it has while it is master, and what of it is there."""
    excluded = set(instance.plan.excluded)
    return {
        "addresses": [
            {
                "address": f"{virtual.address}/{virtual.prefixlen}",
                "interface": virtual.dev,
                "advertised": virtual not in excluded,
                "present": host.holdings.present(virtual),
            }
            for virtual in instance.belongings.addresses
        ],
        "routes": [
            {"route": route_text(route).removeprefix("route "), "present": host.holdings.holds(instance.holder, route)}
            for route in instance.config.routes
        ],
        "rules": [
            {"rule": rule_text(rule), "present": host.holdings.holds(instance.holder, rule)}
            for rule in instance.config.rules
        ],
    }
