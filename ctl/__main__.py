"""The commands of alivectl, and its exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no daemon there."""

import argparse
import contextlib
import dataclasses
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from alived.ctl import monitor, processes, tables, why
from alived.ipc import paths
from alived.ipc.bus import Client, NoDaemon
from alived.ipc.messages import Document, LogLine, Message, Reply

EXIT_OK, EXIT_REFUSED, EXIT_NO_DAEMON = 0, 1, 3

TIMEOUT = 5.0
"""Seconds to wait for an answer."""

RELOAD_TIMEOUT = 60.0
"""Seconds to wait for a reload, which ends when all workers have taken on what changed, or for its plan."""

Show = Callable[[Document], str]

VIEWS: dict[str, tuple[str, Show]] = {
    "status": ("everything in short", tables.status),
    "vrrp": ("VRRP instances: state, priority, faults, adverts", tables.vrrp),
    "lvs": ("virtual and real servers, as the kernel has them", tables.lvs),
    "checks": ("health checks and track scripts", tables.checks),
    "workers": ("the daemon's processes", tables.workers),
}

CHANGES: dict[str, Show] = {"reload": tables.reload, "plan": tables.plan}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="alivectl", description="Ask and steer a running alived.")
    parser.add_argument("--runtime-dir", type=Path, default=paths.DEFAULT_RUNTIME_DIR, metavar="DIR")
    parser.add_argument("--json", action="store_true", help="documents instead of tables; see docs/alivectl.md")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    for name, (text, _) in VIEWS.items():
        commands.add_parser(name, help=text, parents=[common])
    one = commands.add_parser("why", help="one VRRP instance: what it is, since when, and why", parents=[common])
    one.add_argument("instance", metavar="INSTANCE")
    wire = commands.add_parser("monitor", help="adverts on the wire, and what is wrong with them", parents=[common])
    wire.add_argument("interface", nargs="?", metavar="IFACE", help="one interface only")
    wire.add_argument("-c", "--count", type=_positive, metavar="COUNT", help="end after so many adverts")
    wire.add_argument("-t", "--time", type=_seconds, metavar="SECONDS", help="end after so many seconds")
    logs = commands.add_parser("logs", help="what the processes logged", parents=[common])
    logs.add_argument("worker", nargs="?", choices=("supervisor", "vrrp", "checker", "lvs"), help="one process only")
    logs.add_argument("-f", "--follow", action="store_true", help="go on with new lines until interrupted")
    logs.add_argument("-n", "--lines", type=_positive, default=50, metavar="N", help="how many of the last lines (50)")
    events = commands.add_parser("events", help="the present state as events", parents=[common])
    events.add_argument("-f", "--follow", action="store_true", help="go on with new events until interrupted")
    commands.add_parser(
        "reload", help="read the configuration again, as SIGHUP does, and say what changed", parents=[common]
    )
    plan = commands.add_parser("plan", help="what a reload would change and disturb; nothing is done", parents=[common])
    plan.add_argument("file", nargs="?", type=_file, metavar="FILE", help="instead of the daemon's configuration file")
    commands.add_parser("stop", help="stop the daemon", parents=[common])
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number")
    return int(text)


def _seconds(text: str) -> float:
    if not (text.replace(".", "", 1).isdecimal() and text.isascii()):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return float(text)


def _file(text: str) -> str:
    """The path as the daemon, which works elsewhere, has to know it."""
    path = str(Path(text).absolute())
    if not path.isprintable():
        raise argparse.ArgumentTypeError(f"the name of a file is text, and not {text!r}")
    return path


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = _parser().parse_args(argv)
    timeout = RELOAD_TIMEOUT if arguments.command in ("reload", "plan") else TIMEOUT
    try:
        if arguments.command == "monitor":
            return _monitor(arguments)
        with contextlib.closing(
            Client(paths.bus(arguments.runtime_dir), paths.events(arguments.runtime_dir), timeout)
        ) as client:
            return _run(client, arguments)
    except NoDaemon as error:
        sys.stderr.write(f"alivectl: {error}\n")
        return EXIT_NO_DAEMON
    except KeyboardInterrupt:
        return EXIT_OK
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is buffered goes there at the exit
        return EXIT_OK


