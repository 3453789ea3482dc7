"""Runs a program without ptrace's register sets: what linux.uml needs on processors with AMX.

linux.uml keeps a process's floating-point registers by PTRACE_SETREGSET in a buffer of fixed size. With AMX the host
wants a larger one, and the kernel dies at its first process. It falls back to PTRACE_SETFPREGS where the other is
missing, so a seccomp filter says that it is. Those registers leave out AVX, so the C library inside has to do without
(TUNABLES). This is done on every processor, so that the machine is the same everywhere.
"""

import ctypes
import errno
import os
import struct
import sys

TUNABLES = "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-XSAVEC,-XSAVE,-AVX_Fast_Unaligned_Load"
"""GLIBC_TUNABLES for the programs inside."""

PTRACE_SYSCALL, PTRACE_GETREGSET, PTRACE_SETREGSET = 101, 0x4204, 0x4205
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, FAIL = 0x7FFF0000, 0x00050000 | errno.EIO

FILTER = b"".join(
    struct.pack("=HBBI", *instruction)
    for instruction in (
        (LOAD, 0, 0, 0),  # seccomp_data.nr
        (JUMP_IF_EQUAL, 0, 4, PTRACE_SYSCALL),
        (LOAD, 0, 0, 16),  # the lower half of seccomp_data.args[0]
        (JUMP_IF_EQUAL, 1, 0, PTRACE_GETREGSET),
        (JUMP_IF_EQUAL, 0, 1, PTRACE_SETREGSET),
        (RETURN, 0, 0, FAIL),
        (RETURN, 0, 0, ALLOW),
    )
)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def give_up_register_sets() -> None:
    """For this process and what it becomes: PTRACE_GETREGSET and PTRACE_SETREGSET fail."""
    libc = ctypes.CDLL(None, use_errno=True)
    program = _Program(len(FILTER) // 8, FILTER)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        raise OSError(ctypes.get_errno(), "can't filter system calls")


if __name__ == "__main__":
    give_up_register_sets()
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 - no shell is wanted
