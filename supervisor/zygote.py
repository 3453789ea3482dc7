"""The helper that forks workers: one process that has imported what they need and runs nothing of it.

The supervisor has live ZeroMQ threads and must not fork. This process has none: it imports a worker's modules when it
is first asked for it, freezes the collector so that their pages stay shared, and forks. From the second life on there
is no import in between: a worker is running some milliseconds after its predecessor died.

A worker is forked twice, and the process in between ends: so it becomes a child of the supervisor (which adopts
orphans, privileges.py), and the supervisor itself learns of its death and reaps it.

Protocol, on a SEQPACKET socket: a 0 when it serves; then to each JSON request with a worker's standard error attached
the pid of that worker, and to one that has nothing attached a 0, as that only imports. The other end's closing ends
this process.
"""

import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys

import setproctitle

from alived.ipc import log, loop, privileges
from alived.supervisor.forker import MAX_REQUEST
from alived.supervisor.team import TEAM, Spec


def serve(channel: socket.socket) -> None:
    """Answer requests until the supervisor is gone."""
    setproctitle.setproctitle("alived: zygote")
    for meant_for_the_supervisor in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(meant_for_the_supervisor, signal.SIG_IGN)  # also when a terminal or systemd sends it to all of us
    channel.send(b"0")
    while True:
        data, descriptors, _, _ = socket.recv_fds(channel, MAX_REQUEST, 1)
        if not data:
            return
        request = json.loads(data)
        _import(TEAM[request["worker"]])
        pid = 0
        for stderr in descriptors:
            pid = _fork(channel, request, stderr)
            os.close(stderr)
        channel.send(str(pid).encode())


def _import(spec: Spec) -> None:
    if spec.module not in sys.modules:
        with contextlib.suppress(Exception):  # the worker itself meets it again, and says it in its own log
            importlib.import_module(spec.module)
        gc.collect()
        gc.freeze()


def _fork(channel: socket.socket, request: dict[str, str | int], stderr: int) -> int:
    """Fork the worker, as a child of the supervisor; returns its pid."""
    told_pid, tell_pid = os.pipe()
    wait_go, say_go = os.pipe()
    middle = os.fork()
    if middle == 0:
        worker = os.fork()
        if worker == 0:
            channel.close()
            for descriptor in (told_pid, tell_pid, say_go):
                os.close(descriptor)
            os.read(wait_go, 1)
            os.close(wait_go)
            _become(request, stderr)
        os.write(tell_pid, str(worker).encode())
        os._exit(0)
    os.waitpid(middle, 0)  # from here on the worker is the supervisor's child
    pid = int(os.read(told_pid, 32))
    os.write(say_go, b"!")
    for descriptor in (told_pid, tell_pid, wait_go, say_go):
        os.close(descriptor)
    return pid


def _become(request: dict[str, str | int], stderr: int) -> None:
    """Be the worker, from a fresh process to its end. Does not return."""
    code = 1
    try:
        spec = TEAM[str(request["worker"])]
        setproctitle.setproctitle(f"alived: {spec.name}")
        log.to_pipe(stderr, int(request["log_level"]))
        os.close(stderr)
        _drop(spec, int(request["parent"]))
        factory = importlib.import_module(spec.module).make
        code = loop.run(spec.name, str(request["identity"]), str(request["endpoint"]), factory)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(code)  # the zygote's own frames and exit handlers are not this process's


def _drop(spec: Spec, parent: int) -> None:
    privileges.keep_only(spec.capabilities, for_programs_too=not spec.runs_programs)
    privileges.end_with_parent(parent)  # last: a change of credentials would undo it


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):  # the supervisor is gone before it had its answer
        serve(socket.socket(fileno=int(sys.argv[1])))
