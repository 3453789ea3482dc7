"""A place for processes with a network, a process table and mounts of its own.

What lives here: the system calls (unshare, setns, mount, prctl) and `Node`, which starts programs in such a place.
What does not: interfaces and addresses (hosts.py).

A node lives as long as its first process, and that one dies with the thread that made the node: the kernel then kills
all that runs inside, and the network is gone. The first process ignores SIGCHLD, so that orphans are reaped at once and
no dead daemon stays visible to `ps`.
"""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_REC = 0x4000
MS_PRIVATE = 0x40000
PR_SET_PDEATHSIG = 1

NEW_PROCESS_TABLE = -1

UNPRIVILEGED = [
    "unshare",
    "--user",
    "--map-root-user",
    "--net",
    "--mount",
    "--pid",
    "--mount-proc",
    "--fork",
    "--kill-child",
]
"""Runs a program as root of namespaces in which it may make more, and come back from them."""

SBIN = "/usr/local/sbin:/usr/sbin:/sbin"
"""Not on the path of ordinary users, who are root here."""

RUN_TIMEOUT = 30.0
"""Seconds that a program which `Node.run` waits for may take."""

_libc = ctypes.CDLL(None, use_errno=True)


class NotPermitted(Exception):
    """Namespaces cannot be made by this process; the text says what would help."""


def _call(function: str, *arguments: object) -> None:
    if getattr(_libc, function)(*arguments) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{function}: {os.strerror(number)}")


def become_root() -> None:
    """Go on as root: if need be, start this program anew as root of a user namespace (does not return then)."""
    if os.geteuid() == 0:
        return
    again = [*UNPRIVILEGED, "--", sys.executable, *sys.orig_argv[1:]]
    os.execvp("unshare", again)  # noqa: S606 - no shell is wanted


@contextmanager
def _children_in(process_table: int | None) -> Iterator[None]:
    """Let children that this thread starts live in a process table: a descriptor, a new one, or None for our own."""
    if process_table is None:
        yield
        return
    here = os.open("/proc/thread-self/ns/pid", os.O_RDONLY)
    try:
        if process_table == NEW_PROCESS_TABLE:
            _call("unshare", CLONE_NEWPID)
        else:
            _call("setns", process_table, CLONE_NEWPID)
        yield
    finally:
        _call("setns", here, CLONE_NEWPID)
        os.close(here)


class Node:
    """A network namespace, and for a `whole` node also a process table and mounts of its own."""

    def __init__(self, *, whole: bool) -> None:
        self._pids: int | None = None
        self._children: list[subprocess.Popen[str]] = []
        self.at_end = ExitStack()
        """What users of the node opened for it; closed with it."""
        try:
            self._first = self._start_first(whole)
        except (OSError, subprocess.SubprocessError) as error:
            raise NotPermitted(f"making namespaces needs root, or `{' '.join(UNPRIVILEGED)}`") from error
        self._entrances = [self._open(kind) for kind in (("net", "mnt") if whole else ("net",))]
        if whole:
            self._pids = self._open("pid")

    @staticmethod
    def _start_first(whole: bool) -> subprocess.Popen[bytes]:
        def prepare() -> None:
            _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            signal.signal(signal.SIGCHLD, signal.SIG_IGN)
            _call("unshare", CLONE_NEWNET | (CLONE_NEWNS if whole else 0))
            if whole:
                _call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
                _call("mount", b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, None)

        with _children_in(NEW_PROCESS_TABLE if whole else None):
            return subprocess.Popen(
                ["sleep", "infinity"],
                preexec_fn=prepare,  # noqa: PLW1509 - see popen
                start_new_session=True,
                stdin=subprocess.DEVNULL,
            )

    def _open(self, kind: str) -> int:
        descriptor = os.open(f"/proc/{self._first.pid}/ns/{kind}", os.O_RDONLY)
        self.at_end.callback(os.close, descriptor)
        return descriptor

    @property
    def pid(self) -> int:
        """The first process, as this process sees it."""
        return self._first.pid

    def path(self, inside: str) -> Path:
        """A file of the node, as this process reaches it."""
        return Path(f"/proc/{self.pid}/root") / inside.lstrip("/")

    def popen(
        self, *argv: str, output: IO[str] | int | None = None, errors: IO[str] | int | None = None, **env: str
    ) -> subprocess.Popen[str]:
        """Start a program inside; its pid is the one that this process sees. `env` is added to the environment."""

        def enter() -> None:
            _call("prctl", PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
            for entrance in self._entrances:
                _call("setns", entrance, 0)

        with _children_in(self._pids):
            process = subprocess.Popen(
                argv,
                preexec_fn=enter,  # noqa: PLW1509 - no other way into a namespace; who uses this has one thread
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                text=True,
                env={**os.environ, "PATH": f"{os.environ.get('PATH', '/usr/bin:/bin')}:{SBIN}", **env},
            )
        self._children.append(process)
        return process

    def run(self, *argv: str, check: bool = True) -> str:
        """Run a program inside and give its output; one that fails, or takes too long, is an error that tells all."""
        process = self.popen(*argv, output=subprocess.PIPE, errors=subprocess.STDOUT)
        try:
            output, _ = process.communicate(timeout=RUN_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        if check and process.returncode:
            raise RuntimeError(f"{' '.join(argv)}: exit {process.returncode}\n{output}")
        return output

    @contextmanager
    def network(self) -> Iterator[None]:
        """Let this thread make sockets inside; they stay there."""
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        try:
            _call("setns", self._entrances[0], CLONE_NEWNET)
            yield
        finally:
            _call("setns", here, CLONE_NEWNET)
            os.close(here)

    def close(self) -> None:
        """End everything inside."""
        self._first.kill()
        for child in self._children:  # before the first process: it is not gone while one of them is not reaped
            child.kill()
            child.wait()
        self._first.wait()
        self.at_end.close()
