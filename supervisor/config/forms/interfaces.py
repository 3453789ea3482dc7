"""The lines of blocks about network interfaces."""

from alived.ipc.model.interfaces import InterfaceDelay, LinkbeatInterface, LinkbeatType
from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Severity, nearest
from alived.supervisor.config.forms.form import Problem, Reading, UnfitError, Words, first, quoted
from alived.supervisor.config.forms.numbers import Seconds

DELAY = Seconds(0, 255)


@record()
class DelayLine:
    """INTERFACE DOWN [UP], in seconds: InterfaceDelay. Without UP it is the same as DOWN."""

    expected: str = "the name of an interface, and one or two delays"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        name = first(words, self.expected)
        if len(words) == 1:
            message, hint = f"no delay is given for {name}", "there is none"
            return Reading(None, 1, (Problem(Severity.NOTE, Code.MISSING, message, 0, hint),))
        delays = []
        for index, word in enumerate(words[1:3], 1):
            try:
                delays.append(DELAY.read((word,), text).value)
            except UnfitError:
                message, hint = f"a delay must be {DELAY.expected}", f"{name} has none"
                return Reading(None, len(words), (Problem(Severity.ERROR, Code.BAD_VALUE, message, index, hint),))
        return Reading(InterfaceDelay(name=name, down=delays[0], up=delays[-1]), len(delays) + 1)

    def write(self, value: InterfaceDelay) -> str:
        """See Form."""
        return f"{quoted(value.name)} {DELAY.write(value.down)} {DELAY.write(value.up)}"


@record()
class LinkbeatLine:
    """INTERFACE [MII|ETHTOOL|IOCTL]: LinkbeatInterface."""

    expected: str = "the name of an interface, and perhaps MII, ETHTOOL or IOCTL"

    def read(self, words: Words, text: str) -> Reading:
        """See Form."""
        del text
        name = first(words, self.expected)
        if len(words) == 1:
            return Reading(LinkbeatInterface(name=name))
        kinds = [kind.value for kind in LinkbeatType if kind.value]
        if words[1] not in kinds:
            similar = nearest(words[1], kinds)
            hint = f"did you mean `{similar}`?" if similar else "the type is left to the interface"
            message = f"`{words[1]}` is no type of polling: MII, ETHTOOL or IOCTL"
            problem = Problem(Severity.ERROR, Code.BAD_VALUE, message, 1, hint)
            return Reading(LinkbeatInterface(name=name), len(words), (problem,))
        problems: tuple[Problem, ...] = ()
        if len(words) > 2:
            message, hint = f"`{words[2]}` is one word too many", "it is ignored"
            problems = (Problem(Severity.ERROR, Code.BAD_VALUE, message, 2, hint),)
        return Reading(LinkbeatInterface(name=name, type=LinkbeatType(words[1])), len(words), problems)

    def write(self, value: LinkbeatInterface) -> str:
        """See Form."""
        return f"{quoted(value.name)} {value.type}".rstrip()
