"""PURE: which processes a vrrp_track_process means (keepalived.conf(5), "VRRP track processes").

What does not live here: finding processes (proc.py, connector.py), and whether they are enough (quorum.py).
"""

from typing import NamedTuple

from alived.ipc.model.tracking import ParamMatch, TrackProcess

NAME_LONGEST = 15
"""Bytes that the kernel keeps of the name of a process (TASK_COMM_LEN less its NUL)."""


class Process(NamedTuple):
    """What is known of a process."""

    name: bytes
    """/proc/PID/comm: as a rule the last part of the path of its program."""
    command: bytes
    """/proc/PID/cmdline: its arguments, each followed by NUL; empty where nobody needs it."""


class Matcher:
    """One vrrp_track_process."""

    def __init__(self, tracker: TrackProcess) -> None:
        command, *parameters = (_raw(word) for word in tracker.process)
        self.needs_command = tracker.full_command
        self._match = tracker.param_match
        # The kernel cuts names off, so that no longer one is ever found; keepalived does look for such.
        self._command = command if tracker.full_command else command[:NAME_LONGEST]
        self._parameters = b"".join(parameter + b"\0" for parameter in parameters)

    def matches(self, process: Process) -> bool:
        """Whether a process is one of those that are meant."""
        if not self.needs_command:
            return process.name == self._command
        command, _, parameters = process.command.partition(b"\0")
        if command != self._command:
            return False
        if self._match is ParamMatch.NONE:
            return True
        if self._match is ParamMatch.EXACT:
            return parameters == self._parameters
        if self._match is ParamMatch.PARTIAL:
            return parameters.startswith(self._parameters)
        return parameters.startswith(self._parameters[:-1])


def _raw(word: str) -> bytes:
    return word.encode(errors="surrogateescape")
