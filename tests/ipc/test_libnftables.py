"""The library and the kernel's notifications; what is done with them is in the workers' tests."""

import contextlib
import json
import select
from collections.abc import Iterator

import pytest

from alived.ipc import libnftables
from alived.ipc.libnftables import Changes, Library, NftablesError
from tests.workers.vrrp.kernel import lan

pytestmark = pytest.mark.netns


@pytest.fixture
def library() -> Iterator[Library]:
    with lan.host(), contextlib.closing(Library()) as opened:
        yield opened


def test_commands_are_one_transaction(library: Library) -> None:
    table = {"table": {"family": "ip", "name": "mine"}}
    missing = {"chain": {"family": "ip", "table": "nowhere", "name": "none"}}
    with pytest.raises(NftablesError, match=r"No such file or directory"):
        library.run(json.dumps({"nftables": [{"add": table}, {"add": missing}]}))
    assert lan.ruleset() == ""
    library.run(json.dumps({"nftables": [{"add": table}]}))
    listed = json.loads(library.run(json.dumps({"nftables": [{"list": {"tables": None}}]})))
    assert [item["table"]["name"] for item in listed["nftables"] if "table" in item] == ["mine"]


def test_changes_are_told(library: Library) -> None:
    with contextlib.closing(Changes()) as changes:
        assert list(changes.take()) == []
        lan.run("nft", "add table ip mine")
        assert select.select([changes.fileno()], [], [], lan.PATIENCE)[0]
        assert b"mine\0" in b"".join(changes.take())
        assert library.run('{"nftables": []}') == ""


def test_lost_changes_are_told_too(library: Library) -> None:
    rules = [{"add": {"table": {"family": "ip", "name": f"t{number}"}}} for number in range(5000)]
    with contextlib.closing(Changes()) as changes:
        library.run(json.dumps({"nftables": rules}))
        assert b"" in list(changes.take())


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libnftables, "LIBRARY", "libnosuch.so.1")
    with pytest.raises(NftablesError, match=r"libnosuch.so.1 is not installed \(Debian: package libnftables1\)"):
        Library()
