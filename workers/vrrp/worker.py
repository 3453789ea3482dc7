"""The vrrp worker: the instances, and the bus.

What does not live here: one instance's work (instance.py) and what they share (host.py).
"""

import logging
import socket
from collections.abc import Iterable

from alived.ipc.loop import CannotBoot, Send
from alived.ipc.messages import Configure, Document, InstanceState, Message, State, StopHow, TrackerChanged
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import VrrpInstance
from alived.workers.vrrp.events import Resumed
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.instance import Instance
from alived.workers.vrrp.priority import OWNER
from alived.workers.vrrp.report import describe
from alived.workers.vrrp.translate import abandoned, packed, resumption
from alived.workers.vrrp.wire.packet import PROTOCOL

log = logging.getLogger(__name__)


def make(send: Send) -> "VrrpWorker":
    """Make the worker, inside the running loop. CannotBoot if it may not open its sockets."""
    try:
        socket.socket(socket.AF_INET, socket.SOCK_RAW, PROTOCOL).close()
        return VrrpWorker(send)
    except PermissionError as error:
        raise CannotBoot(f"VRRP needs CAP_NET_ADMIN and CAP_NET_RAW: {error.strerror}") from error


class VrrpWorker:
    """All instances of this host."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._instances: dict[str, Instance] = {}
        """By key."""
        self._trackers: dict[str, bool] = {}
        """Last verdict of each script, by name."""
        self._host = Host(self._interfaces_changed, self._announced)

    # --- the bus ------------------------------------------------------------------------------------------------------

    def configure(self, message: Configure) -> None:
        """Take on new and changed instances, end dropped ones; others do not notice."""
        states = self._recall(message)
        for key in message.drop:
            if key in self._instances:
                self._instances.pop(key).stop("removed from the configuration", daemon_stops=False)
        configs = [config for config in message.put if isinstance(config, VrrpInstance)]
        # Before any instance speaks: its first state takes the place of the one that names these addresses.
        self._remove_leftovers(
            abandoned(configs, states.values()), "removed addresses that nothing configures any more"
        )
        self._note_virtual(configs)
        fresh = [config for config in configs if not self._reconfigure(config)]
        for config in fresh:
            self._start(config, resumption(config, states.get(config.name), message.silent_for))
        for config in fresh:
            if self._instances[config.key].machine.state is not State.MASTER:
                self._remove_leftovers(config.addresses, f"({config.name}) removed addresses that were left behind")

    def receive(self, message: Message) -> None:
        """Note the verdict of a script."""
        if isinstance(message, TrackerChanged):
            self._note_tracker(message)
            for instance in self._instances.values():
                instance.track()

    def query(self, topic: str, arguments: Document) -> Document:
        """`vrrp`: all instances, or the one that `instance` names; `stats`: counters, also of packets for nobody.

        LookupError: none such.
        """
        wanted = arguments.get("instance")
        chosen = [one for one in self._instances.values() if wanted in (None, one.config.name)]
        if wanted is not None and not chosen:
            raise LookupError(f"there is no vrrp_instance {wanted}")
        if topic == "vrrp":
            return {"instances": [describe(instance, self._host) for instance in chosen]}
        if topic == "stats":
            counters = {instance.config.name: instance.stats.document() for instance in chosen}
            return {"instances": counters, "unclaimed": self._host.unclaimed()}
        raise LookupError(f"the vrrp worker knows nothing of {topic}")

    async def stop(self, how: StopHow) -> None:
        """End: masters say so and give up their addresses, or everything is left to a successor."""
        if how is StopHow.CLEAN:
            for instance in self._instances.values():
                instance.stop("alived stops", daemon_stops=True)
        self._instances.clear()
        self._host.close()

    # --- instances ----------------------------------------------------------------------------------------------------

    def _recall(self, message: Configure) -> dict[str, InstanceState]:
        """What is retained: the verdicts of scripts are noted, the last states of instances returned."""
        states: dict[str, InstanceState] = {}
        for retained in message.retained:
            if isinstance(retained, InstanceState):
                states[retained.instance] = retained
            elif isinstance(retained, TrackerChanged):
                self._note_tracker(retained)
        return states

    def _note_tracker(self, message: TrackerChanged) -> None:
        self._trackers[message.tracker.removeprefix("script ")] = message.up

    def _note_virtual(self, configs: list[VrrpInstance]) -> None:
        known = {instance.config.key: instance.config for instance in self._instances.values()}
        known |= {config.key: config for config in configs}
        # The owner's addresses are the interface's own (RFC 3768, 5.3.4): its adverts may come from them.
        self._host.virtual = frozenset(
            packed(virtual.address)
            for config in known.values()
            if config.priority != OWNER
            for virtual in config.addresses
        )

    def _reconfigure(self, config: VrrpInstance) -> bool:
        """Change an instance in place; False: there is none yet, or it has become another virtual router."""
        instance = self._instances.get(config.key)
        if instance is None:
            return False
        router = (config.interface, config.virtual_router_id)
        if router != (instance.config.interface, instance.config.virtual_router_id):
            instance.stop("has become another virtual router", daemon_stops=False)
            return False
        instance.reconfigure(config)
        return True

    def _start(self, config: VrrpInstance, resumed: Resumed | None) -> None:
        instance = self._instances[config.key] = Instance(config, self._host, self._send, self._trackers)
        instance.start(resumed)

    def _remove_leftovers(self, addresses: Iterable[VirtualAddress], words: str) -> None:
        removed = self._host.addresses.remove_leftovers(addresses)
        if removed:
            log.info("%s: %s", words, ", ".join(removed))

    # --- the host -----------------------------------------------------------------------------------------------------

    def _interfaces_changed(self, names: set[str]) -> None:
        for instance in self._instances.values():
            if not names.isdisjoint(instance.interfaces):
                instance.look_around()

    def _announced(self, name: str) -> None:
        instance = self._instances.get(f"vrrp_instance {name}")
        if instance is not None:
            instance.stats.garp_sent += 1
