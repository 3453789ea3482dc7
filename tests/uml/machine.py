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

Line = Callable[[str], None]


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


def run(
    command: list[str],
    *,
    limit: float,
    environment: Mapping[str, str] | None = None,
    on_line: Line = lambda _line: None,
) -> Outcome:
    """Boot, run one command in the present folder, and power off, all within `limit` seconds.

    `on_line` is called on another thread with each line that is written to CHANNEL. The console is logged as it comes:
    see it live by `pytest --log-cli-level=INFO`.
    """
    with tempfile.TemporaryDirectory(prefix="alived-uml-") as name:
        folder = Path(name)
        _write_scripts(folder, command, environment or {})
        return _boot(folder, limit, on_line)


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


def _boot(folder: Path, limit: float, on_line: Line) -> Outcome:
    channel, into_channel = os.pipe()
    kernel = [
        str(KERNEL), "rootfstype=hostfs", "rw", f"init={folder}/init", "mem=512M", "quiet", f"uml_dir={folder}/",
        "con=null", "con0=null,fd:1", f"con1=null,fd:{into_channel}", f"GLIBC_TUNABLES={registers.TUNABLES}",
    ]  # fmt: skip
    machine = subprocess.Popen(
        [sys.executable, registers.__file__, *kernel],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=(into_channel,),
        start_new_session=True,
    )
    os.close(into_channel)
    console: list[str] = []
    statuses: list[int] = []
    threads = (
        threading.Thread(target=_read_console, args=(machine, console)),
        threading.Thread(target=_read_channel, args=(channel, on_line, statuses)),
    )
    for thread in threads:
        thread.start()
    try:
        machine.wait(limit)
    except subprocess.TimeoutExpired:
        console.append(f"(no end after {limit:g} s)\n")
    finally:
        _kill(machine)
        for thread in threads:
            thread.join()
    return Outcome(status=statuses[-1] if statuses else None, console="".join(console))


def _kill(machine: subprocess.Popen[bytes]) -> None:
    """The machine and all processes that it is made of: they are a session of their own."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(machine.pid, signal.SIGKILL)
    machine.wait()


def _read_console(machine: subprocess.Popen[bytes], console: list[str]) -> None:
    assert machine.stdout is not None
    with machine.stdout as lines:
        for line in lines:
            console.append(line.decode(errors="replace").replace("\r", ""))
            log.info("%s", console[-1].rstrip())


def _read_channel(channel: int, on_line: Line, statuses: list[int]) -> None:
    with open(channel, encoding="utf-8", errors="replace") as lines:
        for line in lines:
            word, _, rest = line.strip().partition(" ")
            if word == "status":
                statuses.append(int(rest))
            elif word:
                on_line(line.strip())
