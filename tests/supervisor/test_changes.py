"""changes.py: what differs between two configurations, value by value, as a user reads it."""

import dataclasses
from dataclasses import replace
from typing import Any

import pytest

from alived.ipc.model.authentication import AuthHmac, AuthType, HmacKey
from alived.ipc.model.checker import Notify, VrrpScript
from alived.ipc.model.checks import DnsCheck, MiscCheck, RealServerChecks, SslContext, TcpCheck
from alived.ipc.model.common import Program
from alived.ipc.model.config import Config
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.links import Vmac
from alived.ipc.model.lvs import Forwarding, ForwardingMethod, Protocol, RealServer, VirtualServer
from alived.ipc.model.routing import Route, StaticRouting, VirtualAddress
from alived.ipc.model.settings import Settings
from alived.ipc.model.vrrp import Announcing, TrackedScript, VrrpInstance
from alived.supervisor.changes import Change, changes, worst
from alived.supervisor.disturbance import Disturbs, Effect, Sign

ONE = VirtualAddress(address="192.0.2.1", prefixlen=24, dev="eth0")
TWO = VirtualAddress(address="192.0.2.2", prefixlen=24, dev="eth0")
TRUE = Program(argv=("/bin/true", "a b"), uid=0, gid=0)
INSTANCE = VrrpInstance(
    name="VI_1",
    interface="eth0",
    virtual_router_id=51,
    addresses=(ONE,),
    track_scripts=(TrackedScript(name="web", weight=-10),),
)
FIRST, SECOND = RealServer(address="10.0.0.1", port=80), RealServer(address="10.0.0.2", port=80)
SERVICE = VirtualServer(address="192.0.2.1", port=80, protocol=Protocol.TCP, real_servers=(FIRST, SECOND))


def of(old: Any, new: Any, part: str = "vrrp") -> Change:
    """The one change between two objects of one key."""
    before: dict[str, Any] = {part: (old,)}
    after: dict[str, Any] = {part: (new,)}
    (change,) = changes(Config(**before), Config(**after))
    return change


def instance(**values: Any) -> str:
    return of(INSTANCE, replace(INSTANCE, **values)).words.removeprefix("vrrp_instance VI_1: ")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"priority": 150}, "priority 100 -> 150"),
        ({"advert_int": 0.5}, "advert_int 1 -> 0.5"),
        ({"nopreempt": True}, "nopreempt off -> on"),
        ({"announcing": Announcing(master_delay=10.0)}, "garp_master_delay 5 -> 10"),
        ({"addresses": (ONE, TWO)}, "virtual_ipaddress + 192.0.2.2/24 dev eth0"),
        (
            {"addresses": (TWO,)},
            "virtual_ipaddress - 192.0.2.1/24 dev eth0, virtual_ipaddress + 192.0.2.2/24 dev eth0",
        ),
        ({"track_scripts": ()}, "track_script - web weight -10 noreverse"),
        ({"track_scripts": (TrackedScript(name="web", weight=-20),)}, "track_script web weight -10 -> -20"),
        ({"use_vmac": Vmac()}, "use_vmac none -> on"),
        ({"use_vmac": Vmac(name="vmac0")}, "use_vmac none -> name vmac0"),
        ({"mcast_src_ip": "192.0.2.9"}, "mcast_src_ip none -> 192.0.2.9"),
        ({"priority": 150, "advert_int": 2.0}, "priority 100 -> 150, advert_int 1 -> 2"),
    ],
)
def test_a_value_has_the_name_of_its_keyword_and_is_written_as_in_the_file(values: dict[str, Any], words: str) -> None:
    assert instance(**values) == words


def test_an_attribute_without_a_keyword_has_its_own_name() -> None:
    service = replace(SERVICE, ip_family=None)
    assert of(SERVICE, service, "lvs").values[0].name == "ip_family"
    notify = Notify(name="VI_1")
    assert of(notify, replace(notify, master=TRUE), "checker").words == (
        'notify VI_1: master none -> "/bin/true \\042a b\\042" root root'
    )


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"real_servers": (FIRST, replace(SECOND, weight=3))}, "real_server 10.0.0.2:80 weight 1 -> 3"),
        ({"real_servers": (FIRST,)}, "real_servers - 10.0.0.2:80"),
        ({"real_servers": (SECOND, FIRST)}, "real_servers in this order -> in another order"),
        ({"lb_kind": Forwarding(method=ForwardingMethod.DR)}, "lvs_method NAT -> DR"),
        ({"quorum_up": TRUE}, 'quorum_up none -> "/bin/true \\042a b\\042" root root'),
    ],
)
def test_virtual_servers(values: dict[str, Any], words: str) -> None:
    assert of(SERVICE, replace(SERVICE, **values), "lvs").words == f"virtual_server 192.0.2.1:80/TCP: {words}"


