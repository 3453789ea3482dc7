"""Values of the model in the words of keepalived.conf: what a row's form made of a file, written again.

For most rows the form writes what the model holds. Where it holds something else, as a resolved program or an address
whose interface has been filled in, the way back stands in WRITTEN. What does not live here: which rows a block has and
in what order (blocks.py), and the file around them (dump.py).
"""

import contextlib
import grp
import pwd
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from alived.ipc.model.common import Account, Program
from alived.ipc.model.routing import StaticRouting
from alived.supervisor.config.forms.addresses import AddressLine
from alived.supervisor.config.forms.form import quoted
from alived.supervisor.config.forms.programs import Command, UserAndGroup
from alived.supervisor.config.forms.routes import RouteLine
from alived.supervisor.config.forms.rules import RuleLine
from alived.supervisor.config.forms.text import Lines
from alived.supervisor.config.forms.tracked_servers import TRACK_VIRTUAL_SERVER
from alived.supervisor.config.forms.tracking import (
    TRACK_BFD,
    TRACK_FILE,
    TRACK_INTERFACE,
    TRACK_PROCESS,
    TRACK_SCRIPT,
)
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import MODELS, ROWS
from alived.supervisor.config.routing import written
from alived.supervisor.config.strings import join

SECRET = "********"  # noqa: S105  what is shown instead of one


class Written(NamedTuple):
    """How a row is written whose form cannot do it."""

    attribute: str
    """Path of the value in the object of the block."""
    write: Callable[[Any], str]
    """Words of the value, or of one element where there are many."""


def _address(value: Any) -> str:
    return AddressLine().write(written(value))


def _route(value: Any) -> str:
    return RouteLine().write(written(value))


def _rule(value: Any) -> str:
    return RuleLine().write(written(value))


def _password(value: bytes) -> str:
    """A password; where it was cut within a character, the rest of that does not matter."""
    for end in (b"", b"\x80", b"\x80\x80", b"\x80\x80\x80"):
        with contextlib.suppress(UnicodeDecodeError):
            return quoted((value + end).decode())
    return quoted(value.decode(errors="replace"))


WRITTEN: Mapping[tuple[str, str], Written] = {
    ("vrrp_instance", "virtual_ipaddress"): Written("addresses", _address),
    ("vrrp_instance", "virtual_ipaddress_excluded"): Written("excluded", _address),
    ("vrrp_instance", "virtual_routes"): Written("routes", _route),
    ("vrrp_instance", "virtual_rules"): Written("rules", _rule),
    ("vrrp_instance", "track_interface"): Written("track_interfaces", TRACK_INTERFACE.write),
    ("vrrp_instance", "track_script"): Written("track_scripts", TRACK_SCRIPT.write),
    ("vrrp_instance", "track_file"): Written("track_files", TRACK_FILE.write),
    ("vrrp_instance", "track_process"): Written("track_processes", TRACK_PROCESS.write),
    ("vrrp_instance", "track_bfd"): Written("track_bfds", TRACK_BFD.write),
    **{
        (block, "alived_track_virtual_server"): Written("track_virtual_servers", TRACK_VIRTUAL_SERVER.write)
        for block in ("vrrp_instance", "vrrp_sync_group")
    },
    ("vrrp_instance/authentication", "auth_pass"): Written("auth_pass", _password),
    ("", "static_ipaddress"): Written("addresses", _address),
    ("", "static_routes"): Written("routes", _route),
    ("", "static_rules"): Written("rules", _rule),
}
"""(block, word) -> how it is written."""

STATIC = frozenset({("", "static_ipaddress"), ("", "static_routes"), ("", "static_rules")})
"""Words of the top level that are of an object of their own."""


def attribute_of(row: Row) -> str | None:
    """Path of a row's value in the object of its block; None: it is not an attribute of that alone."""
    written = WRITTEN.get((row.block, row.word))
    return written.attribute if written else row.attribute


def is_many(row: Row) -> bool:
    """Whether the value is a tuple, each element of which is written by itself."""
    return row.many or isinstance(row.form, Lines)


def text_of(row: Row, value: Any) -> str:
    """The words of a value, or of one element where there are many; empty: the keyword alone."""
    if written := WRITTEN.get((row.block, row.word)):
        return written.write(value)
    if isinstance(value, Program):
        alone = isinstance(row.form, Command) and not row.form.account
        return command(value) if alone else program_text(value)
    return row.form.write(value)


def command(program: Program) -> str:
    """A program with its arguments, in one pair of quotes."""
    return join([join(program.argv)])


def program_text(program: Program) -> str:
    """The same, and whom it runs as."""
    return f"{command(program)} {UserAndGroup().write(account_of(program))}"


def account_of(program: Program) -> Account:
    """Whom a program runs as, by name where the machine has one; `:` says that the user's other groups count too."""
    return Account(_user(program.uid), f"{':' if program.groups else ''}{_group(program.gid)}")


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


@cache
def rows_by_attribute(cls: type) -> Mapping[str, Row]:
    """Attribute of a class of the model -> the row that it is the value of."""
    found: dict[str, Row] = {}
    for row in ROWS:
        path = attribute_of(row)
        model = StaticRouting if (row.block, row.word) in STATIC else MODELS.get(row.block)
        if path and model is cls and not row.spelling_of:
            found.setdefault(path, row)
    return found
