"""From the command line to a running parent: the background, the runtime directory, the pid file, the log.

What does not live here: what the daemon then does (parent.py). A start that is refused is one line for the caller.
"""

import asyncio
import contextlib
import logging
import os
import signal
import stat
from dataclasses import replace
from pathlib import Path

from alived.ipc import paths, privileges
from alived.supervisor import exitcodes
from alived.supervisor.daemon import Caller, daemonize
from alived.supervisor.options import Options
from alived.supervisor.parent import Parent
from alived.supervisor.pidfile import AlreadyRunning, PidFile
from alived.supervisor.sinks import Output, SinkHandler, Sinks, console, log_daemon

LONGEST_SOCKET_PATH = 107
"""Bytes of a socket's path (unix(7))."""


class Refused(Exception):
    """The daemon can't start like this; the text is one line for the user."""


def run(options: Options) -> int:
    """Start the daemon and be it; returns the exit code."""
    options = replace(
        options,
        config_file=options.config_file.absolute(),
        runtime_dir=options.runtime_dir.absolute(),
        pid_file=options.pid_file.absolute(),
    )
    caller = Caller() if options.dont_fork else daemonize()
    for number in (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)  # once there is a pid file these may come, before the loop takes them
    with contextlib.ExitStack() as held:
        try:
            _make_private(options.runtime_dir)
            for path in dict.fromkeys((options.runtime_dir / "alived.pid", options.pid_file)):
                held.callback(PidFile(path).remove)
        except (OSError, AlreadyRunning, Refused) as error:
            return caller.tell(exitcodes.FAILED, f"alived: {error}\n")
        privileges.adopt_orphans()
        sinks = Sinks(_outputs(options))
        root = logging.getLogger()
        root.handlers[:] = [SinkHandler(sinks)]
        root.setLevel(logging.DEBUG if options.log_detail else logging.INFO)
        return asyncio.run(_main(options, sinks, caller))


async def _main(options: Options, sinks: Sinks, caller: Caller) -> int:
    return await Parent(options, sinks, caller).run()


def _make_private(runtime_dir: Path) -> None:
    """Make the directory, or check that in one that exists nobody else can put a socket in place of ours."""
    if len(os.fsencode(paths.events(runtime_dir).removeprefix("ipc://"))) > LONGEST_SOCKET_PATH:
        raise Refused(f"--runtime-dir {runtime_dir}: the path is too long for a socket")
    try:
        runtime_dir.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        found = runtime_dir.stat()
        if not stat.S_ISDIR(found.st_mode):
            raise Refused(f"--runtime-dir {runtime_dir} is not a directory") from None
        if found.st_uid not in (0, os.geteuid()) or found.st_mode & 0o022:
            raise Refused(f"--runtime-dir {runtime_dir}: others can write to it; give a directory of its own") from None


def _outputs(options: Options) -> list[Output]:
    outputs: list[Output] = [console] if options.log_console else []
    if not options.no_syslog and (daemon := log_daemon(options.log_facility)) is not None:
        outputs.append(daemon)
    return outputs
