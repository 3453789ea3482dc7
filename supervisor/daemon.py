"""Leaving the terminal: what keepalived does unless it is told `-n` (daemon(7), the old style)."""

import os


def daemonize() -> None:
    """Go to the background: a new session, no terminal, / as the working directory, /dev/null as standard input.

    Returns in the background process only; the one that was called exits with 0.
    """
    for first in (True, False):
        if os.fork():
            os._exit(0)
        if first:
            os.setsid()
    os.chdir("/")
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.close(null)
