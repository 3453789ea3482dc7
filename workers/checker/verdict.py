"""PURE: from the outcomes of runs to a verdict. `fall` and `rise` of vrrp_script, `retry` of real-server checks.

Both verdicts are values: `after(outcome)` is the next one, and `announces(before, after)` says whether anyone has to be
told. When the next run starts follows from the verdict too (`pause`), but not at which moment: that is schedule.py.
"""

from dataclasses import dataclass, replace
from typing import Self

from alived.ipc.model.checks import TcpCheck
from alived.workers.checker.outcome import Down, Outcome, Up


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptVerdict:
    """keepalived's result counter of a vrrp_script, 0 to rise + fall - 1: it is up from `rise` on."""

    rise: int
    fall: int
    result: int
    known: bool
    """False until there is something to tell: the script has not run yet."""
    failures: int = 0
    """Failures in a row."""

    @classmethod
    def initial(cls, *, rise: int, fall: int, init_fail: bool) -> Self:
        """Before the first run, which decides at once, whatever `rise` and `fall` are; with `init_fail`: down."""
        return cls(rise=rise, fall=fall, result=0 if init_fail else rise - 1, known=init_fail)

    @classmethod
    def resumed(cls, *, rise: int, fall: int, up: bool) -> Self:
        """What a predecessor of this process had found."""
        return cls(rise=rise, fall=fall, result=rise + fall - 1 if up else 0, known=True)

    @property
    def up(self) -> bool:
        """The verdict, once it is known."""
        return self.result >= self.rise

    def after(self, outcome: Outcome) -> Self:
        """The verdict after one more run. A local error changes nothing."""
        match outcome:
            case Up():
                one_more = self.result + 1
                result = one_more if one_more < self.rise else self.rise + self.fall - 1
                return replace(self, result=result, known=True, failures=0)
            case Down():
                # keepalived: below `rise`, one failure takes back all successes, and what never ran is down at once
                result = self.result - 1 if self.result > self.rise else 0
                return replace(self, result=result, known=True, failures=self.failures + 1)
            case _:
                return self

    def refitted(self, *, rise: int, fall: int) -> Self:
        """The same verdict under a new fall and rise, with as many runs towards another one as there were."""
        if not self.known:
            return replace(self, rise=rise, fall=fall, result=rise - 1)
        if self.up:
            failed = self.rise + self.fall - 1 - self.result
            return replace(self, rise=rise, fall=fall, result=max(rise, rise + fall - 1 - failed))
        return replace(self, rise=rise, fall=fall, result=min(self.result, rise - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckVerdict:
    """Verdict of a real-server check. Until it is known it counts as up, as keepalived has it without alpha mode."""

    up: bool = True
    known: bool = False
    failures: int = 0
    """Failures in a row."""

    def after(self, outcome: Outcome, retry: int) -> Self:
        """The verdict after one more run: down when `retry` more failures have followed the first.

        Until then a server that was never seen up goes on counting as up. A local error changes nothing.
        """
        match outcome:
            case Up():
                return replace(self, up=True, known=True, failures=0)
            case Down():
                failures = self.failures + 1
                decided = failures > retry
                return replace(self, up=self.up and not decided, known=self.known or decided, failures=failures)
            case _:
                return self

    def pause(self, check: TcpCheck) -> float:
        """Seconds between the end of a run and the start of the next."""
        return check.delay_before_retry if self.up and self.failures else check.delay_loop


def announces(before: ScriptVerdict | CheckVerdict, after: ScriptVerdict | CheckVerdict) -> bool:
    """Whether others have to be told: it is the first verdict, or another one."""
    return after.known and (not before.known or before.up != after.up)
