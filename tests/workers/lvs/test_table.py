"""What is wanted follows from the configuration and the verdicts."""

from dataclasses import replace

from alived.ipc.messages import CheckState, RealServerState, VirtualServerState
from alived.ipc.model.lvs import Forwarding, ForwardingMethod, Protocol, RealServer, VirtualServer
from alived.workers.lvs.table import (
    Destination,
    DestinationKey,
    Entry,
    Service,
    ServiceKey,
    Wanted,
    service_key,
)

KEY = ServiceKey("172.20.0.20", 80, Protocol.TCP)
ONE = RealServer(address="10.0.0.1", port=80, weight=2)
TWO = RealServer(address="10.0.0.2", port=80, weight=3)


def server(*reals: RealServer, quorum: int = 1, port: int = 80) -> VirtualServer:
    return VirtualServer(
        address="172.20.0.20", port=port, protocol=Protocol.TCP, lb_algo="rr", quorum=quorum, real_servers=reals
    )


def verdict(real: RealServer, *, up: bool) -> RealServerState:
    checks = (CheckState(check=f"TCP_CHECK {real.name}", up=up, failures=0 if up else 4, reason="because"),)
    return RealServerState(virtual_server=server().name, real_server=real.name, up=up, checks=checks)


def state(*, up: bool, weight: int, port: int = 80) -> VirtualServerState:
    return VirtualServerState(virtual_server=f"172.20.0.20:{port}/TCP", quorum_up=up, weight=weight)


def weights(wanted: Wanted) -> dict[str, int]:
    return {str(destination.key): destination.weight for destination in wanted.table()[KEY].destinations}


def test_what_is_configured_is_wanted_with_every_server_up() -> None:
    wanted = Wanted()
    assert wanted.configure([server(TWO, ONE)], ()) == [state(up=True, weight=5)]
    assert wanted.table() == {
        KEY: Entry(
            service=Service(address="172.20.0.20", port=80, protocol=Protocol.TCP, scheduler="rr"),
            destinations=(
                Destination(address="10.0.0.1", port=80, forwarding=ForwardingMethod.NAT, weight=2),
                Destination(address="10.0.0.2", port=80, forwarding=ForwardingMethod.NAT, weight=3),
            ),
        )
    }


def test_a_real_server_may_be_reached_in_its_own_way() -> None:
    wanted = Wanted()
    direct = replace(ONE, lvs_method=Forwarding(method=ForwardingMethod.DR))
    wanted.configure([replace(server(direct, TWO), lb_kind=Forwarding(method=ForwardingMethod.TUN))], ())
    found = [destination.forwarding for destination in wanted.table()[KEY].destinations]
    assert found == [ForwardingMethod.DR, ForwardingMethod.TUN]


def test_a_dead_server_is_left_out_and_comes_back() -> None:
    wanted = Wanted()
    wanted.configure([server(ONE, TWO)], ())
    assert wanted.receive(verdict(ONE, up=False)) == [state(up=True, weight=3)]
    assert weights(wanted) == {"10.0.0.2:80": 3}
    assert wanted.table()[KEY].service.key == KEY
    assert not wanted.is_up(server(ONE), ONE)
    assert wanted.receive(verdict(ONE, up=True)) == [state(up=True, weight=5)]
    assert weights(wanted) == {"10.0.0.1:80": 2, "10.0.0.2:80": 3}


def test_an_inhibited_server_stays_with_weight_0() -> None:
    wanted = Wanted()
    inhibited = RealServer(address="10.0.0.1", port=80, weight=2, inhibit_on_failure=True)
    wanted.configure([server(inhibited, TWO)], ())
    assert wanted.receive(verdict(inhibited, up=False)) == [state(up=True, weight=3)]
    assert weights(wanted) == {"10.0.0.1:80": 0, "10.0.0.2:80": 3}


def test_the_quorum_is_the_sum_of_live_weights() -> None:
    wanted = Wanted()
    assert wanted.configure([server(ONE, TWO, quorum=4)], ()) == [state(up=True, weight=5)]
    assert wanted.receive(verdict(TWO, up=False)) == [state(up=False, weight=2)]
    assert wanted.receive(verdict(TWO, up=True)) == [state(up=True, weight=5)]


def test_the_same_verdict_again_says_nothing() -> None:
    wanted = Wanted()
    wanted.configure([server(ONE)], ())
    assert wanted.receive(verdict(ONE, up=False)) == [state(up=False, weight=0)]
    assert wanted.receive(verdict(ONE, up=False)) == []


def test_a_verdict_is_known_before_its_server_is() -> None:
    wanted = Wanted()
    assert wanted.receive(verdict(ONE, up=False)) == []
    assert wanted.configure([server(ONE, TWO)], ()) == [state(up=True, weight=3)]


def test_a_reload_keeps_the_verdicts_of_servers_that_stay() -> None:
    wanted = Wanted()
    wanted.configure([server(ONE, TWO)], ())
    wanted.receive(verdict(ONE, up=False))
    heavier = RealServer(address="10.0.0.1", port=80, weight=9)
    assert wanted.configure([server(heavier, TWO)], ()) == []
    assert weights(wanted) == {"10.0.0.2:80": 3}
    found = wanted.verdict(server(heavier), heavier)
    assert found is not None
    assert found.checks[0].reason == "because"


def test_a_server_that_was_taken_out_starts_afresh() -> None:
    wanted = Wanted()
    wanted.configure([server(ONE, TWO)], ())
    wanted.receive(verdict(ONE, up=False))
    wanted.configure([server(TWO)], ())
    assert wanted.configure([server(ONE, TWO)], ()) == [state(up=True, weight=5)]


def test_a_dropped_virtual_server_is_ours_until_it_is_gone() -> None:
    wanted = Wanted()
    wanted.configure([server(ONE), server(TWO, port=81)], ())
    assert wanted.configure([], [server().key, "virtual_server that never was"]) == []
    other = ServiceKey("172.20.0.20", 81, Protocol.TCP)
    assert wanted.servers == [server(TWO, port=81)]
    assert set(wanted.table()) == {other}
    assert wanted.owned == {KEY, other}
    wanted.forget_former()
    assert wanted.owned == {other}


def test_what_a_predecessor_said_is_not_said_again_and_is_ours() -> None:
    assert not Wanted().had_predecessor
    wanted = Wanted()
    assert wanted.receive(state(up=True, weight=2)) == []
    assert wanted.receive(state(up=True, weight=7, port=81)) == []
    assert wanted.receive(VirtualServerState(virtual_server="nonsense", quorum_up=True, weight=1)) == []
    assert wanted.had_predecessor
    assert wanted.configure([server(ONE)], ()) == []
    assert wanted.owned == {KEY, ServiceKey("172.20.0.20", 81, Protocol.TCP)}


def test_a_name_says_its_key() -> None:
    assert service_key("[fd00::1]:80/TCP") is None
    assert service_key("fd00:0::1:80/UDP") == ServiceKey("fd00::1", 80, Protocol.UDP)
    assert service_key(str(KEY)) == KEY
    assert str(DestinationKey("10.0.0.1", 80)) == "10.0.0.1:80"


def test_one_real_server_configured_twice_is_one_destination() -> None:
    wanted = Wanted()
    wanted.configure([server(ONE, ONE)], ())
    assert weights(wanted) == {"10.0.0.1:80": 2}
