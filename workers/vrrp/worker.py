"""The vrrp worker: the bus, all instances and groups, and who is concerned by what.

What does not live here: taking on a configuration (roster.py), one instance's work (instance.py), what they share
(host.py).
"""

import logging
import socket
from collections.abc import Callable

from alived.ipc.loop import CannotBoot, Send
from alived.ipc.messages import (
    Configure,
    Document,
    Message,
    StopHow,
    TrackerChanged,
    VirtualServerState,
)
from alived.workers.vrrp.host import Host
from alived.workers.vrrp.instance import Instance
from alived.workers.vrrp.report import describe
from alived.workers.vrrp.roster import Roster
from alived.workers.vrrp.tracked import Observation, interface_key, observed
from alived.workers.vrrp.transport.pace import Kind
from alived.workers.vrrp.wire.checksum import PROTOCOL

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
        self._seen: dict[str, Observation] = {}
        """What was last seen of each tracker, by key."""
        self._host = Host(self._changed, self._announced)
        self._roster = Roster(self._host, send, self._seen)

    # --- the bus ------------------------------------------------------------------------------------------------------

    def configure(self, message: Configure) -> None:
        """Take on new and changed objects, end dropped ones; others do not notice."""
        for retained in message.retained:
            if isinstance(retained, TrackerChanged | VirtualServerState):
                self._note(retained)
        self._roster.configure(message)

    def receive(self, message: Message) -> None:
        """Note what another worker says of something that is tracked."""
        if isinstance(message, TrackerChanged | VirtualServerState):
            self._roster.judge_anew(self._note(message))

    def query(self, topic: str, arguments: Document) -> Document:
        """`vrrp`: all instances, or the one that `instance` names; `stats`: counters, also of packets for nobody.

        With a `packet`, an IP packet in hexadecimal, `vrrp` has a `verdict`: why it is refused. LookupError: none such.
        """
        wanted = arguments.get("instance")
        chosen = [one for one in self._roster.instances.values() if wanted in (None, one.name)]
        if wanted is not None and not chosen:
            raise LookupError(f"there is no vrrp_instance {wanted}")
        if topic == "vrrp":
            verdict = _verdict(arguments.get("packet"))
            found = [(one, describe(one, self._host, self._roster.group_of(one.name))) for one in chosen]
            return {"instances": [document | verdict(one) for one, document in found]}
        if topic == "stats":
            counters = {instance.name: instance.stats.document() for instance in chosen}
            return {"instances": counters, "unclaimed": self._host.unclaimed()}
        raise LookupError(f"the vrrp worker knows nothing of {topic}")

    async def stop(self, how: StopHow) -> None:
        """End: masters say so and give up what they have, or everything is left to a successor."""
        if how is StopHow.CLEAN:
            self._roster.stop()
        self._host.close()

    # --- news ---------------------------------------------------------------------------------------------------------

    def _note(self, message: TrackerChanged | VirtualServerState) -> str:
        key, observation = observed(message)
        self._seen[key] = observation
        return key

    def _changed(self, names: set[str], holders: set[str]) -> None:
        """Interfaces changed, or something that somebody holds was lost."""
        more, robbed = self._roster.links_changed(names)
        names, holders = names | more, holders | robbed
        for name in sorted(names):
            key = interface_key(name)
            if self._roster.tracks(key):
                self._seen[key] = Observation(self._host.link_states.up(name))
                self._roster.judge_anew(key)
        self._roster.look_around(names, holders)

    def _announced(self, holder: str, kind: Kind) -> None:
        instance = self._roster.by_holder.get(holder)
        if instance is not None:
            if kind is Kind.ARP:
                instance.stats.garp_sent += 1
            else:
                instance.stats.neighbour_adverts_sent += 1


def _verdict(packet: object) -> Callable[[Instance], Document]:
    """What an instance thinks of a captured packet; LookupError: there is none in it."""
    if packet is None:
        return lambda _: {}
    try:
        captured = bytes.fromhex(str(packet))
    except ValueError as error:
        raise LookupError("a packet is an IP packet in hexadecimal") from error
    return lambda instance: {"verdict": instance.voice.verdict(captured)}
