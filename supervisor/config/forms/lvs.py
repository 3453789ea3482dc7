"""The forms that only virtual servers and their groups have: endpoints, ways to forward, ranges, granularities."""

from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

from alived.ipc.model.lvs import (
    AddressFamily,
    AddressRange,
    Endpoint,
    FirewallMark,
    Forwarding,
    ForwardingMethod,
    TunnelChecksum,
    TunnelType,
)
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity, nearest
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first
from alived.supervisor.config.forms.numbers import INTEGER, UNSIGNED_MAX

PORT_MOST = 65535
HOST_BITS = {AddressFamily.INET: 32, AddressFamily.INET6: 128}


def canonical(text: str) -> tuple[str, AddressFamily] | None:
    """An address in its canonical spelling, and of which kind it is; None: it is none."""
    try:
        inet_pton(AF_INET, text)
    except OSError:
        pass
    except (UnicodeError, ValueError):
        return None
    else:
        return text, AddressFamily.INET
    try:
        return inet_ntop(AF_INET6, inet_pton(AF_INET6, text)), AddressFamily.INET6
    except (OSError, UnicodeError, ValueError):
        return None


def family_of(address: str) -> AddressFamily:
    """Of which kind an address in its canonical spelling is."""
    return AddressFamily.INET6 if ":" in address else AddressFamily.INET


def read_port(words: Words, index: int) -> int:
    """The port at a place where one may stand; 0: there is none, or zeros. UnfitError."""
    if len(words) <= index or not words[index].strip("0"):
        return 0
    if not INTEGER.fullmatch(words[index]) or not 1 <= int(words[index]) <= PORT_MOST:
        raise UnfitError(f"a port from 1 to {PORT_MOST}", index)
    return int(words[index])


@record()
class EndpointForm:
    """ADDRESS [PORT]: Endpoint."""

    expected: str = "an IP address, and perhaps a port"

    def read(self, words: Words, text: str) -> Reading:
        """See Form. What follows the address after / or - is not looked at, as in keepalived."""
        del text
        word = first(words, self.expected)
        found = canonical(word)
        problems: tuple[Problem, ...] = ()
        if found is None:
            found = canonical(word.split("/")[0].split("-")[0])
            if found is None:
                raise UnfitError(self.expected)
            message, hint = "this is one address, without mask or range", f"{found[0]} is used"
            problems = (Problem(Severity.NOTE, Code.IGNORED, message, 0, hint),)
        return Reading(Endpoint(address=found[0], port=read_port(words, 1)), len(words[:2]), problems)

    def write(self, value: Endpoint) -> str:
        """See Form."""
        return f"{value.address} {value.port}" if value.port else value.address


@record()
class ForwardingForm:
    """NAT, DR or TUN, with the kind of tunnel: Forwarding."""

    expected: str = "NAT, DR or TUN [type ipip|gue|gre] [port NUMBER] [nocsum|csum|remcsum]"

    def read(self, words: Words, text: str) -> Reading:
        """See Form. What is said of a tunnel stands or falls as a whole."""
        del text
        word = first(words, self.expected)
        if word not in set(ForwardingMethod):
            raise UnfitError("NAT, DR or TUN", similar=nearest(word, ForwardingMethod, few=True))
        method = ForwardingMethod(word)
        try:
            value = _tunnel(method, words)
        except UnfitError as error:
            raise UnfitError(error.expected, error.index, instead=Forwarding(method=method)) from None
        return Reading(value if method is ForwardingMethod.TUN else Forwarding(method=method), len(words))

    def write(self, value: Forwarding) -> str:
        """See Form."""
        words: list[str] = [value.method]
        if value.tunnel is not TunnelType.IPIP:
            words += ["type", value.tunnel]
        if value.port:
            words += ["port", str(value.port)]
        if value.checksum is not TunnelChecksum.NONE:
            words.append(value.checksum)
        return " ".join(words)


def _tunnel(method: ForwardingMethod, words: Words) -> Forwarding:
    """The words after the method; UnfitError also for a combination that there is not."""
    tunnel, port, checksum = TunnelType.IPIP, 0, TunnelChecksum.NONE
    index = 1
    while index < len(words):
        option = words[index]
        if option == "type":
            if len(words) == index + 1 or words[index + 1] not in set(TunnelType):
                raise UnfitError("type ipip, gue or gre", min(index + 1, len(words) - 1))
            tunnel = TunnelType(words[index + 1])
            index += 1
        elif option == "port":
            port = read_port(words, index + 1)
            index += 1
        elif option in set(TunnelChecksum):
            checksum = TunnelChecksum(option)
        else:
            raise UnfitError("type TYPE, port NUMBER, nocsum, csum or remcsum", index)
        index += 1
    if (tunnel is TunnelType.GUE) != (port != 0):
        raise UnfitError("a port with a gue tunnel, and none with another")
    if tunnel is TunnelType.IPIP and checksum is not TunnelChecksum.NONE:
        raise UnfitError("no checksum with an ipip tunnel")
    if tunnel is TunnelType.GRE and checksum is TunnelChecksum.REMOTE:
        raise UnfitError("csum or nocsum with a gre tunnel")
    return Forwarding(method=method, tunnel=tunnel, port=port, checksum=checksum)


