"""What strict mode leaves of the choices that keepalived offers beyond the RFCs, and what gratuitous ARP comes to."""

from dataclasses import replace
from typing import Any, NamedTuple

from alived.ipc.model.vrrp import Announcing, Family
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.instance_election import PRIORITY_OWNER
from alived.supervisor.config.instance_family import V2
from alived.supervisor.config.instance_subject import Subject

MIN_GARP = {"master_delay": 0.0, "master_repeat": 1, "lower_prio_delay": 0.0, "lower_prio_repeat": 1}
"""vrrp_min_garp: what holds where neither the instance nor global_defs says anything else."""

INHERITS = {"garp_lower_prio_delay": "garp_master_delay", "garp_lower_prio_repeat": "garp_master_repeat"}


class Habits(NamedTuple):
    """How an instance answers the adverts of others."""

    lower_prio_no_advert: bool
    higher_prio_send_advert: bool


def read_accept(subject: Subject, priority: int, version: int) -> bool:
    """Whether packets to the addresses are accepted by a master that does not own them."""
    words = [word for word in subject.section.order if word in ("accept", "no_accept") and subject.section.has(word)]
    owner = priority == PRIORITY_OWNER
    accept = words[-1] == "accept" if words else owner or not subject.strict
    if accept and not owner and subject.strict and version == V2:
        message = "in strict mode, VRRP version 2 accepts no packets to addresses that the master does not own"
        subject.conflict(message, "it is no_accept", "accept")
        accept = False
    if not accept and not owner:
        _warn_of_silence(subject)
    return accept


def _warn_of_silence(subject: Subject) -> None:
    """That the addresses answer nobody, which most who get it did not ask for."""
    if subject.section.has("no_accept"):
        why, remedy = "`no_accept`", "remove it to reach services on them"
    else:
        why, remedy = "strict mode", "leave strict mode, or write version 3 and accept, to reach services on them"
    message = f"{why} makes the addresses of {subject.name} unreachable, even by ping"
    hint = f"that is right for a gateway only; {remedy}"
    subject.report.advice(Code.UNREACHABLE_ADDRESS, message, subject.place("no_accept", "strict_mode"), hint)


def read_habits(subject: Subject) -> Habits:
    """Strict mode decides both."""
    if not subject.strict:
        return Habits(
            subject.flag("lower_prio_no_advert", "vrrp_lower_prio_no_advert"),
            subject.flag("higher_prio_send_advert", "vrrp_higher_prio_send_advert"),
        )
    if subject.section.find("lower_prio_no_advert", bool) is False:
        subject.conflict("strict mode needs lower_prio_no_advert", "it is set", "lower_prio_no_advert")
    if subject.section.find("higher_prio_send_advert", bool):
        subject.conflict("strict mode knows no higher_prio_send_advert", "it is left out", "higher_prio_send_advert")
    return Habits(lower_prio_no_advert=True, higher_prio_send_advert=False)


def settled(announcing: Announcing, subject: Subject, family: Family) -> Announcing:
    """Gratuitous ARP as given and inherited, with what strict mode, vrrp_min_garp and the family make of it."""
    pause = "vrrp_garp_interval" if family is Family.IPV4 else "vrrp_gna_interval"
    changes: dict[str, Any] = {"interval": subject.settings.find(pause, float) or 0.0}
    if subject.settings.find("vrrp_min_garp", bool):
        changes |= {name: value for name, value in MIN_GARP.items() if not _said(f"garp_{name}", subject)}
    if subject.strict:
        for word, value in (
            ("garp_lower_prio_repeat", announcing.lower_prio_repeat),
            ("garp_lower_prio_delay", announcing.lower_prio_delay),
        ):
            if value and subject.section.has(word):
                subject.conflict("strict mode repeats no gratuitous ARP", f"`{word}` is 0", word)
        changes |= {"lower_prio_repeat": 0, "lower_prio_delay": 0.0}
    if all(getattr(announcing, name) == value for name, value in changes.items()):
        return announcing
    return replace(announcing, **changes)


def _said(word: str, subject: Subject) -> bool:
    """Whether a word of gratuitous ARP, or what it falls back to, is given anywhere."""
    said = subject.section.has(word) or subject.settings.has(f"vrrp_{word}")
    return said or (word in INHERITS and subject.settings.has(f"vrrp_{INHERITS[word]}"))
