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


def many(count: int) -> str:
    """Commands that make so many tables."""
    return json.dumps({"nftables": [{"add": {"table": {"family": "ip", "name": f"t{n}"}}} for n in range(count)]})


def test_lost_changes_are_told_too_and_later_ones_are_not_lost(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(libnftables, "ROOM", 4096)
    with contextlib.closing(Changes()) as changes:
        library.run(many(5000))
        assert list(changes.take()) == [b""]
        assert list(changes.take()) == []
        lan.run("nft", "add table ip mine")
        assert b"mine\0" in b"".join(changes.take())


def test_there_is_room_for_much_and_one_turn_does_not_read_all_of_it(library: Library) -> None:
    with contextlib.closing(Changes()) as changes:
        library.run(many(5000))
        read = list(changes.take())
        assert len(read) == libnftables.READS_PER_TURN
        while more := list(changes.take()):
            read += more
        assert b"" not in read
        assert b"t4999\0" in b"".join(read)


def test_a_missing_library_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libnftables, "LIBRARY", "libnosuch.so.1")
    with pytest.raises(NftablesError, match=r"libnosuch.so.1 is not installed \(Debian: package libnftables1\)"):
        Library()
