"""Which virtual routers go on when their instances have other names from now on.

PURE. A virtual router is what its peers know it by, not its name in the file. Both sides of a reload ask here: the vrrp
worker, which carries it out, and the supervisor, which says what it does. keepalived matches by VRID, family, interface
and use_vmac, of unicast by the source address too (vrrp_exist). What does not live here: what becomes of the instances.
"""

from collections import deque
from collections.abc import Hashable, Mapping

from alived.ipc.model.vrrp import VrrpInstance


def virtual_router(config: VrrpInstance) -> str:
    """What its peers know an instance by, in words."""
    place = config.interface or config.vrf or "any interface"
    return f"VRID {config.virtual_router_id} on {place}, {config.family.value}, VRRPv{config.version}"


def same_router(before: VrrpInstance, after: VrrpInstance) -> bool:
    """Whether an instance is the same virtual router under both configurations, and can be changed in place."""
    return _identity(before) == _identity(after)


def renamed(before: Mapping[str, VrrpInstance], after: Mapping[str, VrrpInstance]) -> dict[str, str]:
    """New name -> old name of each instance that goes on under another one; both configurations are by name.

    One that can go on under its own name does. Where several are the same virtual router, as of unicast by whatever
    interface, the source address of their adverts decides, then their order.
    """
    staying = {name for name, config in after.items() if name in before and same_router(before[name], config)}
    old = {name: config for name, config in before.items() if name not in staying}
    new = {name: config for name, config in after.items() if name not in staying}
    found = pairs(_by(old, with_source=True), _by(new, with_source=True))
    for name, formerly in found.items():
        del new[name], old[formerly]
    return found | pairs(_by(old, with_source=False), _by(new, with_source=False))


def pairs(before: Mapping[str, Hashable], after: Mapping[str, Hashable]) -> dict[str, str]:
    """New name -> old name of what is the same before and after; what keeps its name is not among them."""
    waiting: dict[Hashable, deque[str]] = {}
    for name, router in before.items():
        if after.get(name) != router:
            waiting.setdefault(router, deque()).append(name)
    return {
        name: waiting[router].popleft()
        for name, router in after.items()
        if before.get(name) != router and waiting.get(router)
    }


def _by(configs: Mapping[str, VrrpInstance], *, with_source: bool) -> dict[str, Hashable]:
    return {name: (_identity(config), with_source and config.source) for name, config in configs.items()}


def _identity(config: VrrpInstance) -> tuple[Hashable, ...]:
    # What its peers know it by, and what its devices are.
    made = (config.use_vmac, config.use_vmac_addr, config.use_ipvlan, config.vmac_xmit_base)
    return (config.interface, config.vrf, config.virtual_router_id, config.version, config.family, made)
