"""From the command line to a running parent: the background, the runtime directory, the pid file, the log.

What does not live here: what the daemon then does (parent.py). Errors here are one line on standard error.
"""

import asyncio
import logging
import sys
from dataclasses import replace

from alived.ipc import privileges
from alived.supervisor.daemon import daemonize
from alived.supervisor.options import Options
from alived.supervisor.parent import Parent
from alived.supervisor.pidfile import AlreadyRunning, PidFile
from alived.supervisor.sinks import Output, SinkHandler, Sinks, console, log_daemon

EXIT_FAILED = 1


def run(options: Options) -> int:
    """Start the daemon and be it; returns the exit code."""
    options = replace(
        options,
        config_file=options.config_file.absolute(),
        runtime_dir=options.runtime_dir.absolute(),
        pid_file=options.pid_file.absolute(),
    )
    if not options.dont_fork:
        daemonize()
    try:
        options.runtime_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        options.runtime_dir.chmod(0o700)
        pid_file = PidFile(options.pid_file)
    except (OSError, AlreadyRunning) as error:
        sys.stderr.write(f"alived: {error}\n")
        return EXIT_FAILED
    privileges.adopt_orphans()
    sinks = Sinks(_outputs(options))
    root = logging.getLogger()
    root.handlers[:] = [SinkHandler(sinks)]
    root.setLevel(logging.DEBUG if options.log_detail else logging.INFO)
    try:
        return asyncio.run(_main(options, sinks))
    finally:
        pid_file.remove()


async def _main(options: Options, sinks: Sinks) -> int:
    return await Parent(options, sinks).run()


def _outputs(options: Options) -> list[Output]:
    outputs: list[Output] = [console] if options.log_console else []
    if not options.no_syslog and (daemon := log_daemon(options.log_facility)) is not None:
        outputs.append(daemon)
    return outputs
