"""A User-Mode Linux machine: Debian's kernel with IPVS as an ordinary process, this machine's files as its root.

What lives here: booting it for one command, with a time limit, its output streamed, its exit status known, and nothing
left behind. Nothing is written but in a temporary folder. What does not: which tests run inside (conftest.py).
"""

import contextlib
import logging
import os
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.uml import registers

KERNEL = Path("/usr/bin/linux.uml")
MODULES = Path("/usr/lib/uml/modules")
CHANNEL = "/dev/tty1"
"""Inside: what is written here comes out line by line, apart from the console."""

INIT = """\
#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin TMPDIR={folder} PYTHONDONTWRITEBYTECODE=1 {environment}
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t tmpfs tmpfs /run
echo {folder}/modprobe > /proc/sys/kernel/modprobe
ip link set lo up
cd {cwd}
{command}
echo "status $?" > {channel}
echo o > /proc/sysrq-trigger
exec sleep 60
"""
"""The machine's first process. Modules are found through our own modprobe, for lack of a /lib/modules that fits."""

MODPROBE = """\
#!/bin/sh
GLIBC_TUNABLES={tunables} exec /usr/sbin/modprobe -d {folder} "$@"
"""
"""The kernel runs this with an environment of its own."""

log = logging.getLogger(__name__)

Line = Callable[[str | None], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a command on the machine ended."""

    status: int | None
    """Exit status; None: it did not end in time, or the machine died."""
    console: str


def missing() -> str | None:
    """Why no machine can be booted here; None if one can."""
    if not KERNEL.exists() or not MODULES.is_dir():
        return "User-Mode Linux is not installed (Debian: package user-mode-linux)"
    return None


class Machine:
    """One machine that runs one command in the present folder and powers off; a context manager that ends it.

    `on_line` is called on another thread with each line that is written to CHANNEL, and with None after the last one.
    The console is logged as it comes: see it live by `pytest --log-cli-level=INFO`.
    """

    def __init__(self, command: list[str], environment: Mapping[str, str], on_line: Line) -> None:
        self._on_line = on_line
        self._console: list[str] = []
        self._status: int | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="alived-uml-")
        folder = Path(self._folder.name)
        _write_scripts(folder, command, environment)
        channel, into_channel = os.pipe()
        self._process = _boot(folder, into_channel)
        os.close(into_channel)
        self._threads = (
            threading.Thread(target=self._read_console),
            threading.Thread(target=self._read_channel, args=(channel,)),
        )
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *exception: object) -> None:
        self.end()

    def wait(self, limit: float) -> Outcome:
        """Wait until the machine is off, at most `limit` seconds; then it is ended."""
        try:
            self._process.wait(limit)
        except subprocess.TimeoutExpired:
            self._console.append(f"(no end after {limit:g} s)\n")
        return self.end()

    def end(self) -> Outcome:
        """End the machine and all processes that it is made of, which are a session of their own."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for thread in self._threads:
            thread.join()
        self._folder.cleanup()
        return Outcome(status=self._status, console="".join(self._console))

    def _read_console(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._console.append(line.decode(errors="replace").replace("\r", ""))
                log.info("%s", self._console[-1].rstrip())

    def _read_channel(self, channel: int) -> None:
        with open(channel, encoding="utf-8", errors="replace") as lines:
            for line in lines:
                word, _, rest = line.strip().partition(" ")
                if word == "status":
                    self._status = int(rest)
                elif word:
                    self._on_line(line.strip())
        self._on_line(None)


def run(
    command: list[str],
    *,
    limit: float,
    environment: Mapping[str, str] | None = None,
    on_line: Line = lambda _line: None,
) -> Outcome:
    """Boot a machine for a command, and wait for its end."""
    with Machine(command, environment or {}, on_line) as machine:
        return machine.wait(limit)


def _write_scripts(folder: Path, command: list[str], environment: Mapping[str, str]) -> None:
    (version,) = (path.name for path in MODULES.iterdir())
    modules = folder / "lib" / "modules"
    modules.mkdir(parents=True)
    (modules / version).symlink_to(MODULES / version)
    init = INIT.format(
        folder=folder,
        environment=" ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items()),
        cwd=shlex.quote(str(Path.cwd())),
        command=shlex.join(command),
        channel=CHANNEL,
    )
    for name, text in (("init", init), ("modprobe", MODPROBE.format(folder=folder, tunables=registers.TUNABLES))):
        script = folder / name
        script.write_text(text)
        script.chmod(0o755)


def _boot(folder: Path, channel: int) -> subprocess.Popen[bytes]:
    kernel = [
        str(KERNEL), "rootfstype=hostfs", "rw", f"init={folder}/init", "mem=512M", "quiet", f"uml_dir={folder}/",
        "con=null", "con0=null,fd:1", f"con1=null,fd:{channel}", f"GLIBC_TUNABLES={registers.TUNABLES}",
    ]  # fmt: skip
    return subprocess.Popen(
        [sys.executable, registers.__file__, *kernel],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(channel,),
        start_new_session=True,
    )
