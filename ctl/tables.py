"""PURE: the documents that the daemon answers with, as text for a person. `--json` shows the documents themselves."""

from collections.abc import Iterable, Sequence
from typing import Any

from alived.ipc.messages import Document, Message

LEVELS = {3: "error", 4: "warning", 5: "notice", 6: "info", 7: "debug"}


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Columns as wide as they need to be, two spaces apart; None is a dash."""
    cells = [list(head), *(["-" if cell is None or cell == "" else str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells
    )


def duration(seconds: float | None) -> str:
    """`3.2s`, `4m10s`, `5h02m`, `3d04h`."""
    if seconds is None:
        return "-"
    whole = int(seconds)
    if whole < 60:
        return f"{seconds:.1f}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d{whole % 86400 // 3600:02d}h"


def workers(document: Document) -> str:
    """`alivectl workers`."""
    return table(
        ("WORKER", "STATE", "PID", "UPTIME", "RESTARTS", "CPU", "MEMORY", "LAG"),
        (
            (
                worker["name"],
                worker["state"],
                worker.get("pid"),
                duration(worker.get("uptime")),
                worker.get("restarts"),
                f"{worker['cpu_seconds']:.2f}s" if "cpu_seconds" in worker else None,
                f"{worker['memory'] / 1e6:.1f}MB" if "memory" in worker else None,
                f"{worker['loop_lag'] * 1000:.1f}ms" if "loop_lag" in worker else None,
            )
            for worker in document["workers"]
        ),
    )


def status(document: Document) -> str:
    """`alivectl status`."""
    parts = [
        f"{document['version']}, pid {document['pid']}, {'ready' if document['ready'] else 'not ready'}",
        f"configuration {document['config_file']}, generation {document['generation']}",
    ]
    if document["reload_error"]:
        parts.append(f"LAST RELOAD REFUSED: {document['reload_error']}; the configuration before it is in force")
    parts += ["", workers(document)]
    if document["instances"]:
        rows = (
            (
                instance["name"],
                instance.get("state"),
                duration(instance.get("seconds_in_state")),
                instance.get("priority"),
                instance.get("master"),
                instance.get("reason"),
            )
            for instance in document["instances"]
        )
        parts += ["", table(("INSTANCE", "STATE", "FOR", "PRIORITY", "MASTER", "WHY"), rows)]
    if document["virtual_servers"]:
        services = (
            (
                service["name"],
                {True: "up", False: "down", None: "-"}[service.get("quorum_up")],
                service.get("weight"),
                " ".join(service["down"]),
            )
            for service in document["virtual_servers"]
        )
        parts += ["", table(("VIRTUAL SERVER", "QUORUM", "WEIGHT", "DOWN"), services)]
    return "\n".join(parts)


def vrrp(document: Document) -> str:
    """`alivectl vrrp`."""
    head = (
        *("INSTANCE", "STATE", "FOR", "PRIORITY", "GROUP", "INTERFACE", "VRID", "MASTER", "LAST ADVERT", "ALSO MASTER"),
        *("ADDRESSES", "WHY"),
    )
    return table(head, (_instance(instance) for instance in document["instances"]))


def _instance(instance: Document) -> tuple[Any, ...]:
    priority, heard, other = instance["priority"], instance["last_advert_age"], instance.get("other_master")
    changes = ", ".join(priority["reasons"])
    absent = [f"{address['address']} ABSENT" for address in instance["addresses"] if not address["present"]]
    return (
        instance["instance"],
        instance["state"],
        duration(instance["age"]),
        f"{priority['effective']} ({changes})" if changes else priority["effective"],
        instance.get("sync_group"),
        instance["interface"],
        instance["virtual_router_id"],
        instance["master"],
        f"{duration(heard)} ago" if heard is not None else None,
        _also_master(other) if other is not None else None,
        " ".join(absent if instance["state"] == "MASTER" else ())
        or " ".join(address["address"] for address in instance["addresses"]),
        "; ".join(instance["faults"]) or instance["reason"],
    )


def _also_master(other: Document) -> str:
    return f"{other['source']} (refused)" if other.get("refused") else str(other["source"])


def lvs(document: Document) -> str:
    """`alivectl lvs`."""
    rows: list[tuple[Any, ...]] = []
    for service in document["virtual_servers"]:
        kind = f"{service['scheduler']} {service['forwarding']}"
        state = "up" if service["quorum_up"] else "no quorum"
        rows.append((service["name"], kind, state, service["weight"], _connections(service), None))
        for server in service["real_servers"]:
            why = "; ".join(check["reason"] for check in server["checks"])
            state = "up" if server["up"] else "down"
            rows.append((f"  {server['name']}", "", state, server["kernel_weight"], _connections(server), why))
    head = ("SERVER", "HOW", "STATE", "WEIGHT", "CONNECTIONS", "WHY")
    return f"data plane: {document['backend']}\n\n{table(head, rows)}"


def _connections(counted: Document) -> Any:
    return counted["counters"].get("connections")


def checks(document: Document) -> str:
    """`alivectl checks`."""
    now = document["now"]
    rows = [(script["script"], "", *_verdict(script, now)) for script in document["scripts"]]
    for server in document["real_servers"]:
        rows += [(check["check"], server["virtual_server"], *_verdict(check, now)) for check in server["checks"]]
    return table(("CHECK", "FOR", "VERDICT", "SINCE", "LAST RUN", "NEXT", "WHY"), rows)


def _verdict(check: Document, now: float) -> tuple[str, ...]:
    """The columns that scripts and checks of real servers have in common."""
    started, due = check["last_started"], check["next_due"]
    return (
        {True: "up", False: "down", None: "not known"}[check["up"]],
        duration(now - check["since"]) if check["since"] is not None else "-",
        f"{duration(now - started)} ago" if started is not None else "-",
        f"in {duration(max(due - now, 0.0))}" if due is not None else "now",
        check["local_error"] or check["reason"],
    )


def reload(document: Document) -> str:
    """`alivectl reload`."""
    lines = list(document["problems"])
    lines += document["changes"] or (["nothing changed"] if document["applied"] else [])
    if not document["applied"]:
        lines.append("refused: the configuration before it stays in force")
    return "\n".join(lines)


def plan(document: Document) -> str:
    """`alivectl plan`."""
    lines = list(document["problems"])
    if document["refused"]:
        lines.append(f"a reload would be refused: {document['refused']}")
    elif not document["changes"]:
        lines.append("nothing would change")
    else:
        rows = (row for change in document["changes"] for row in _change(change))
        lines += [table(("OBJECT", "VALUE", "OLD", "NEW", "DISTURBS", "WHY"), rows), ""]
        lines.append(f"would disturb at worst: {document['disturbs']}")
    return "\n".join(lines)


def _change(change: Document) -> Iterable[tuple[Any, ...]]:
    """A line for each value, and for each element of a list that comes or goes."""
    if not change["values"]:
        yield change["object"], change["what"], None, None, change["disturbs"], change["reason"]
    for value in change["values"]:
        told = value["disturbs"], value["reason"]
        pairs = [*((gone, None) for gone in value["removed"]), *((None, come) for come in value["added"])]
        for old, new in pairs or [(value["old"], value["new"])]:
            yield change["object"], value["name"], old, new, *told


def log_line(worker: str, stamp: str, level: int, text: str) -> str:
    """One line of a log."""
    return f"{stamp} {worker:<10} {LEVELS.get(level, str(level)):<7} {text}"


def event(message: Message) -> str:
    """One event: its kind, then its fields."""
    fields = {name: getattr(message, name) for name in type(message).__dataclass_fields__}
    told = (f"{name}={round(value, 3) if isinstance(value, float) else value}" for name, value in fields.items())
    return f"{type(message).__name__} {' '.join(pair for pair in told if not pair.endswith(('=', '=()')))}"
