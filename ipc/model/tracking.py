"""What the priority of instances can depend on besides vrrp_script, and the lines that say so.

A tracker is defined once and tracked by any number of instances and groups; each has its own weight for it. What does
not live here: vrrp_script (checker.py), bfd_instance (bfd.py).
"""

from enum import StrEnum

from alived.ipc.record import record


@record()
class Weight:
    """What a tracker adds to a priority; 0: it adds nothing, but failing is a fault."""

    weight: int
    reverse: bool = False
    """The sign is turned over, so that success counts against; with weight 0, success is the fault."""

    def __str__(self) -> str:
        return f"{self.weight} reverse" if self.reverse else str(self.weight)


UNWEIGHTED = Weight(0)
ONCE = Weight(1)
"""The number in a file counts as it is."""


@record(kw_only=True)
class TrackedInterface:
    """One line of track_interface."""

    name: str
    weight: int = 0
    reverse: bool = False


@record(kw_only=True)
class TrackedFile:
    """One line of track_file. It adds the number in the file times its weight; with weight 0, any but 0 is a fault."""

    name: str
    weight: int = 1
    reverse: bool = False


@record(kw_only=True)
class TrackedProcess:
    """One line of track_process."""

    name: str
    weight: int = 0
    reverse: bool = False


@record(kw_only=True)
class TrackedBfd:
    """One line of track_bfd."""

    name: str
    weight: int = 0
    reverse: bool = False


@record(kw_only=True)
class TrackedVirtualServer:
    """One line of alived_track_virtual_server: the virtual server is up while it has its quorum."""

    name: str
    """As the virtual server is called: `10.0.0.1:80/TCP`, `fwmark 5` or `group NAME/UDP`."""
    weight: int = 0
    reverse: bool = False


@record(kw_only=True)
class InitFile:
    """What a track_file is written with at start."""

    value: int = 0
    overwrite: bool = False
    """Also if there is such a file."""


@record(kw_only=True)
class TrackFile:
    """One track_file block."""

    name: str
    file: str
    """Path of a file with a number."""
    weight: Weight = ONCE
    """For those who track it without saying one."""
    init_file: InitFile | None = None

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"track_file {self.name}"


class ParamMatch(StrEnum):
    """How the parameters of a process are compared."""

    NONE = "none"
    """Not at all."""
    EXACT = "exact"
    PARTIAL = "partial"
    """The first ones must be these; there may be more."""
    INITIAL = "initial"
    """The same, and the last of these need only be the beginning of its one."""


@record(kw_only=True)
class TrackProcess:
    """One vrrp_track_process block: up while enough such processes run, and not too many."""

    name: str
    process: tuple[str, ...]
    """Its command, and its parameters if they matter."""
    param_match: ParamMatch = ParamMatch.NONE
    full_command: bool = False
    """Compare with the command line, not with the process name (comm)."""
    weight: Weight = UNWEIGHTED
    """For those who track it without saying one."""
    quorum: int = 1
    """Fewer are a failure."""
    quorum_max: int | None = None
    """More are a failure; None: any number is fine."""
    fork_delay: float = 0.0
    """Seconds that there must be enough before it is up."""
    terminate_delay: float = 0.0
    """Seconds that there must be too few before it is down."""

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"vrrp_track_process {self.name}"
