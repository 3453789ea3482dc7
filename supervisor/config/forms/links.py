"""The words of use_vmac and use_ipvlan: interfaces to be made for an instance (keepalived.conf(5))."""

import ipaddress
import re
from dataclasses import dataclass, field

from alived.ipc.model.links import Ipvlan, IpvlanMode, Vmac
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.forms.form import Problem, Reading, Words, quoted

NAME = re.compile(r"(?!\.{1,2}$)[^\s/:]{1,15}")
"""What the kernel takes as the name of an interface."""

_OCTETS = re.compile(r"[0-9A-Fa-f]{1,2}(:[0-9A-Fa-f]{1,2}){4}(:|:[0-9A-Fa-f]{1,2})?")
_RFC_MAC = re.compile(r"00:00:5e:00:0[12]")
"""Virtual router MAC addresses (RFC 9568 section 7.3), which the VRID makes."""

NOTIFY = "netlink_notify_msg"


@dataclass(slots=True)
class _Words:
    """What was found so far."""

    words: Words
    problems: list[Problem] = field(default_factory=list)
    name: str = ""
    mac: str = ""
    address: str = ""
    group: str = ""
    notify: bool = False
    mode: IpvlanMode | None = None

    def bad(self, message: str, index: int) -> None:
        """A word that is not used."""
        self.problems.append(Problem(Severity.ERROR, Code.BAD_VALUE, message, index, "it is ignored"))

    def once(self, attribute: str, value: object, index: int) -> None:
        """Put a value that may be given once."""
        if getattr(self, attribute):
            self.bad(f"the {attribute} is given already", index)
        else:
            setattr(self, attribute, value)

    def take(self, index: int) -> int:
        """Take `name NAME`, `group GROUP` or a name that begins here; where the next word is."""
        word = self.words[index]
        if word in ("name", "group"):
            if index + 1 == len(self.words):
                self.bad(f"`{word}` needs a value", index)
            elif word == "group":
                self.once("group", self.words[index + 1], index + 1)
            else:
                self._name(index + 1)
            return index + 2
        self._name(index)
        return index + 1

    def _name(self, index: int) -> None:
        if NAME.fullmatch(self.words[index]):
            self.once("name", self.words[index], index)
        else:
            self.bad("this is not the name of an interface", index)


@record()
class UseVmac:
    """[[name] NAME] [MAC] [netlink_notify_msg] [group GROUP]: Vmac."""

    expected: str = "[name] NAME, a MAC address, netlink_notify_msg, group GROUP; or nothing"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        found = _Words(words)
        index = 0
        while index < len(words):
            if ":" in words[index]:
                _mac(found, index)
            elif words[index] == NOTIFY:
                found.notify = True
            else:
                index = found.take(index)
                continue
            index += 1
        vmac = Vmac(name=found.name, mac=found.mac, netlink_notify_msg=found.notify, group=found.group)
        return Reading(vmac, len(words), tuple(found.problems))

    def write(self, value: Vmac) -> str:
        """See Form."""
        parts = [f"name {quoted(value.name)}"] if value.name else []
        parts += [value.mac] if value.mac else []
        parts += [NOTIFY] if value.netlink_notify_msg else []
        return " ".join([*parts, *_group(value.group)])


@record()
class UseIpvlan:
    """[[name] NAME] [ADDRESS] [bridge|private|vepa] [group GROUP]: Ipvlan."""

    expected: str = "[name] NAME, an IP address, bridge, private or vepa, group GROUP; or nothing"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        found = _Words(words)
        index = 0
        while index < len(words):
            if words[index] in list(IpvlanMode):
                found.once("mode", IpvlanMode(words[index]), index)
            elif address := _interface_address(words[index]):
                found.once("address", address, index)
            else:
                index = found.take(index)
                continue
            index += 1
        mode = found.mode or IpvlanMode.BRIDGE
        ipvlan = Ipvlan(name=found.name, address=found.address, mode=mode, group=found.group)
        return Reading(ipvlan, len(words), tuple(found.problems))

    def write(self, value: Ipvlan) -> str:
        """See Form."""
        parts = [f"name {quoted(value.name)}"] if value.name else []
        parts += [value.address] if value.address else []
        parts += [str(value.mode)] if value.mode is not IpvlanMode.BRIDGE else []
        return " ".join([*parts, *_group(value.group)])


def _group(group: str) -> list[str]:
    return [f"group {quoted(group)}"] if group else []


def _mac(found: _Words, index: int) -> None:
    """A MAC address of six octets, or of five, which a colon may end."""
    word = found.words[index]
    if not _OCTETS.fullmatch(word):
        found.bad("this is not a MAC address", index)
        return
    mac = ":".join(f"{int(octet, 16):02x}" for octet in word.rstrip(":").split(":"))
    if int(mac[:2], 16) & 1:
        found.bad("this is a multicast MAC address", index)
    elif _RFC_MAC.match(mac):
        found.bad("the MAC addresses of VRRP cannot be given; leave it out to have the one of the VRID", index)
    else:
        found.once("mac", mac, index)


def _interface_address(word: str) -> str:
    """ADDRESS[/LENGTH] with its length; empty: it is none."""
    try:
        return str(ipaddress.ip_interface(word))
    except ValueError:
        return ""
