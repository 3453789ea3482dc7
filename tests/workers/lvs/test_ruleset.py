"""A table becomes rules, and rules are read as a table only when they are exactly those."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.lvs import ForwardingMethod, Protocol
from alived.workers.lvs.ruleset import SAMPLE, Chain, Rule, Ruleset, counted, fit, ruleset, table_of
from alived.workers.lvs.table import Destination, Entry, Service, Table


def entry(
    *weights: int,
    scheduler: str = "wrr",
    persistence: int = 0,
    port: int = 80,
    protocol: Protocol = Protocol.TCP,
    address: str = "172.20.0.20",
    forwarding: ForwardingMethod = ForwardingMethod.NAT,
) -> Entry:
    return Entry(
        service=Service(
            address=address, port=port, protocol=protocol, scheduler=scheduler, persistence_timeout=persistence
        ),
        destinations=tuple(
            Destination(address=f"10.0.0.{number}", port=80, forwarding=forwarding, weight=weight)
            for number, weight in enumerate(weights, start=1)
        ),
    )


def table(*entries: Entry) -> Table:
    return {found.service.key: found for found in entries}


def last_rule(found: Entry) -> Rule:
    """The rule that chooses, for those who are not remembered."""
    return ruleset(table(found)).chains["service/172.20.0.20-80-tcp"].rules[-1]


def turns(found: Entry) -> tuple[int, dict[str, object]]:
    """Modulus, and server -> its turns."""
    ((statement),) = last_rule(found).statements
    choice = statement["vmap"]
    return choice["key"]["numgen"]["mod"], {
        target["goto"]["target"].rpartition("/")[2]: numbers for numbers, target in choice["data"]["set"]
    }


def test_round_robin_gives_each_server_one_turn() -> None:
    assert turns(entry(5, 1, 0, scheduler="rr")) == (2, {"10.0.0.1-80": 0, "10.0.0.2-80": 1})


def test_weighted_round_robin_gives_turns_by_weight_in_smallest_terms() -> None:
    assert turns(entry(20, 10, 30)) == (
        6,
        {"10.0.0.1-80": {"range": [0, 1]}, "10.0.0.2-80": 2, "10.0.0.3-80": {"range": [3, 5]}},
    )


@pytest.mark.parametrize("found", [entry(), entry(0, 0)])
def test_a_service_without_live_servers_rejects(found: Entry) -> None:
    assert last_rule(found).statements == [{"reject": {"type": "icmp", "expr": "port-unreachable"}}]


def test_persistent_clients_are_remembered_even_for_a_drained_server() -> None:
    rules = ruleset(table(entry(1, 0, persistence=50)))
    assert rules.clients == {f"clients/172.20.0.20-80-tcp/10.0.0.{number}-80" for number in (1, 2)}
    assert len(rules.chains["service/172.20.0.20-80-tcp"].rules) == 3
    assert ruleset(table(entry(1, 0))).clients == frozenset()


def test_the_port_of_each_protocol_is_its_own_service() -> None:
    rules = ruleset(table(entry(1), entry(1, protocol=Protocol.UDP)))
    assert set(rules.services) == {("172.20.0.20", 6, 80), ("172.20.0.20", 17, 80)}


def test_what_cannot_be_done_is_said_and_left_out() -> None:
    good = entry(1, scheduler="rr")
    hashing = entry(2, scheduler="sh", persistence=9, port=81)
    want = table(
        good,
        hashing,
        entry(1, port=82, forwarding=ForwardingMethod.TUN),
        entry(1, address="fd00::20"),
    )
    result = fit(want)
    assert result.table == table(good, entry(2, persistence=9, port=81))
    assert result.complaints == (
        "virtual server 172.20.0.20:81/TCP: nftables can't do sh; wrr stands in for it",
        "virtual server 172.20.0.20:82/TCP: nftables can't do TUN, only NAT; it is not served",
        "virtual server fd00::20:80/TCP: on nftables only IPv4 is supported; it is not served",
    )


entries = st.builds(
    lambda weights, scheduler, persistence, port, protocol: entry(
        *weights, scheduler=scheduler, persistence=persistence, port=port, protocol=protocol
    ),
    st.lists(st.integers(0, 9), max_size=4),
    st.sampled_from(["rr", "wrr"]),
    st.integers(0, 2),
    st.integers(80, 83),
    st.sampled_from(Protocol),
)
tables = st.lists(entries, max_size=4, unique_by=lambda found: found.service.key).map(lambda found: table(*found))


@given(tables)
def test_rules_say_which_table_they_are(want: Table) -> None:
    rules = ruleset(want)
    assert table_of(rules) == want
    servers = [(key, destination) for key, found in want.items() for destination in found.destinations]
    assert sorted((str(key), str(found.key)) for key, found, _chain in counted(rules)) == sorted(
        (str(key), str(found.key)) for key, found in servers
    )


@pytest.mark.parametrize(
    "altered",
    [
        lambda rules: replace(rules, chains={**rules.chains, "spare": Chain(())}),
        lambda rules: replace(rules, clients=frozenset()),
        lambda rules: replace(rules, services={}),
        lambda rules: replace(rules, services={("192.0.2.1", 132, 80): "service/192.0.2.1-80-sctp"}),
        lambda rules: replace(rules, services={**rules.services, ("192.0.2.1", 6, 81): "service/other"}),
        lambda rules: replace(rules, chains={**rules.chains, "output": Chain((), "output", -100)}),
        lambda rules: replace(rules, chains={**rules.chains, "service/192.0.2.1-80-tcp": Chain((Rule([]),))}),
        lambda rules: replace(rules, chains={**rules.chains, "service/192.0.2.1-80-tcp": Chain(())}),
        lambda rules: replace(rules, chains={**rules.chains, "server/192.0.2.1-80-tcp/x": Chain((Rule([]),))}),
    ],
)
def test_altered_rules_are_no_table(altered: object) -> None:
    assert callable(altered)
    rules = altered(ruleset(SAMPLE))
    assert isinstance(rules, Ruleset)
    assert table_of(rules) is None
    assert list(counted(rules)) == []
