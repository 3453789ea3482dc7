"""One run of one program: started without a shell, watched through a pidfd, ended with all its descendants, reaped.

Programs are started through setpriv(1) of util-linux, which changes the user, sets the parent-death signal and then
becomes the program. So the checker itself only ever vforks, which costs no copy of its memory and is safe beside
ZeroMQ's threads; a program of root's gets root's capabilities before its path is walked; and a script without a `#!`
line is given to /bin/sh, as keepalived does (execvp(3)).

What a program finds is what keepalived gives it: the daemon's environment, `/` as its directory, default signals, one
group and no supplementary ones, an own session, nothing to read, no descriptor but 0, 1 and 2. What does not live here:
what a run means (scripts.py, notify.py) and which program may run when.
"""

import asyncio
import contextlib
import functools
import os
import shutil
import signal
import subprocess
from pathlib import Path

from alived.ipc.model.common import Program
from alived.workers.checker.outcome import Down, Outcome, Up
from alived.workers.checker.output import Output

GRACE = 2.0
"""Seconds between SIGTERM and SIGKILL, as in keepalived."""

_OURS = frozenset({"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
"""Variables by which systemd speaks to the daemon, not to its scripts."""

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

_MAX_REASON = 200
"""Characters of a program's output that become part of a reason."""


@functools.cache
def setpriv() -> str:
    """Path of the tool that starts programs. FileNotFoundError: util-linux is not installed."""
    found = shutil.which("setpriv", path=_PATH)
    if found is None:
        raise FileNotFoundError("setpriv (of util-linux), which every program is started through, was not found")
    return found


def give_programs_default_signals() -> None:
    """What this process ignores or blocks, programs would inherit: from now on it is taken and dropped instead."""

    def drop(signum: int, frame: object) -> None:
        """A handler, unlike SIG_IGN, does not survive execve(2)."""

    for number in signal.valid_signals():
        # SIGPIPE and SIGXFSZ, which Python ignores, are restored by subprocess
        if signal.getsignal(number) is signal.SIG_IGN and number not in {signal.SIGPIPE, signal.SIGXFSZ}:
            signal.signal(number, drop)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())


class Run:
    """A program that was started. OSError if it could not be: no process, no descriptor."""

    def __init__(
        self, program: Program, *arguments: str, timeout: float | None = None, dies_with_us: bool = False
    ) -> None:
        """Start it. After `timeout` seconds it has failed and is ended; `dies_with_us`: it gets SIGTERM if we die."""
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self.outcome: asyncio.Future[Outcome] = self._loop.create_future()
        """Settled when the program has ended, or at once when it is ended by us: then it may still be there."""
        self.reaped: asyncio.Future[None] = self._loop.create_future()
        """Settled when the process is gone."""
        self.output = Output()
        self.started = self._loop.time()
        self._ending = False
        try:
            self._process = subprocess.Popen(
                [setpriv(), *_setpriv_options(program, dies_with_us=dies_with_us), "--", *program.argv, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=self.output.writer,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=_environment(),
                start_new_session=True,
            )
        finally:
            self.output.close_writer()
        self._pidfd = self._watch()
        self._loop.add_reader(self._pidfd, self._exited)
        if timeout is not None:
            self._timer = self._loop.call_later(timeout, self.end, f"timed out after {timeout:g} s")

    @property
    def pid(self) -> int:
        """Of the program, which leads its process group."""
        return self._process.pid

    def end(self, why: str) -> None:
        """End the program and all its descendants: SIGTERM now, SIGKILL after a while. Later calls do nothing."""
        if self._ending or self.reaped.done():
            return
        self._ending = True
        self._settle(Down(why))
        self._signal(signal.SIGTERM)
        self._cancel_timer()
        self._timer = self._loop.call_later(GRACE, self._signal, signal.SIGKILL)

    async def gone(self, within: float) -> bool:
        """Wait until the process is gone; False: it is still there after `within` seconds."""
        await asyncio.wait([self.reaped], timeout=within)
        return self.reaped.done()

    def _watch(self) -> int:
        try:
            return os.pidfd_open(self._process.pid)
        except OSError:  # no descriptor left: a program that can't be watched may not run
            self._signal(signal.SIGKILL)
            self._process.wait()
            raise

    def _exited(self) -> None:
        """The pidfd is readable: the program has ended, and is a zombie until we wait for it."""
        self._cancel_timer()
        if self._ending:
            # descendants that outlived SIGTERM; safe, for while the zombie is there its number is not used again
            self._signal(signal.SIGKILL)
        status = self._process.wait()
        self._loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self.output.finish()
        self._settle(_judge(status, self.output.last_line))
        self.reaped.set_result(None)

    def _settle(self, outcome: Outcome) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def _signal(self, number: signal.Signals) -> None:
        # not permitted: a set-user-ID program, and this daemon is an ordinary user's
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _setpriv_options(program: Program, *, dies_with_us: bool) -> list[str]:
    groups = (
        [f"--groups={','.join(map(str, (program.gid, *program.groups)))}"] if _may_set_groups() else ["--keep-groups"]
    )
    return [
        f"--reuid={program.uid}",
        f"--regid={program.gid}",
        *groups,
        f"--pdeathsig={'TERM' if dies_with_us else 'clear'}",
    ]


@functools.cache
def _may_set_groups() -> bool:
    """False for an ordinary user, and in a user namespace that forbids it (user_namespaces(7)): groups stay then."""
    return os.geteuid() == 0 and Path("/proc/self/setgroups").read_text(encoding="ascii").strip() == "allow"


def _environment() -> dict[str, str]:
    return {"PATH": _PATH} | {name: value for name, value in os.environ.items() if name not in _OURS}


def _judge(status: int, last_line: str) -> Outcome:
    """The outcome of a run that ended by itself, with its last words if it went wrong."""
    if status == 0:
        return Up("exited with status 0")
    if status in {126, 127} and last_line.startswith("setpriv: "):
        return Down(f"cannot be run: {last_line.removeprefix('setpriv: ')[:_MAX_REASON]}")
    end = f"exited with status {status}" if status > 0 else f"was killed by {_signal_name(-status)}"
    return Down(f"{end}: {last_line[:_MAX_REASON]}" if last_line else end)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # a real-time signal has no name of its own
        return f"signal {number}"
