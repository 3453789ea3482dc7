"""keepalived's own account of a configuration, and alived's model of the same file: the same values.

Instances, what they track and BFD are compared here; virtual servers need a kernel with IPVS (tests/uml/guest).
"""

import os
import shutil
from collections.abc import Iterator

import pytest

from alived.ipc.model.bfd import BfdInstance
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.config import Config
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.tracking import TrackFile, TrackProcess
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.load import load
from examples.testbed.namespaces import Node
from tests.supervisor.config.accounts import instances, settings, tracking
from tests.supervisor.config.accounts.common import apart, everything
from tests.supervisor.config.dumped import Part, dump
from tests.supervisor.config.judging import network_with
from tests.supervisor.config.written import DIRECTORY, INTERFACES

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("keepalived"), reason="needs root and keepalived"),
]

FILES = ("inheriting", "instance", "unicast", "tracking", "sequences", "lists", "layout", "comments", "quoting")


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with network_with(INTERFACES) as node:
        yield node


@pytest.fixture(scope="module", params=FILES)
def both(request: pytest.FixtureRequest, node: Node) -> tuple[list[Part], Config]:
    """What keepalived says of a file, and alived's model."""
    path = DIRECTORY / "valid" / f"{request.param}.conf"
    with node.network():
        config = load(path).config
    return dump(node, path, "-P", "-B"), config


def named(parts: list[Part], kind: str) -> dict[str, Part]:
    return {part.name: part for part in parts if part.kind == kind}


def test_instances(both: tuple[list[Part], Config]) -> None:
    parts, config = both
    said = {name: instances.instance_said(part) for name, part in named(parts, "instance").items()}
    assert said
    assert apart({one.name: instances.instance_read(one) for one in everything(config, VrrpInstance)}, said) == []


def test_what_is_tracked_and_groups(both: tuple[list[Part], Config]) -> None:
    parts, config = both
    scripts = {name: tracking.script_said(part) for name, part in named(parts, "script").items()}
    assert apart({one.name: tracking.script_read(one) for one in everything(config, VrrpScript)}, scripts) == []
    files = {name: tracking.file_said(part) for name, part in named(parts, "file").items()}
    assert apart({one.name: tracking.file_read(one) for one in everything(config, TrackFile)}, files) == []
    processes = {name: tracking.process_said(part) for name, part in named(parts, "process").items()}
    assert apart({one.name: tracking.process_read(one) for one in everything(config, TrackProcess)}, processes) == []
    groups = {name: tracking.group_said(part) for name, part in named(parts, "group").items()}
    assert apart({one.name: tracking.group_read(one) for one in everything(config, SyncGroup)}, groups) == []


def test_settings(both: tuple[list[Part], Config]) -> None:
    parts, config = both
    said = settings.settings_said(named(parts, "section")[settings.SECTION])
    assert apart(settings.settings_read(config.settings), said) == []


def test_bfd(node: Node) -> None:
    path = DIRECTORY / "valid" / "bfd.conf"
    said = {name: tracking.bfd_said(part) for name, part in named(dump(node, path), "bfd").items()}
    assert said
    assert apart({one.name: tracking.bfd_read(one) for one in everything(load(path).config, BfdInstance)}, said) == []
