"""Where a process that the supervisor keeps going is in its life."""

from enum import StrEnum


class Phase(StrEnum):
    """Of a worker, or of the zygote, which is only ever starting, ready or waiting."""

    ABSENT = "absent"
    STARTING = "starting"
    READY = "ready"
    STOPPING = "stopping"
    WAITING = "waiting to restart"
    GIVEN_UP = "given up"