def _run(client: Client, arguments: argparse.Namespace) -> int:
    match arguments.command:
        case "logs":
            return _logs(client, arguments)
        case "events":
            return _events(client, arguments)
        case "why":
            return _why(client, arguments)
    reply = client.ask(arguments.command, {"file": arguments.file} if arguments.command == "plan" else None)
    if not reply.ok:
        return _refused(reply)
    document = reply.body
    if "workers" in document:
        processes.enrich(document["workers"])
    if arguments.json:
        print(json.dumps(document, indent=2))
    elif arguments.command in VIEWS:
        print(VIEWS[arguments.command][1](document))
    elif arguments.command in CHANGES:
        print(CHANGES[arguments.command](document))
    refused = document.get("refused") or not document.get("applied", True)
    return EXIT_REFUSED if refused else EXIT_OK


def _why(client: Client, arguments: argparse.Namespace) -> int:
    reply = client.ask("vrrp", {"instance": arguments.instance})
    if not reply.ok:
        known = client.ask("status").body
        names = [instance["name"] for instance in known.get("instances", ())]
        departed = known.get("departed", ())
        if (names or departed) and arguments.instance not in names:
            sys.stderr.write(f"alivectl: {why.unknown(arguments.instance, names, departed)}\n")
            return EXIT_REFUSED
        return _refused(reply)
    (document,) = reply.body["instances"]
    print(json.dumps(document, indent=2) if arguments.json else why.why(document))
    return EXIT_OK


def _monitor(arguments: argparse.Namespace) -> int:
    name, count, seconds = arguments.interface, arguments.count, arguments.time
    try:
        monitor.run(name, arguments.runtime_dir, count=count, seconds=seconds, as_json=arguments.json)
    except BrokenPipeError:
        raise
    except OSError as error:
        where = name or "the interfaces"
        sys.stderr.write(f"alivectl: it cannot listen on {where}: {error.strerror}\n")
        return EXIT_REFUSED
    return EXIT_OK


def _refused(reply: Reply) -> int:
    sys.stderr.write(f"alivectl: {reply.body.get('error')}\n")
    return EXIT_REFUSED


def _logs(client: Client, arguments: argparse.Namespace) -> int:
    stream = client.events() if arguments.follow else None
    if stream is not None:
        while next(stream) is not None:  # what is retained; from its end on no line is missed
            pass
    reply = client.ask("logs", {"worker": arguments.worker, "count": arguments.lines})
    if not reply.ok:
        return _refused(reply)
    shown = 0.0
    for line in reply.body["lines"]:
        _print_line(LogLine(**line), as_json=arguments.json)
        shown = line["time"]
    for message in stream or ():
        if isinstance(message, LogLine) and message.time > shown and arguments.worker in (None, message.worker):
            _print_line(message, as_json=arguments.json)
    return EXIT_OK


def _print_line(line: LogLine, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(dataclasses.asdict(line)), flush=True)
    else:
        stamp = time.strftime("%b %d %H:%M:%S", time.localtime(line.time))
        print(tables.log_line(line.worker, stamp, line.level, line.text), flush=True)


def _events(client: Client, arguments: argparse.Namespace) -> int:
    for message in client.events():
        if message is None:
            if not arguments.follow:
                break
        elif not isinstance(message, LogLine):
            _print_event(message, as_json=arguments.json)
    return EXIT_OK


def _print_event(message: Message, *, as_json: bool) -> None:
    if as_json:
        fields: dict[str, Any] = dataclasses.asdict(message)
        print(json.dumps({"event": type(message).__name__, **fields}), flush=True)
    else:
        print(tables.event(message), flush=True)


if __name__ == "__main__":
    sys.exit(main())
