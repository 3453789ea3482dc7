"""The forms that only a vrrp_instance has: its peers, the interfaces made for it, its keys (keepalived.conf(5))."""

import binascii
import ipaddress
import re

from alived.ipc.model.authentication import HmacKey
from alived.ipc.model.vrrp import ExtraGarp, UnicastPeer
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity, nearest
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first, quoted
from alived.supervisor.config.forms.numbers import INTEGER

TTL_MOST = 255
DAY = 86400
KEY_SHORTEST, KEY_LONGEST = 32, 64
"""Bytes of an HMAC key."""


@record()
class RouterAddress:
    """The address of a router or a group, without what stands behind `/` or `-`, as keepalived takes it: str."""

    multicast: bool = False

    @property
    def expected(self) -> str:
        """See Form."""
        return "a multicast IP address" if self.multicast else "an IP address"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        word = first(words, self.expected)
        bare = re.split("[/-]", word, maxsplit=1)[0]
        try:
            address = ipaddress.ip_address(bare)
        except ValueError:
            raise UnfitError(self.expected) from None
        if self.multicast and not address.is_multicast:
            raise UnfitError(self.expected)
        message, hint = "a prefix length has no meaning here", f"only {address} is used"
        problems = (Problem(Severity.NOTE, Code.IGNORED, message, 0, hint),) if bare != word else ()
        return Reading(str(address), 1, problems)

    def write(self, value: str) -> str:
        """See Form."""
        return value


@record()
class UnicastPeerLine:
    """ADDRESS [min_ttl NUMBER] [max_ttl NUMBER]: UnicastPeer."""

    expected: str = "an IP address, and perhaps min_ttl NUMBER and max_ttl NUMBER"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        try:
            address, _, remarks = RouterAddress().read(words, text)
        except UnfitError:
            raise UnfitError(self.expected) from None
        limits = {"min_ttl": 0, "max_ttl": TTL_MOST}
        problems = list(remarks)
        index = 1
        while index < len(words):
            option = words[index]
            if option not in limits:
                similar = nearest(option, limits)
                hint = f"did you mean `{similar}`?" if similar else "it is ignored"
                problems.append(
                    Problem(Severity.ERROR, Code.UNKNOWN_KEYWORD, f"`{option}` is not an option of a peer", index, hint)
                )
                index += 2 if similar else 1
                continue
            limit = _number(words[index + 1 : index + 2], TTL_MOST)
            if limit is None:
                message = f"`{option}` must be a whole number from 0 to {TTL_MOST}"
                at = min(index + 1, len(words) - 1)
                problems.append(Problem(Severity.ERROR, Code.BAD_VALUE, message, at, f"{limits[option]} is used"))
            else:
                limits[option] = limit
            index += 2
        if limits["min_ttl"] > limits["max_ttl"]:
            message = f"min_ttl {limits['min_ttl']} is more than max_ttl {limits['max_ttl']}"
            problems.append(
                Problem(Severity.WARNING, Code.CONFLICT, message, 0, "every advert of this peer is dropped")
            )
        return Reading(UnicastPeer(address=address, **limits), len(words), tuple(problems))

    def write(self, value: UnicastPeer) -> str:
        """See Form."""
        low = f" min_ttl {value.min_ttl}" if value.min_ttl else ""
        high = f" max_ttl {value.max_ttl}" if value.max_ttl != TTL_MOST else ""
        return f"{value.address}{low}{high}"


@record()
class GarpExtraIf:
    """[all] SECONDS: ExtraGarp."""

    expected: str = f"a whole number of seconds from 0 to {DAY}, perhaps with all"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        first(words, self.expected)
        interval: int | None = None
        for index, word in enumerate(words):
            if word == "all":
                continue
            interval = _number((word,), DAY)
            if interval is None:
                raise UnfitError(self.expected, index)
        if interval is None:
            raise UnfitError(self.expected, None)
        return Reading(ExtraGarp(interval=interval, everywhere="all" in words), len(words))

    def write(self, value: ExtraGarp) -> str:
        """See Form."""
        return f"all {value.interval}" if value.everywhere else str(value.interval)


@record()
class KeyOfHmac:
    """NUMBER hex:DIGITS, NUMBER file:PATH or NUMBER PASSPHRASE: HmacKey, with an empty secret if that is in a file.

    What is said of it never shows the secret.
    """

    expected: str = (
        f"a number from 1 to 255, and a key of {KEY_SHORTEST} to {KEY_LONGEST} bytes: hex:DIGITS, file:PATH or text"
    )

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        first(words, self.expected)
        number = _number(words[:1], 255)
        if not number:
            raise UnfitError(self.expected)
        if len(words) == 1:
            raise UnfitError(self.expected, None)
        if words[1].startswith("file:") and len(words[1]) > len("file:"):
            return Reading(HmacKey(number=number, secret=b"", file=words[1].removeprefix("file:")), 2)
        secret = secret_of(words[1])
        if secret is None:
            raise UnfitError(self.expected, 1)
        return Reading(HmacKey(number=number, secret=secret), 2)

    def write(self, value: HmacKey) -> str:
        """See Form."""
        return f"{value.number} " + (quoted(f"file:{value.file}") if value.file else f"hex:{value.secret.hex()}")


def secret_of(word: str) -> bytes | None:
    """The bytes of a key, as it stands in a configuration or a file; None: it is none of a possible length."""
    try:
        secret = binascii.unhexlify(word.removeprefix("hex:")) if word.startswith("hex:") else word.encode()
    except ValueError:
        return None
    return secret if KEY_SHORTEST <= len(secret) <= KEY_LONGEST else None


def _number(words: Words, most: int) -> int | None:
    """A whole number from 0 to `most` in the first word; None: there is none."""
    if not words or not INTEGER.fullmatch(words[0]):
        return None
    return number if 0 <= (number := int(words[0])) <= most else None
