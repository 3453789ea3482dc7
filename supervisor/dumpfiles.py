"""PURE: the text that SIGUSR2 writes, as keepalived writes it, and the names of the files of both signals.

Programs read these: monitoring agents send the signal and parse the file. What does not live here: what is counted
(workers/vrrp/stats.py), how a file is written (parent.py).
"""

from pathlib import PurePosixPath

from alived.ipc.messages import Document
from alived.ipc.model.settings import Settings

STATS = "keepalived.stats"
"""keepalived's name of the file of SIGUSR2."""

_LINES = (
    ("  Advertisements:", ()),
    ("    Received: ", ("adverts_received",)),
    ("    Sent: ", ("adverts_sent",)),
    ("  Became master: ", ("became_master",)),
    ("  Released master: ", ("lost_master",)),
    ("  Packet Errors:", ()),
    ("    Length: ", ("errors", "length")),
    ("    TTL: ", ("errors", "ttl")),
    ("    Invalid Type: ", ("errors", "invalid_type")),
    ("    Advertisement Interval: ", ("errors", "advert_interval")),
    ("    Address List: ", ("errors", "address_list")),
    ("  Authentication Errors:", ()),
    ("    Invalid Type: ", ("errors", "auth_invalid_type")),
    ("    Type Mismatch: ", ("errors", "auth_type_mismatch")),
    ("    Failure: ", ("errors", "auth_failure")),
    ("  Priority Zero:", ()),
    ("    Received: ", ("priority_zero_received",)),
    ("    Sent: ", ("priority_zero_sent",)),
)
"""keepalived's words -> the path of the counter in the document of an instance; none: a heading."""


def stats_text(instances: Document) -> str:
    """The counters of all instances, by name; a counter that is not there is 0."""
    lines = []
    for name, counters in instances.items():
        lines.append(f"VRRP Instance: {name}")
        lines += [words + (str(_counter(counters, path)) if path else "") for words, path in _LINES]
    return "".join(f"{line}\n" for line in lines)


def stats_file(settings: Settings, directory: str) -> str:
    """Path of the file of SIGUSR2; `directory` is where it is if nothing is configured (keepalived: TMPDIR or /tmp).

    stats_dump_file is a directory if it ends in `/`. data_use_instance puts the names of the network namespace and of
    the instance before the ending.
    """
    configured = settings.files.stats_dump_file
    path = PurePosixPath(configured or directory)
    if not configured or configured.endswith("/"):
        path /= STATS
    if settings.files.data_use_instance:
        parts = [path.stem, *filter(None, (settings.net_namespace, settings.instance))]
        path = path.with_name("_".join(parts) + path.suffix)
    return str(path)


def _counter(counters: Document, path: tuple[str, ...]) -> int:
    found: object = counters
    for word in path:
        found = found.get(word) if isinstance(found, dict) else None
    return found if isinstance(found, int) else 0
