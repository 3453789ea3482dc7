"""Answers to alivectl: what the supervisor itself knows, as JSON-like documents.

Questions about packets, checks or tables go on to the worker that knows (team.py says which). The documents are
described in docs/alivectl.md. What does not live here: what `reload`, `plan` and `stop` do (parent.py).
"""

import asyncio
import itertools
import os
import time
from collections.abc import Callable, Iterable, Sequence

import alived
from alived.ipc.messages import (
    Document,
    InstanceState,
    PriorityChanged,
    Query,
    RealServerState,
    Reply,
    Retained,
    VirtualServerState,
)
from alived.supervisor.changes import Change, worst
from alived.supervisor.children import Child
from alived.supervisor.crew import Crew
from alived.supervisor.disturbance import Effect
from alived.supervisor.forker import Forker
from alived.supervisor.phase import Phase
from alived.supervisor.router import Router
from alived.supervisor.sinks import Sinks
from alived.supervisor.team import TEAM

ANSWER_TIMEOUT = 2.0
"""Seconds that a worker may take to answer."""

WORKER_OF = {topic: spec.name for spec in TEAM.values() for topic in spec.topics}

DATA = ("status", "workers", "vrrp", "checks", "lvs")
"""Topics of SIGUSR1's dump."""

STATS = ("stats", "lvs")
"""Topics of SIGUSR2's dump."""


class Control:
    """Answers queries, asking workers where they know better."""

    def __init__(self, crew: Crew, router: Router, sinks: Sinks, daemon: Callable[[], Document]) -> None:
        self._crew = crew
        self._router = router
        self._sinks = sinks
        self._daemon = daemon
        self._started_at = time.time()
        self._ids = itertools.count(1)
        self._asked: dict[int, asyncio.Future[Reply]] = {}

    async def answer(self, query: Query) -> Reply:
        """The reply to a query, whatever it is."""
        try:
            body = await self._body(query)
        except LookupError as error:
            return Reply(id=query.id, ok=False, body={"error": str(error.args[0])})
        return Reply(id=query.id, ok=True, body=body)

    async def _body(self, query: Query) -> Document:
        match query.topic:
            case "status":
                return {**self._daemon(), "workers": self._workers(), **overview(self._router.retained)}
            case "workers":
                return {"workers": self._workers()}
            case "logs":
                return logs(self._sinks, query.arguments)
            case topic if topic in WORKER_OF:
                return await self._ask(WORKER_OF[topic], topic, query.arguments)
        raise LookupError(f"nobody knows about {query.topic[:40]!r}")

    def _workers(self) -> list[Document]:
        return workers(self._crew.children.values(), self._crew.forker, self._started_at)

    async def _ask(self, worker: str, topic: str, arguments: Document) -> Document:
        child = self._crew.children[worker]
        if worker not in self._crew.config.slices:
            raise LookupError(f"the configuration has no work for the {worker} worker")
        if not child.reachable:
            raise LookupError(f"the {worker} worker is {child.phase}")
        number = next(self._ids)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self._crew.bus.send(child.identity, Query(id=number, topic=topic, arguments=arguments))
        try:
            reply = await asyncio.wait_for(answer, ANSWER_TIMEOUT)
        except TimeoutError:
            raise LookupError(f"the {worker} worker does not answer") from None
        finally:
            del self._asked[number]
        if not reply.ok:
            raise LookupError(str(reply.body.get("error")))
        return reply.body

    def replied(self, reply: Reply) -> None:
        """A worker answered."""
        waiting = self._asked.get(reply.id)
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)


def workers(children: Iterable[Child], forker: Forker, started_at: float) -> list[Document]:
    """The processes, as `alivectl workers` shows them."""
    now = time.time()
    supervisor = {"name": "supervisor", "state": "ready", "pid": os.getpid(), "uptime": round(now - started_at, 3)}
    crew = [
        {
            "name": child.name,
            "state": str(child.phase),
            "pid": child.pid if child.alive else None,
            "uptime": round(now - child.started_at, 3) if child.alive else None,
            "restarts": child.restarts,
            "generation": child.generation,
            "loop_lag": round(child.loop_lag, 6),
        }
        for child in children
        if child.phase is not Phase.ABSENT
    ]
    zygote = {"name": "zygote", "state": str(forker.phase), "pid": forker.pid, "restarts": forker.restarts}
    return [supervisor, *crew, zygote]


def logs(sinks: Sinks, arguments: Document) -> Document:
    """The last lines of one stream or of all: `worker` (a name or null), `count`."""
    worker, count = arguments.get("worker"), arguments.get("count", 50)
    if not (worker is None or isinstance(worker, str)) or not isinstance(count, int):
        raise LookupError("logs takes a worker's name and a count")
    return {
        "lines": [
            {"worker": line.worker, "time": line.time, "level": line.level, "text": line.text}
            for line in sinks.recent(worker, count)
        ]
    }


def overview(retained: Iterable[tuple[str, Retained]]) -> Document:
    """Instances, virtual servers and real servers in short, from what the workers last said."""
    now = time.monotonic()
    instances: dict[str, Document] = {}
    services: dict[str, Document] = {}
    for _, message in retained:
        match message:
            case InstanceState():
                instances.setdefault(message.instance, {}).update(
                    state=str(message.state),
                    seconds_in_state=round(now - message.since, 3),
                    reason=message.reason,
                    master=message.master or None,
                )
            case PriorityChanged():
                instances.setdefault(message.instance, {}).update(
                    priority=message.effective, base_priority=message.base, reasons=list(message.reasons)
                )
            case VirtualServerState():
                services.setdefault(message.virtual_server, {"down": []}).update(
                    quorum_up=message.quorum_up, weight=message.weight
                )
            case RealServerState(up=False):
                services.setdefault(message.virtual_server, {"down": []})["down"].append(message.real_server)
            case _:
                pass
    return {
        "instances": [{"name": name, **facts} for name, facts in instances.items()],
        "virtual_servers": [{"name": name, **facts} for name, facts in services.items()],
    }


def planned(file: str, refusal: str, found: Sequence[Change], problems: list[str]) -> Document:
    """What a reload from a file would change; `refusal` says why it would not be done, empty: it would."""
    return {
        "file": file,
        "refused": refusal or None,
        "disturbs": str(worst(change.effect for change in found).disturbs),
        "changes": [
            {
                "object": change.key,
                "what": change.sign.name.lower(),
                **_disturbance(change.effect),
                "values": [
                    {
                        "name": value.name,
                        "old": value.old or None,
                        "new": value.new or None,
                        "removed": list(value.gone),
                        "added": list(value.come),
                        **_disturbance(value.effect),
                    }
                    for value in change.values
                ],
            }
            for change in found
        ],
        "problems": problems,
    }


def _disturbance(effect: Effect) -> Document:
    return {"disturbs": str(effect.disturbs), "reason": effect.reason}


def version() -> str:
    """What alived calls itself."""
    return f"alived {alived.__version__}"
