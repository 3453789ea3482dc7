"""PURE: what one run of a check or a script may say. What follows from it is decided in verdict.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Up:
    """It went well."""

    reason: str


@dataclass(frozen=True, slots=True)
class Down:
    """It went wrong, and that is the fault of what is checked."""

    reason: str


@dataclass(frozen=True, slots=True)
class LocalError:
    """It could not be tried: no route, no descriptor, no process. Says nothing about what is checked."""

    reason: str


Outcome = Up | Down | LocalError
