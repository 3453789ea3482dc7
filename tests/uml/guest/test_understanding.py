"""keepalived's own account of virtual servers and their checks, and alived's model of the same: the same values."""

import itertools
import socket
from pathlib import Path

import pytest

from alived.ipc.model.checks import FileCheck, RealServerChecks
from alived.ipc.model.config import Config
from alived.ipc.model.lvs import VirtualServer, VirtualServerGroup
from alived.supervisor.config.load import load
from tests.supervisor.config.accounts import checks, servers
from tests.supervisor.config.accounts.common import Account, apart, everything
from tests.supervisor.config.dumped import Part, dump
from tests.supervisor.config.judging import network_with
from tests.supervisor.config.written import DIRECTORY, INTERFACES

pytestmark = pytest.mark.uml

FILES = ("virtual-servers", "virtual-server-families", "checks")


@pytest.fixture(scope="module", params=FILES)
def both(request: pytest.FixtureRequest) -> tuple[list[Part], Config]:
    """What keepalived says of a file, and alived's model."""
    path: Path = DIRECTORY / "valid" / f"{request.param}.conf"
    socket.socket(socket.AF_INET6).close()  # the kernel loads IPv6 when it is first asked for
    with network_with(INTERFACES) as node:
        parts = dump(node, path, "-C", "-B")
        with node.network():
            return parts, load(path).config


def numbered(accounts: list[Account]) -> Account:
    """Whatever order they come in: what no worker acts on yet stands apart in the model."""
    ordered = sorted(accounts, key=lambda account: sorted(f"{name} {value}" for name, value in account.items()))
    return {f"{number}": account for number, account in enumerate(ordered, 1)}


def test_virtual_servers(both: tuple[list[Part], Config]) -> None:
    parts, config = both
    said = [servers.server_said(part) for part in parts if part.kind == "virtual"]
    assert said
    groups = everything(config, VirtualServerGroup)
    read = [servers.server_read(one, groups) for one in everything(config, VirtualServer)]
    assert apart(numbered(read), numbered(said)) == []


def test_real_servers(both: tuple[list[Part], Config]) -> None:
    parts, config = both
    said = [servers.real_said(part) for part in parts if part.kind == "real"]
    read = [servers.real_read(real, one) for one in everything(config, VirtualServer) for real in one.real_servers]
    assert apart(numbered(read), numbered(said)) == []


def test_groups(both: tuple[list[Part], Config]) -> None:
    parts, config = both
    said = {part.name: servers.entries_said(part) for part in parts if part.kind == "servers"}
    assert apart({one.name: servers.entries_read(one) for one in everything(config, VirtualServerGroup)}, said) == []


def test_checks(both: tuple[list[Part], Config]) -> None:
    """keepalived tells them in the order of the file, and FILE_CHECK last; alived kind by kind."""
    parts, config = both
    told = [part for part in parts if part.kind == "check" and part.value("Keepalive method") != "FILE_CHECK"]
    said = [list(map(checks.check_said, group)) for _, group in itertools.groupby(told, key=lambda part: part.name)]
    read = [
        [checks.check_read(one) for one in real.checks if not isinstance(one, FileCheck)]
        for real in everything(config, RealServerChecks)
    ]
    assert apart(numbered(_by_kind(read)), numbered(_by_kind(said))) == []


def _by_kind(reals: list[list[Account]]) -> list[Account]:
    return [check for checks in reals for check in sorted(checks, key=lambda check: str(check["kind"]))]
