"""router.py: who receives what, and what a worker that comes back is told."""

from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.messages import (
    GroupState,
    InstanceState,
    LowerPriorityHeard,
    Message,
    PriorityChanged,
    RealServerState,
    State,
    TrackerChanged,
    VirtualServerState,
    WorkerState,
)
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.common import Program
from alived.ipc.model.config import Config
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.lvs import LvsGlobals, Protocol, RealServer, VirtualServer
from alived.ipc.model.tracking import TrackFile, TrackProcess
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.router import MAX_WAITING, Delivery, Router, keys


def tracker(name: str, *, up: bool) -> TrackerChanged:
    return TrackerChanged(tracker=f"script {name}", up=up)


def instance(state: State, name: str = "VI_1") -> InstanceState:
    return InstanceState(instance=name, state=state, since=1.0, priority=100, reason="told to")


def all_present(router: Router) -> Router:
    for worker in ("lvs", "checker", "vrrp"):
        router.returns(worker)
    return router


def test_a_tracker_goes_to_vrrp_a_real_server_to_lvs_a_state_to_the_checker() -> None:
    router = all_present(Router())
    up = tracker("a", up=True)
    server = RealServerState(virtual_server="v", real_server="r", up=False, checks=())
    assert router.receive("checker", up) == [Delivery("vrrp", up)]
    assert router.receive("checker", server) == [Delivery("lvs", server)]
    assert router.receive("vrrp", instance(State.MASTER)) == [Delivery("checker", instance(State.MASTER))]


def test_priorities_groups_and_lower_priorities_go_to_the_checker_a_quorum_to_vrrp() -> None:
    router = all_present(Router())
    for message in (
        PriorityChanged(instance="VI_1", effective=100, base=100, reasons=()),
        GroupState(group="G", state=State.MASTER, since=1.0),
        LowerPriorityHeard(instance="VI_1", priority=100),
    ):
        assert router.receive("vrrp", message) == [Delivery("checker", message)]
    quorum = VirtualServerState(virtual_server="v", quorum_up=True, weight=1)
    assert router.receive("lvs", quorum) == [Delivery("vrrp", quorum)]


def test_news_that_is_no_state_waits_and_is_not_retained() -> None:
    router = all_present(Router())
    router.leaves("checker")
    heard = LowerPriorityHeard(instance="VI_1", priority=100)
    assert router.receive("vrrp", heard) == []
    assert router.retained == ()
    assert router.returns("checker") == ()
    assert router.waiting("checker") == (heard,)


def test_the_last_of_each_key_is_retained() -> None:
    router = Router()
    for message in (tracker("a", up=True), tracker("b", up=True), tracker("a", up=False)):
        router.receive("checker", message)
    assert router.retained == (("checker", tracker("a", up=False)), ("checker", tracker("b", up=True)))


def test_a_worker_that_comes_back_gets_what_it_said_and_what_was_said_to_it() -> None:
    router = all_present(Router())
    router.receive("checker", tracker("a", up=False))
    router.receive("vrrp", instance(State.MASTER))
    router.receive("lvs", VirtualServerState(virtual_server="v", quorum_up=True, weight=1))
    router.leaves("vrrp")
    quorum = VirtualServerState(virtual_server="v", quorum_up=True, weight=1)
    assert router.returns("vrrp") == (tracker("a", up=False), instance(State.MASTER), quorum)


def test_news_for_an_absent_worker_waits_and_is_not_told_as_old_knowledge() -> None:
    router = all_present(Router())
    router.receive("vrrp", instance(State.BACKUP))
    router.leaves("checker")
    assert router.receive("vrrp", instance(State.MASTER)) == []
    assert router.returns("checker") == ()
    assert router.waiting("checker") == (instance(State.MASTER),)
    assert router.waiting("checker") == ()


def test_what_was_delivered_before_is_old_knowledge() -> None:
    router = all_present(Router())
    router.receive("vrrp", instance(State.MASTER))
    router.leaves("checker")
    assert router.returns("checker") == (instance(State.MASTER),)
    assert router.waiting("checker") == ()


def test_what_waits_is_bounded_and_the_newest_stay() -> None:
    router = Router()
    for number in range(MAX_WAITING + 5):
        router.receive("checker", tracker(str(number), up=True))
    router.returns("vrrp")
    waiting = router.waiting("vrrp")
    assert len(waiting) == MAX_WAITING
    assert waiting[-1] == tracker(str(MAX_WAITING + 4), up=True)