def test_a_check_is_known_by_its_target_and_one_of_two_alike_by_its_values() -> None:
    def checks(*found: Any) -> RealServerChecks:
        return RealServerChecks(virtual_server="v", real_server="r", checks=found)

    old, new = TcpCheck(address="10.0.0.1", port=80), TcpCheck(address="10.0.0.1", port=80, retry=3)
    assert of(checks(old), checks(new), "checker").words == "checks v r: TCP_CHECK 10.0.0.1:80 retry 1 -> 3"
    one, other = (DnsCheck(address="10.0.0.1", port=53, name=name) for name in ("a.example", "b.example"))
    change = of(checks(one, other), checks(one), "checker")
    assert len(change.values[0].gone) == 1
    assert "b.example" in change.values[0].gone[0]


def test_a_check_that_another_replaces_is_shown_with_its_kind_and_each_has_its_own_reason() -> None:
    old = RealServerChecks(virtual_server="v", real_server="r", checks=(TcpCheck(address="10.0.0.1", port=80),))
    change = of(old, replace(old, checks=(MiscCheck(program=TRUE),)), "checker")
    gone, come = change.values
    assert [text.partition(" ")[0] for text in (*gone.gone, *come.come)] == ["TCP_CHECK", "MISC_CHECK"]
    assert (gone.come, gone.effect.reason) == ((), "the others decide")
    assert (come.gone, come.effect.reason) == ((), "it counts as up until it has failed")


def test_the_order_of_addresses_is_what_adverts_say_and_no_more() -> None:
    both = replace(INSTANCE, addresses=(ONE, TWO))
    change = of(both, replace(both, addresses=(TWO, ONE)))
    assert change.words == "vrrp_instance VI_1: virtual_ipaddress in this order -> in another order"
    assert change.effect == Effect(Disturbs.ADVERT, "adverts list the addresses in this order")


def test_static_objects_are_written_as_in_the_file() -> None:
    before = StaticRouting(addresses=(VirtualAddress(address="10.0.0.1", prefixlen=32, dev="lo"),))
    after = StaticRouting(routes=(Route(destination="10.7.0.0/16", via="10.0.0.2"),))
    change = of(before, after)
    assert (
        change.words
        == "static routing: static_ipaddress - 10.0.0.1/32 dev lo, static_routes + 10.7.0.0/16 via 10.0.0.2"
    )


def test_a_long_line_is_cut() -> None:
    many = tuple(replace(ONE, address=f"192.0.2.{number}") for number in range(1, 30))
    assert instance(addresses=many).endswith("192.0.2.9/24 dev eth0, 20 more")


# --- objects ----------------------------------------------------------------------------------------------------------


def test_what_goes_is_told_first() -> None:
    script = VrrpScript(name="web", program=TRUE)
    found = changes(Config(vrrp=(INSTANCE,), checker=(script,)), Config(lvs=(SERVICE,)))
    assert [change.words for change in found] == [
        "vrrp_instance VI_1: removed",
        "vrrp_script web: removed",
        "virtual_server 192.0.2.1:80/TCP: added",
    ]


def test_settings_are_an_object_too() -> None:
    (change,) = changes(Config(), Config(settings=Settings(router_id="lb1", vrrp=replace(Settings().vrrp, version=3))))
    assert change.words == "settings: router_id none -> lb1, vrrp_version 2 -> 3"
    assert change.effect.disturbs is Disturbs.NOTHING


def test_what_no_worker_acts_on_disturbs_nothing() -> None:
    group = SyncGroup(name="G", members=("VI_1",))
    change = of(group, replace(group, members=("VI_1", "VI_2")), "kept")
    assert change.words == "vrrp_sync_group G: group + VI_2"
    assert change.effect == change.values[0].effect == Effect(Disturbs.NOTHING, "alived does not act on it yet")
    assert of(INSTANCE, replace(INSTANCE, priority=1), "kept").effect.disturbs is Disturbs.NOTHING


def test_an_object_that_a_worker_ceases_to_act_on_goes_for_all_that_matters() -> None:
    faster = replace(INSTANCE, advert_int=0.5)
    (change,) = changes(Config(vrrp=(INSTANCE,)), Config(kept=(faster,)))
    assert (change.sign, change.words) == (Sign.CHANGED, "vrrp_instance VI_1: runs yes -> not yet, advert_int 1 -> 0.5")
    assert change.effect.reason.startswith("it gives up its addresses")
    (change,) = changes(Config(kept=(faster,)), Config(vrrp=(faster,)))
    assert change.words == "vrrp_instance VI_1: runs not yet -> yes"
    assert change.effect.reason.startswith("it takes part in the election")


