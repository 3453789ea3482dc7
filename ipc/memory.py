"""Keeping a process's memory out of swap (mlockall(2)): keepalived's `vrrp_no_swap` and `checker_no_swap`."""

import ctypes
import os
import resource

_LIBC = ctypes.CDLL(None, use_errno=True)
_MCL_CURRENT, _MCL_FUTURE = 1, 2


def lock() -> None:
    """Lock all memory of this process, what it takes later too. OSError: it may not, and nothing is locked.

    With a limit (RLIMIT_MEMLOCK) some later allocation would fail, so that is refused at once.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    if limit != resource.RLIM_INFINITY:
        raise PermissionError(1, f"only {limit // 1024} kB may be locked (RLIMIT_MEMLOCK)")
    if _LIBC.mlockall(_MCL_CURRENT | _MCL_FUTURE):
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
