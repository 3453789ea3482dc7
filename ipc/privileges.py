"""What a worker gives up at start: every capability but the few that its work needs (capabilities(7)).

The calls are Linux's own, through ctypes: there is no capget in the standard library, and this much needs no package.
"""

import ctypes
import os
import signal
from enum import IntEnum

_LIBC = ctypes.CDLL(None, use_errno=True)

_PR_SET_PDEATHSIG, _PR_CAPBSET_DROP, _PR_SET_CHILD_SUBREAPER = 1, 24, 36
_LINUX_CAPABILITY_VERSION_3 = 0x20080522
_LAST_CAPABILITY = 40


class Capability(IntEnum):
    """Numbers of <linux/capability.h>."""

    CHOWN = 0
    DAC_OVERRIDE = 1
    KILL = 5
    SETGID = 6
    SETUID = 7
    NET_BIND_SERVICE = 10
    NET_ADMIN = 12
    NET_RAW = 13


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = (("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32))


def _check(result: int, what: str) -> None:
    if result != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{what}: {os.strerror(code)}")


def held() -> frozenset[int]:
    """Capabilities that this process may use."""
    data = (_Data * 2)()
    _check(_LIBC.capget(ctypes.byref(_Header(_LINUX_CAPABILITY_VERSION_3, 0)), data), "capget")
    return frozenset(bit for bit in range(_LAST_CAPABILITY + 1) if data[bit // 32].effective >> bit % 32 & 1)


def keep_only(wanted: frozenset[Capability], *, for_programs_too: bool) -> None:
    """Drop all capabilities but `wanted` (those of them that we have). OSError if the kernel refuses.

    With `for_programs_too` the bounding set shrinks as well. Without it a program that this process runs as root has
    root's capabilities, as a notify script that calls ip(8) expects.
    """
    now = held()
    kept = now & wanted
    if for_programs_too:
        for bit in now - kept:
            _LIBC.prctl(_PR_CAPBSET_DROP, bit, 0, 0, 0)  # refused without CAP_SETPCAP: then it was never ours to lower
    data = (_Data * 2)()
    for bit in kept:
        data[bit // 32].effective |= 1 << bit % 32
        data[bit // 32].permitted |= 1 << bit % 32
    _check(_LIBC.capset(ctypes.byref(_Header(_LINUX_CAPABILITY_VERSION_3, 0)), data), "capset")


def end_with_parent(parent: int) -> None:
    """Be killed when the parent dies, at whatever moment that happens; exits here if it has happened already."""
    _check(_LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0), "prctl")
    if os.getppid() != parent:
        os._exit(0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent has ended."""
    _check(_LIBC.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), "prctl")