def test_the_worst_value_decides() -> None:
    change = of(INSTANCE, replace(INSTANCE, advert_int=2.0, interface="eth1", skip_check_adv_addr=True))
    assert [value.effect.disturbs for value in change.values] == ["failover", "advert", "nothing"]
    assert change.effect == change.values[0].effect
    assert worst([]).disturbs is Disturbs.NOTHING


# --- other names ------------------------------------------------------------------------------------------------------


def test_an_instance_that_gets_another_name_disturbs_nobody() -> None:
    group, other = SyncGroup(name="G", members=("VI_1", "VI_2")), replace(INSTANCE, name="VI_2", virtual_router_id=52)
    notify = Notify(name="VI_1", master=TRUE)
    old = Config(vrrp=(INSTANCE, other, group), checker=(notify,))
    renamed = replace(INSTANCE, name="WEB")
    new = Config(vrrp=(renamed, other, replace(group, members=("WEB", "VI_2"))), checker=(replace(notify, name="WEB"),))
    (change,) = changes(old, new)
    assert (change.words, change.sign) == ("vrrp_instance VI_1: renamed to WEB", Sign.CHANGED)
    assert (change.values[0].name, change.values[0].old, change.values[0].new) == ("name", "VI_1", "WEB")
    assert change.effect.disturbs is Disturbs.NOTHING
    (change,) = changes(old, replace(new, vrrp=(replace(renamed, priority=7), *new.vrrp[1:])))
    assert change.words == "vrrp_instance VI_1: renamed to WEB, priority 100 -> 7"
    assert change.effect.disturbs is Disturbs.FAILOVER


def test_names_that_are_swapped_and_names_that_are_taken_over() -> None:
    other = replace(INSTANCE, name="VI_2", virtual_router_id=52)
    old = Config(vrrp=(INSTANCE, other))
    swapped = Config(vrrp=(replace(INSTANCE, name="VI_2"), replace(other, name="VI_1")))
    assert [change.words for change in changes(old, swapped)] == [
        "vrrp_instance VI_1: renamed to VI_2",
        "vrrp_instance VI_2: renamed to VI_1",
    ]
    assert [change.words for change in changes(old, Config(vrrp=(replace(INSTANCE, name="VI_2"),)))] == [
        "vrrp_instance VI_2: removed",
        "vrrp_instance VI_1: renamed to VI_2",
    ]
    third = replace(INSTANCE, name="VI_1", virtual_router_id=53)
    assert [change.words for change in changes(old, Config(vrrp=(replace(INSTANCE, name="VI_3"), other, third)))] == [
        "vrrp_instance VI_1: renamed to VI_3",
        "vrrp_instance VI_1: added",
    ]


# --- secrets ----------------------------------------------------------------------------------------------------------

KEYS = AuthHmac(keys=(HmacKey(number=1, secret=b"k" * 32),), active_key=1)
OTHERS = AuthHmac(keys=(HmacKey(number=1, secret=b"o" * 32),), active_key=1)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ({}, {"auth_type": AuthType.PASS, "auth_pass": b"sesame"}, "auth_type none -> PASS, auth_pass changes"),
        ({"auth_pass": b"sesame"}, {"auth_pass": b"kkkk"}, "auth_pass changes"),
        ({"auth_hmac": KEYS}, {"auth_hmac": OTHERS}, "auth_hmac key changes"),
        ({}, {"auth_hmac": KEYS}, "auth_hmac none -> key ********, active_key 1"),
    ],
)
def test_secrets_are_never_shown(old: dict[str, Any], new: dict[str, Any], words: str) -> None:
    change = of(replace(INSTANCE, **old), replace(INSTANCE, **new))
    assert change.words == f"vrrp_instance VI_1: {words}"
    told = repr(dataclasses.asdict(change))
    assert not any(secret in told for secret in ("sesame", "kkkk", "oooo", (b"k" * 32).hex(), (b"o" * 32).hex()))


def test_the_password_of_a_key_is_not_shown() -> None:
    change = of(SslContext(), SslContext(password="sesame", ca="/etc/ca.pem"), "kept")
    assert change.words == "SSL: password changes, ca none -> /etc/ca.pem"
    assert "sesame" not in repr(change)


@dataclasses.dataclass(frozen=True)
class Strange:
    """An object of which the grammar knows nothing."""

    names: tuple[tuple[str, ...], ...] = ()
    hidden: bytes = b""
    key: str = "strange"


def test_what_the_grammar_does_not_know_is_said_too_and_bytes_are_secrets() -> None:
    change = of(Strange(), Strange(names=(("a", "b"),), hidden=b"hunter2"), part="kept")
    assert "a b" in change.words
    assert "hunter2" not in change.words
    assert b"hunter2".hex() not in change.words