def test_lower_priorities_wait_once_for_each_instance_and_push_nothing_out() -> None:
    router = Router()
    router.receive("vrrp", instance(State.MASTER))
    for priority in range(1, MAX_WAITING + 5):
        router.receive("vrrp", LowerPriorityHeard(instance=f"VI_{priority % 2}", priority=priority))
    router.receive("vrrp", instance(State.BACKUP))
    router.returns("checker")
    assert router.waiting("checker") == (
        instance(State.MASTER),
        LowerPriorityHeard(instance="VI_1", priority=MAX_WAITING + 3),
        LowerPriorityHeard(instance="VI_0", priority=MAX_WAITING + 4),
        instance(State.BACKUP),
    )


def test_a_lower_priority_for_which_there_is_no_room_gives_way_to_states() -> None:
    router = Router()
    for number in range(MAX_WAITING):
        router.receive("vrrp", instance(State.MASTER, str(number)))
    router.receive("vrrp", LowerPriorityHeard(instance="VI_1", priority=100))
    router.returns("checker")
    assert [message for message in router.waiting("checker") if isinstance(message, LowerPriorityHeard)] == []


def test_a_successor_of_the_supervisor_starts_with_what_was_retained() -> None:
    first = Router()
    first.receive("checker", tracker("a", up=False))
    assert Router(first.retained).returns("vrrp") == (tracker("a", up=False),)


def test_what_is_no_longer_configured_is_forgotten_when_its_speaker_has_heard() -> None:
    config = Config(
        vrrp=(
            SyncGroup(name="G", members=("VI_1",)),
            VrrpInstance(name="VI_1", interface="eth0", virtual_router_id=1),
        ),
        checker=(
            VrrpScript(name="a", program=Program(argv=("/bin/true",), uid=0, gid=0)),
            TrackFile(name="f", file="/f"),
            TrackProcess(name="p", process=("nginx",)),
        ),
        lvs=(
            LvsGlobals(),
            VirtualServer(
                address="10.0.0.1", port=80, protocol=Protocol.TCP, real_servers=(RealServer(address="h", port=1),)
            ),
        ),
    )
    assert keys(config) == {
        "instance VI_1",
        "priority VI_1",
        "sync_group G",
        "tracker script a",
        "tracker file f",
        "tracker process p",
        "virtual_server 10.0.0.1:80/TCP",
        "real_server 10.0.0.1:80/TCP h:1",
    }
    router = Router()
    router.receive("checker", tracker("a", up=True))
    router.receive("checker", tracker("gone", up=True))
    router.receive("vrrp", instance(State.MASTER, "gone"))
    router.observe(WorkerState(worker="vrrp", what="ready", pid=1, restarts=0))
    router.prune("checker", config)
    assert {message.key for _, message in router.retained} == {
        "tracker script a",
        "instance gone",
        "worker vrrp",
    }


def test_of_a_worker_that_is_no_longer_needed_nothing_is_kept() -> None:
    router = Router()
    router.receive("checker", tracker("a", up=True))
    router.receive("vrrp", instance(State.MASTER))
    router.observe(WorkerState(worker="vrrp", what="stopped", pid=1, restarts=0))
    router.forget("vrrp")
    assert router.retained == (("checker", tracker("a", up=True)),)
    assert router.returns("vrrp") == (tracker("a", up=True),)
    assert router.waiting("vrrp") == ()


@given(st.lists(st.tuples(st.sampled_from(["leave", "return", "up", "down"]), st.sampled_from("ab"))))
def test_a_worker_always_ends_up_knowing_the_last_word(steps: list[tuple[str, str]]) -> None:
    router = Router()
    said: dict[str, bool] = {}
    knows: dict[str, bool] = {}
    present = False

    def learn(messages: tuple[Message, ...]) -> None:
        knows.update({message.tracker: message.up for message in messages if isinstance(message, TrackerChanged)})

    for step, name in [*steps, ("leave", ""), ("return", "")]:
        match step:
            case "leave" if present:
                present = False
                knows.clear()
                router.leaves("vrrp")
            case "return" if not present:
                present = True
                learn(router.returns("vrrp"))
                learn(router.waiting("vrrp"))
            case "up" | "down":
                message = tracker(name, up=step == "up")
                said[message.tracker] = message.up
                for delivery in router.receive("checker", message):
                    assert present
                    learn((delivery.message,))
        if present:
            assert knows == said