@record()
class Granularity:
    """A mask in dotted form, or a prefix length from 1 to 128: str. Which of them depends on the virtual server."""

    expected: str = "a mask as 255.255.255.0, or with IPv6 a prefix length from 1 to 128"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        is_length = word.isascii() and word.isdecimal() and len(word) < 4 and 1 <= int(word) <= 128
        if not is_length and canonical(word) != (word, AddressFamily.INET):
            raise UnfitError(self.expected)
        return Reading(str(int(word)) if is_length else word)

    def write(self, value: str) -> str:
        """See Form."""
        return value


@record()
class GroupEntry:
    """A line of a virtual_server_group: AddressRange or FirewallMark."""

    expected: str = "ADDRESS, ADDRESS-LAST or ADDRESS/PREFIX, and perhaps a port; or fwmark NUMBER [inet|inet6]"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        if words[0] == "fwmark":
            return self._mark(words)
        port = read_port(words, 1)
        lowest, highest = _range(words[0])
        return Reading(AddressRange(first=lowest, last=highest, port=port), len(words[:2]))

    def _mark(self, words: Words) -> Reading:
        if len(words) == 1 or not INTEGER.fullmatch(words[1]) or not 0 <= int(words[1]) <= UNSIGNED_MAX:
            raise UnfitError(f"fwmark with a number from 0 to {UNSIGNED_MAX}", len(words[:2]) - 1)
        if len(words) > 2 and words[2] not in set(AddressFamily):
            raise UnfitError("inet or inet6 after the number", 2, similar=nearest(words[2], AddressFamily))
        family = AddressFamily(words[2]) if len(words) > 2 else None
        return Reading(FirewallMark(fwmark=int(words[1]), ip_family=family), len(words[:3]))

    def write(self, value: AddressRange | FirewallMark) -> str:
        """See Form."""
        if isinstance(value, FirewallMark):
            return f"fwmark {value.fwmark}" + (f" {value.ip_family}" if value.ip_family else "")
        addresses = value.first if value.first == value.last else f"{value.first}-{value.last}"
        return f"{addresses} {value.port}" if value.port else addresses


def _range(word: str) -> tuple[str, str]:
    """The first and the last address of a word. UnfitError."""
    start, dash, end = word.partition("-")
    start, slash, prefix = start.partition("/")
    found = canonical(start)
    if found is None:
        raise UnfitError("an IP address")
    address, family = found
    if slash:
        return address, _last_of_prefix(address, family, prefix)
    if not dash:
        return address, address
    last = _last_of_range(address, family, end)
    if _packed(last, family) < _packed(address, family):
        raise UnfitError("a range that ends after it begins")
    return address, last


def _packed(address: str, family: AddressFamily) -> bytes:
    return inet_pton(AF_INET if family is AddressFamily.INET else AF_INET6, address)


def _unpacked(packed: bytes) -> str:
    return inet_ntop(AF_INET if len(packed) == 4 else AF_INET6, packed)


def _last_of_prefix(address: str, family: AddressFamily, prefix: str) -> str:
    bits = HOST_BITS[family]
    if not (prefix.isascii() and prefix.isdecimal() and len(prefix) < 4 and 1 <= int(prefix) <= bits):
        raise UnfitError(f"a prefix length from 1 to {bits}")
    packed = _packed(address, family)
    hosts = (1 << (bits - int(prefix))) - 1
    number = int.from_bytes(packed)
    if number & hosts:
        raise UnfitError(f"the first address of its /{prefix}")
    return _unpacked((number | hosts).to_bytes(len(packed)))


def _last_of_range(address: str, family: AddressFamily, end: str) -> str:
    """The end of a range: a whole address, or what its last part is: decimal in IPv4, hexadecimal in IPv6."""
    if (":" if family is AddressFamily.INET6 else ".") in end:
        found = canonical(end)
        if found is None or found[1] is not family:
            raise UnfitError("a range of addresses of one kind")
        return found[0]
    packed = _packed(address, family)
    part, base, size = (end, 10, 1) if family is AddressFamily.INET else (end, 16, 2)
    try:
        number = int(part, base) if part.isascii() and part.isalnum() else -1
    except ValueError:
        number = -1
    if not 0 <= number < 1 << (8 * size):
        raise UnfitError("a range as 192.0.2.1-10")
    return _unpacked(packed[:-size] + number.to_bytes(size))
