"""Addresses, routes and rules that instances and the static configuration hold in the kernel.

An object is added when the first holder takes hold of it and deleted when the last one lets it go, and it is put back
when it is lost in between. What was there before is adopted; it is deleted in the end only if it is ours. All that a
holder needs goes to the kernel in one write: addresses, then routes, then rules, and the other way round when they go.
What does not live here: when a holder wants what (fsm.py), and what one object is to the kernel (held.py).
"""

import errno
import logging
import os
from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from alived.ipc.model.routing import RTPROT_KEEPALIVED, Placing, Route, Rule, VirtualAddress
from alived.workers.vrrp.kernel import held as objects
from alived.workers.vrrp.kernel import rtnetlink
from alived.workers.vrrp.kernel.concerns import Concerns
from alived.workers.vrrp.kernel.held import Held, HeldAddress, HeldKey, HeldRoute, HeldRule, Step, Wanted, held_key
from alived.workers.vrrp.kernel.interfaces import Interfaces
from alived.workers.vrrp.kernel.nlmessage import Ack, Request
from alived.workers.vrrp.kernel.rtnetlink import AddressGone
from alived.workers.vrrp.translate import Key, key_of, packed

GONE = frozenset({0, errno.EADDRNOTAVAIL, errno.ENODEV, errno.ESRCH, errno.ENOENT, errno.ENETUNREACH})
"""Answers to a deletion after which there is nothing left to delete."""

log = logging.getLogger(__name__)


class Kernel(Protocol):
    """The part of netlink.Requests that is needed here."""

    def change(self, requests: Sequence[Request]) -> list[Ack]:
        """Carry out requests in their order; the answer to each."""


class Failure(NamedTuple):
    """Something that a holder lacks."""

    text: str
    track_group: str = ""
    """Of a static object: the track_group that it concerns."""


class Outcome(NamedTuple):
    """What came of taking hold of things, or of putting them back."""

    added: tuple[VirtualAddress, ...] = ()
    """Addresses that were not there before: to be announced."""
    restored: tuple[str, ...] = ()
    """Routes and rules that were not there before, in words."""
    failures: tuple[Failure, ...] = ()
    """What is not there and can't be added, and why. What has no_track is only logged."""


