"""Commands in the JSON of libnftables, and reading what it lists."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from alived.workers.lvs import nftjson
from alived.workers.lvs.ruleset import SAMPLE, Ruleset, ruleset

FULL = ruleset(SAMPLE)
(KEY,) = SAMPLE
ONE_LESS = ruleset({KEY: replace(SAMPLE[KEY], destinations=SAMPLE[KEY].destinations[:1])})


def commands(text: str) -> list[tuple[str, str, Any]]:
    """(add, chain, {...}) and so on."""
    return [
        (verb, kind, value)
        for command in json.loads(text)["nftables"]
        for verb, thing in command.items()
        for kind, value in thing.items()
    ]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(verb, kind) for verb, kind, _value in commands(text)]


def test_a_table_is_made_anew_in_one_transaction() -> None:
    made = kinds(nftjson.transaction(None, FULL))
    assert made[:4] == [("add", "table"), ("delete", "table"), ("add", "table"), ("add", "map")]
    assert Counter(made[4:]) == {("add", "set"): 2, ("add", "chain"): 6, ("add", "rule"): 10, ("add", "element"): 1}
    assert kinds(nftjson.rehearsal(FULL)) == [*made, ("delete", "table")]


def test_what_stays_is_not_touched() -> None:
    assert commands(nftjson.transaction(FULL, FULL)) == []
    leaving = commands(nftjson.transaction(FULL, ONE_LESS))
    touched = {value["chain" if kind == "rule" else "name"] for _verb, kind, value in leaving}
    assert touched == {
        "service/192.0.2.1-80-tcp",
        "server/192.0.2.1-80-tcp/192.0.2.3-80",
        "clients/192.0.2.1-80-tcp/192.0.2.3-80",
    }
    assert kinds(nftjson.transaction(FULL, ONE_LESS))[-3:] == [
        ("flush", "chain"),
        ("delete", "chain"),
        ("delete", "set"),
    ]


def test_a_service_more_and_a_service_less() -> None:
    other = KEY._replace(port=81)
    entry = SAMPLE[KEY]
    both = ruleset({**SAMPLE, other: replace(entry, service=replace(entry.service, port=81))})
    assert ("add", "element") in kinds(nftjson.transaction(FULL, both))
    assert ("delete", "element") in kinds(nftjson.transaction(both, FULL))


def test_without_services_there_is_no_table() -> None:
    assert kinds(nftjson.transaction(FULL, ruleset({}))) == [("add", "table"), ("delete", "table")]


def listed(rules: Ruleset) -> tuple[str, str]:
    """What libnftables would list after `rules` were made: handles, counts, and verdict maps in another order."""
    table: list[dict[str, Any]] = [{"metainfo": {"version": "1.0.6"}}]
    services: list[dict[str, Any]] = [{"metainfo": {"version": "1.0.6"}}]
    for verb, kind, value in commands(nftjson.transaction(None, rules))[2:]:
        assert verb == "add"
        if kind == "element":
            services.append({"map": {"name": "services", "handle": 7, "elem": value["elem"]}})
            continue
        if kind == "rule":
            for statement in value["expr"]:
                if "counter" in statement:
                    statement["counter"] = {"packets": 42, "bytes": 4711}
                if "vmap" in statement and isinstance(statement["vmap"]["data"], dict):
                    statement["vmap"]["data"]["set"].reverse()
        table.append({kind: {**value, "handle": 9}})
    return json.dumps({"nftables": table}), json.dumps({"nftables": services})


def test_what_was_made_is_read_with_its_counts() -> None:
    rules, counts = nftjson.parse(*listed(FULL))
    assert rules == FULL
    assert counts == {f"server/192.0.2.1-80-tcp/192.0.2.{number}-80": 42 for number in (2, 3)}


def test_a_verdict_map_of_someone_else_is_read_too() -> None:
    table, services = listed(FULL)
    strange = table.replace('"range"', '"prefix"')
    assert strange != table
    rules, _counts = nftjson.parse(strange, services)
    assert rules != FULL


def test_a_map_without_elements_has_no_services() -> None:
    rules, _counts = nftjson.parse('{"nftables": []}', '{"nftables": [{"map": {"name": "services"}}]}')
    assert rules == Ruleset({})


def test_a_map_of_something_else_is_not_ours() -> None:
    services = '{"nftables": [{"map": {"elem": [[{"concat": ["192.0.2.1", "tcp", 80]}, {"accept": null}]]}}]}'
    with pytest.raises(ValueError, match="something else"):
        nftjson.parse('{"nftables": []}', services)


def test_our_table_is_found_among_others() -> None:
    assert nftjson.has_table('{"nftables": [{"metainfo": {}}, {"table": {"name": "alived"}}]}')
    assert not nftjson.has_table('{"nftables": [{"metainfo": {}}, {"table": {"name": "alive"}}]}')
