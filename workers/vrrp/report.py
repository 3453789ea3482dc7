"""What operators are shown: an instance as a Document.

Read-only; the names are stable (`alivectl --json`). What does not live here: how a table is drawn (ctl).
"""

from alived.ipc.messages import Document
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.instance import Instance, master_of


def describe(instance: Instance, host: Host) -> Document:
    """Everything that is known of an instance. Times are CLOCK_MONOTONIC seconds, ages are seconds."""
    config, machine, now = instance.config, instance.machine, host.alarm.now()
    return {
        "instance": config.name,
        "state": machine.state.value,
        "since": machine.since,
        "age": now - machine.since,
        "reason": machine.reason,
        "interface": config.interface,
        "virtual_router_id": config.virtual_router_id,
        "advert_int": config.advert_int,
        "priority": {
            "effective": instance.standing.effective,
            "base": instance.standing.base,
            "reasons": list(instance.standing.reasons),
        },
        "faults": sorted(machine.faults),
        "master": master_of(machine),
        "last_advert_age": None if instance.last_heard is None else now - instance.last_heard,
        "addresses": [
            {
                "address": f"{virtual.address}/{virtual.prefixlen}",
                "interface": virtual.dev,
                "present": host.addresses.present(virtual),
            }
            for virtual in config.addresses
        ],
        "stats": instance.stats.document(),
    }