class Holdings:
    """All that is held."""

    def __init__(self, kernel: Kernel, interfaces: Interfaces) -> None:
        self._kernel = kernel
        self._interfaces = interfaces
        self._held: dict[HeldKey, Held] = {}
        self._wanted: dict[str, dict[HeldKey, Wanted]] = {}
        """By holder, addresses first and rules last."""
        self._failures: dict[str, tuple[Failure, ...]] = {}
        self._inherited: set[Key] = set()
        self.concerns = Concerns(interfaces)
        """Whom reports of the kernel concern."""

    # --- what holders ask for -----------------------------------------------------------------------------------------

    def inherit(self, addresses: Iterable[VirtualAddress]) -> None:
        """Addresses that a predecessor held when it died: they are ours, also where the kernel does not remember."""
        self._inherited.update(map(key_of, addresses))

    def hold(
        self,
        holder: str,
        addresses: Iterable[VirtualAddress] = (),
        routes: Iterable[Route] = (),
        rules: Iterable[Rule] = (),
    ) -> Outcome:
        """Hold these from now on and nothing else: what the holder held before and does not want any more goes."""
        things: tuple[Wanted, ...] = (*addresses, *routes, *rules)
        wanted = {held_key(each): each for each in things}
        before = self._wanted.pop(holder, {})
        dropped = [key for key in reversed(before) if key not in wanted]
        steps = [step for key in dropped for step in self._let_go(holder, key)]
        again = {key for key, each in wanted.items() if self._take_hold(holder, key, each)}
        if wanted:
            self._wanted[holder] = wanted
        return self._fill(holder, wanted, steps, again)

    def expect(
        self,
        holder: str,
        addresses: Iterable[VirtualAddress] = (),
        routes: Iterable[Route] = (),
        rules: Iterable[Rule] = (),
    ) -> None:
        """The holder will hold these, too: what of them another one has now is not deleted when that lets it go."""
        wanted = self._wanted.setdefault(holder, {})
        things: tuple[Wanted, ...] = (*addresses, *routes, *rules)
        for each in things:
            key = held_key(each)
            if key in self._held:
                self._held[key].holders.add(holder)
                wanted.setdefault(key, each)
        if not wanted:
            del self._wanted[holder]

    def release(self, holder: str) -> None:
        """Let everything go that the holder holds; what nobody else holds is deleted."""
        self.hold(holder)

    def complete(self, holder: str) -> Outcome:
        """Put back what the holder holds and has lost, except with no_track; costs next to nothing if all is there."""
        return self._fill(
            holder, {key: each for key, each in self._wanted.get(holder, {}).items() if objects.tracked(each)}
        )

    def failures(self, holder: str) -> tuple[Failure, ...]:
        """What a holder lacked when that was last looked at."""
        return self._failures.get(holder, ())

    def present(self, virtual: VirtualAddress) -> bool:
        """Whether an address is on its interface."""
        return HeldAddress(virtual).find(self._interfaces) is not None

    def holds(self, holder: str, wanted: Wanted) -> bool:
        """Whether a holder has an object, as far as the kernel has told."""
        item = self._held.get(held_key(wanted))
        return item is not None and holder in item.holders and item.settled(self._interfaces)

    def remove_leftovers(
        self, addresses: Iterable[VirtualAddress] = (), routes: Iterable[Route] = (), rules: Iterable[Rule] = ()
    ) -> list[str]:
        """Delete what is there though nobody holds it: a dead predecessor's; returns what it was, in words."""
        things: tuple[Wanted, ...] = (*rules, *routes, *addresses)
        unheld = [objects.held(each) for each in things if held_key(each) not in self._held]
        steps = [step for item in unheld for step in self._leftover(item)]
        answers = self._kernel.change([step.request for step in steps])
        removed: list[str] = []
        for step, answer in zip(steps, answers, strict=True):
            self._note_deletion(step.held, answer)
            if not answer.error:
                removed.append(step.held.text)
        return removed

    def doubt_all(self) -> set[str]:
        """Reports were lost: any route or rule may be gone. Returns all holders that lack something for all we know."""
        return self.concerns.doubt(self._held.values())

    # --- how ----------------------------------------------------------------------------------------------------------

    def _take_hold(self, holder: str, key: HeldKey, wanted: Wanted) -> bool:
        """Note a holder; True: it must be added anew, as it was refused, or is ours and wanted in another way."""
        item = self._held.get(key)
        if item is None:
            item = self._held[key] = objects.held(wanted)
            self.concerns.enter(item)
        item.holders.add(holder)
        if not isinstance(item, HeldAddress) or not isinstance(wanted, VirtualAddress):
            return False
        item.virtual = wanted
        if self._is_refused(item):
            return True
        interface = self._interfaces.get(wanted.dev)
        if interface is None or not item.ours or item.asked is None:
            return False
        return objects.kernel_address(wanted, interface.link.ifindex) != item.asked

    def _let_go(self, holder: str, key: HeldKey) -> Iterator[Step]:
        item = self._held[key]
        item.holders.discard(holder)
        if item.holders:
            return
        del self._held[key]
        self.concerns.leave(item)
        if not item.ours and item.settled(self._interfaces):
            log.info("%s was there before and stays", item.text)
        yield from item.deletions()

    def _fill(
        self,
        holder: str,
        wanted: dict[HeldKey, Wanted],
        before: Iterable[Step] = (),
        again: Container[HeldKey] = (),
    ) -> Outcome:
        """Add what of `wanted` is not there, after the steps `before`, in one go; `again` what is there, too."""
        steps: list[Step] = list(before)
        failures: list[Failure] = []
        unconfirmed: set[bytes] = set()
        for key, each in wanted.items():
            item = self._held[key]
            if key not in again and self._is_there(item):
                continue
            if key not in again and self._is_refused(item):
                failures += _failure(each, f"{item.text} is in use by another host")
                continue
            if isinstance(each, VirtualAddress) and not each.nodad:
                unconfirmed.add(packed(each.address))
            if self._must_wait(each, unconfirmed):
                continue
            try:
                steps += self._additions(item)
            except LookupError as error:
                failures += _failure(each, f"{item.text} can't be added: {error}")
        outcome = self._carry_out(steps, wanted, failures)
        self._failures.pop(holder, None)
        if outcome.failures:
            self._failures[holder] = outcome.failures
        return outcome

    def _additions(self, item: Held) -> list[Step]:
        """What adds something. LookupError: an interface is not there."""
        if isinstance(item, HeldRoute):  # its destination depends on what table the VRF has now
            self.concerns.leave(item)
        try:
            return list(item.additions(self._interfaces))
        finally:
            self.concerns.enter(item)

    def _is_there(self, item: Held) -> bool:
        if not item.settled(self._interfaces):
            return False
        if isinstance(item, HeldAddress) and item.present is None:
            found = item.find(self._interfaces)
            if found is not None:
                item.adopt(found, inherited=key_of(item.virtual) in self._inherited)
        return True

    def _is_refused(self, item: Held) -> bool:
        """Whether duplicate address detection has found somebody else who has the address (RFC 4862 section 5.4.5)."""
        found = item.find(self._interfaces) if isinstance(item, HeldAddress) else None
        return found is not None and found.duplicate

    def _must_wait(self, wanted: Wanted, unconfirmed: set[bytes]) -> bool:
        """IPv6 has no route that suggests an address which duplicate address detection has not let pass yet."""
        if not isinstance(wanted, Route) or not wanted.src or wanted.family == 4:
            return False
        return packed(wanted.src) in unconfirmed or self._interfaces.tentative(packed(wanted.src))

    def _carry_out(self, steps: list[Step], wanted: dict[HeldKey, Wanted], failures: list[Failure]) -> Outcome:
        answers = self._kernel.change([step.request for step in steps]) if steps else []
        was_there: set[int] = set()
        added: list[VirtualAddress] = []
        restored: list[str] = []
        for step, answer in zip(steps, answers, strict=True):
            item = step.held
            if not step.adds:
                self._note_deletion(item, answer)
                if not answer.error:
                    was_there.add(id(item))
            elif error := self._note_addition(item, answer):
                failures += _failure(wanted[item.key], error)
            elif not answer.error and isinstance(item, HeldAddress):
                added.append(item.virtual)
            elif not answer.error and id(item) not in was_there:
                restored.append(item.text)
        return Outcome(tuple(added), tuple(restored), tuple(failures))

    def _note_addition(self, item: Held, answer: Ack) -> str:
        """Note that something was added, or was there already; returns why it was not."""
        there = answer.error == errno.EEXIST and not (isinstance(item, HeldRoute) and item.route.placing is Placing.ADD)
        if answer.error and not there:
            return f"{item.text} can't be added: {_reason(answer)}"
        item.ours = item.ours or not answer.error or self._is_marked(item)
        if isinstance(item, HeldAddress):
            self._note_address(item)
        else:
            item.sound = True
        return ""

    def _note_address(self, item: HeldAddress) -> None:
        """An address is there now; the kernel's own report of it comes later and tells nothing new."""
        address = item.present
        if address is not None and len(address.address) == 16 and not item.virtual.nodad:
            address = address._replace(flags=address.flags | rtnetlink.IFA_F_TENTATIVE)
        if address is not None:
            self._interfaces.take(address)

    def _note_deletion(self, item: Held, answer: Ack) -> None:
        if answer.error not in GONE:
            log.error("%s can't be removed: %s", item.text, _reason(answer))
        if isinstance(item, HeldAddress) and item.present is not None:
            self._interfaces.take(AddressGone(item.present))
        elif not isinstance(item, HeldAddress):
            item.sound = False

    def _is_marked(self, item: Held) -> bool:
        """Whether something that was there already is ours by what it says of itself, or by what we were told."""
        match item:
            case HeldAddress():
                return key_of(item.virtual) in self._inherited
            case HeldRoute():
                return item.route.protocol == RTPROT_KEEPALIVED
            case HeldRule():
                return item.rule.protocol == RTPROT_KEEPALIVED

    def _leftover(self, item: Held) -> Iterator[Step]:
        """What deletes something that nobody holds."""
        match item:
            case HeldAddress():
                item.present = item.find(self._interfaces)
            case HeldRoute():
                try:
                    list(item.additions(self._interfaces))
                except LookupError:
                    return
            case HeldRule():
                pass
        item.ours = True
        yield from item.deletions()


def _failure(wanted: Wanted, text: str) -> list[Failure]:
    """What a holder is told of a failure: nothing, if it does not mind."""
    if wanted.no_track:
        log.warning("%s", text)
        return []
    return [Failure(text, wanted.track_group)]


def _reason(answer: Ack) -> str:
    words = os.strerror(answer.error)
    return f"{words} ({answer.words.rstrip('.')})" if answer.words else words
