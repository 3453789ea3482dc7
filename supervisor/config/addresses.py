"""The lines of virtual_ipaddress: ADDRESS[/MASK] and options (keepalived.conf(5), "VRRP instance(s)")."""

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass

from alived.ipc.model import VirtualAddress
from alived.supervisor.config.diagnostics import Code, Report, nearest
from alived.supervisor.config.grammar.vrrp import IFNAME_LONGEST
from alived.supervisor.config.lexer import Token
from alived.supervisor.config.parser import Statement, is_definition
from alived.supervisor.config.sections import Section

SCOPES = {"global": 0, "site": 200, "link": 253, "host": 254, "nowhere": 255}
"""rtnetlink(7) scope numbers by name."""

ADDRESSES_MOST = 255
"""Count IP Addrs is one byte (RFC 3768 section 5.3.5)."""

OPTIONS = ("dev", "label", "scope", "brd", "broadcast")
LATER_FLAGS = ("use_vmac", "home", "-nodad", "mngtmpaddr", "noprefixroute", "autojoin", "no_track")
LATER_OPTIONS = ("peer", "preferred_lft", "track_group")


@dataclass(slots=True)
class _Line:
    dev: str
    broadcast: str = ""
    label: str = ""
    scope: int = 0


def read_addresses(section: Section, interface: str, report: Report) -> tuple[VirtualAddress, ...] | None:
    """The addresses of an instance; None when it is one of IPv6, which alived does not do yet."""
    addresses: dict[VirtualAddress, None] = {}
    for line in section.lines("virtual_ipaddress"):
        address = _read_address(line, interface, report)
        if address is None:
            continue
        if ":" in address.address:
            if addresses:
                report.error(
                    Code.CONFLICT,
                    "the addresses of an instance are all IPv4 or all IPv6",
                    line.keyword.place,
                    "this one is left out",
                )
                continue
            report.warning(
                Code.NOT_IMPLEMENTED,
                "alived does not implement VRRP for IPv6 yet",
                line.keyword.place,
                "its vrrp_instance is left out",
            )
            return None
        if address in addresses:
            report.warning(Code.DUPLICATE, "this address is there already", line.keyword.place, "once is enough")
        elif len(addresses) == ADDRESSES_MOST:
            report.error(
                Code.CONFLICT, f"an advert holds {ADDRESSES_MOST} addresses", line.keyword.place, "it is left out"
            )
        else:
            addresses[address] = None
    if not addresses and not section.get("no_virtual_ipaddress", bool):
        report.warning(
            Code.EMPTY,
            "this vrrp_instance has no address",
            section.place,
            "add virtual_ipaddress, or no_virtual_ipaddress if that is meant",
        )
    return tuple(addresses)


def _read_address(statement: Statement, interface: str, report: Report) -> VirtualAddress | None:
    """The address of a line; None, and a diagnostic, when it is not added. IPv6 is not implemented yet."""
    token = statement.keyword
    text, _, mask = token.text.partition("/")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        if not is_definition(token, report):
            report.error(Code.BAD_VALUE, "this is not an IP address", token.place, "the line is skipped")
        return None
    prefixlen = _prefixlen(mask, address.max_prefixlen, token, report)
    line = _Line(dev=interface)
    _Options(iter(statement.arguments), line, report).read()
    if len(line.label.encode()) > IFNAME_LONGEST:
        report.error(
            Code.BAD_VALUE,
            f"the label {line.label} is longer than {IFNAME_LONGEST} bytes",
            token.place,
            "the address is left out; shorten the label",
        )
        return None
    return VirtualAddress(
        address=str(address),
        prefixlen=prefixlen,
        dev=line.dev,
        scope=line.scope,
        label=line.label,
        broadcast=_broadcast(line.broadcast, f"{address}/{prefixlen}", token, report),
    )


def _prefixlen(mask: str, longest: int, token: Token, report: Report) -> int:
    if not mask and "/" not in token.text:
        return longest
    if mask.isdecimal() and mask.isascii() and len(mask) < 4 and int(mask) <= longest:
        return int(mask)
    report.error(
        Code.BAD_VALUE, f"the prefix length must be a number from 0 to {longest}", token.place, f"{longest} is used"
    )
    return longest


def _broadcast(text: str, network: str, token: Token, report: Report) -> str:
    """`+` is the network's highest address, `-` is none, as for ip-address(8)."""
    if text != "+":
        return text.strip("-")
    whole = ipaddress.ip_interface(network).network
    if whole.num_addresses > 2:
        return str(whole[-1])
    report.error(
        Code.BAD_VALUE, f"a prefix of {whole.prefixlen} bits has no broadcast address", token.place, "none is set"
    )
    return ""


class _Options:
    def __init__(self, tokens: Iterator[Token], line: _Line, report: Report) -> None:
        self._tokens, self._line, self._report = tokens, line, report

    def read(self) -> None:
        for option in self._tokens:
            if option.text in LATER_FLAGS or option.text in LATER_OPTIONS:
                if option.text in LATER_OPTIONS:
                    next(self._tokens, None)
                if self._report.first(("address option", option.text)):
                    self._report.warning(
                        Code.NOT_IMPLEMENTED,
                        f"alived does not implement `{option.text}` of an address yet",
                        option.place,
                        "it has no effect",
                    )
            elif option.text not in OPTIONS:
                similar = nearest(option.text, (*OPTIONS, *LATER_FLAGS, *LATER_OPTIONS))
                if similar and similar not in LATER_FLAGS:
                    next(self._tokens, None)
                hint = f"did you mean `{similar}`?" if similar else "it is ignored"
                self._report.error(
                    Code.UNKNOWN_KEYWORD, f"`{option.text}` is not an option of an address", option.place, hint
                )
            elif (value := next(self._tokens, None)) is None:
                self._report.error(Code.BAD_VALUE, f"`{option.text}` needs a value", option.place, "it is ignored")
            else:
                self._set(option.text, value)

    def _set(self, option: str, value: Token) -> None:
        match option:
            case "dev":
                self._line.dev = value.text
            case "label":
                self._line.label = value.text
            case "scope":
                self._scope(value)
            case _:
                self._brd(value)

    def _scope(self, value: Token) -> None:
        if value.text in SCOPES:
            self._line.scope = SCOPES[value.text]
        elif value.text.isdecimal() and value.text.isascii() and len(value.text) < 4 and int(value.text) < 256:
            self._line.scope = int(value.text)
        else:
            expected = ", ".join(SCOPES) + " or a number from 0 to 255"
            self._report.error(Code.BAD_VALUE, f"a scope must be {expected}", value.place, "global is used")

    def _brd(self, value: Token) -> None:
        if value.text in ("+", "-"):
            self._line.broadcast = value.text
            return
        try:
            self._line.broadcast = str(ipaddress.IPv4Address(value.text))
        except ValueError:
            self._report.error(
                Code.BAD_VALUE, "a broadcast address must be an IPv4 address, + or -", value.place, "none is set"
            )
