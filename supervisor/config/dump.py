"""A configuration as the text of a keepalived.conf: `alived --dump-conf`.

Parsing that text gives an equal configuration. What is named stands before what names it. What does not live here: how
blocks and values are written (blocks.py, wording.py).
"""

from collections.abc import Iterator
from typing import Any

import alived
from alived.ipc.model.config import Config
from alived.ipc.model.interfaces import InterfaceDelay, LinkbeatInterface
from alived.ipc.model.lvs import VirtualServer, VirtualServerGroup
from alived.ipc.model.routing import StaticRouting
from alived.supervisor.config.blocks import Blocks, rows_of
from alived.supervisor.config.forms.form import quoted
from alived.supervisor.config.forms.text import Body, Lines
from alived.supervisor.config.grammar.table import MODELS, TABLE

HIDDEN = "; passwords and keys are hidden, so that it is not the same when it is read again"

LISTS: tuple[tuple[str, type], ...] = (
    ("interface_up_down_delays", InterfaceDelay),
    ("linkbeat_interfaces", LinkbeatInterface),
)
"""List blocks of the top level whose lines are objects."""

ORDER = (
    "garp_group",
    "track_file",
    "vrrp_track_process",
    "vrrp_script",
    "bfd_instance",
    "vrrp_instance",
    "vrrp_sync_group",
    "track_group",
    "SSL",
    "virtual_server_group",
    "virtual_server",
)
"""Blocks of the top level that objects make, each its own."""


def dump(config: Config, *, show_secrets: bool) -> str:
    """The text. With secrets hidden it is for people only, and says so in its first line."""
    blocks = Blocks(config, show_secrets=show_secrets)
    texts = ["\n".join(lines) for lines in _Dump(config, blocks).all() if lines]
    head = f"# the configuration as alived {alived.__version__} understands it{HIDDEN if blocks.has_hidden else ''}"
    return "\n\n".join([head, *texts]) + "\n"


class _Dump:
    def __init__(self, config: Config, blocks: Blocks) -> None:
        self._settings = config.settings
        self._blocks = blocks
        self._objects: dict[type, list[Any]] = {}
        for item in (*config.vrrp, *config.checker, *config.lvs, *config.kept):
            self._objects.setdefault(type(item), []).append(item)

    def all(self) -> Iterator[list[str]]:
        """The blocks of the file, in order; some may be empty."""
        yield self._words()
        if lines := self._blocks.body("global_defs", self._settings):
            yield ["global_defs {", *(f"    {line}" for line in lines), "}"]
        for word, cls in LISTS:
            yield self._blocks.statements(TABLE["", word], self._objects.get(cls, ()))
        for block in ORDER:
            for item in self._objects.get(MODELS[block], ()):
                yield self._block(block, item)
        for static in self._objects.get(StaticRouting, ()):
            for word in ("static_ipaddress", "static_routes", "static_rules"):
                yield self._blocks.statement(TABLE["", word], static)

    def _words(self) -> list[str]:
        """The plain words of the top level; what global_defs may say too is said there."""
        lines: list[str] = []
        for row in rows_of(""):
            if row.attribute and ("global_defs", row.word) not in TABLE and not isinstance(row.form, (Body, Lines)):
                lines += self._blocks.statement(row, self._settings)
        return lines

    def _block(self, block: str, item: Any) -> list[str]:
        if isinstance(item, VirtualServerGroup):
            return self._blocks.listed(TABLE["", block], quoted(item.name), item.entries)
        if isinstance(item, VirtualServer):
            return self._blocks.block(block, _service(item), item)
        name = getattr(item, "name", "")
        return self._blocks.block(block, quoted(name) if name else "", item)


def _service(server: VirtualServer) -> str:
    """The words between virtual_server and its brace."""
    if server.group:
        return f"group {quoted(server.group)}"
    if server.fwmark:
        return f"fwmark {server.fwmark}"
    return f"{server.address} {server.port}" if server.port else server.address
