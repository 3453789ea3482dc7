"""Which interfaces are made, and what lies on which. keepalived 2.2.7 gave the same names to the same instances."""

from typing import Any

import pytest

from alived.ipc.model.globals import VrrpGlobals
from alived.ipc.model.links import Ipvlan, IpvlanMode, Vmac
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Family, VrrpInstance
from alived.workers.vrrp.kernel.link_plan import Identity, Kind, LinkPlan, plans, renamed, virtual_mac


def at(address: str, dev: str = "eth0", *, use_vmac: bool = False) -> VirtualAddress:
    return VirtualAddress(address=address, prefixlen=128 if ":" in address else 32, dev=dev, use_vmac=use_vmac)


def instance(name: str, vrid: int, *addresses: VirtualAddress, **options: Any) -> VrrpInstance:
    given = {"interface": "eth0", "use_vmac": Vmac(), **options}
    return VrrpInstance(name=name, virtual_router_id=vrid, addresses=addresses, **given)


def planned(*instances: VrrpInstance, settings: VrrpGlobals | None = None, **known: str) -> list[LinkPlan]:
    found = {Identity(Kind.MACVLAN, "eth0", "00:00:5e:00:01:33"): name for name in known.values()}
    return list(plans(instances, settings or VrrpGlobals(), found).values())


def made(plan: LinkPlan) -> list[tuple[str, str, str]]:
    return [(link.name, link.base, link.mac.hex(":")) for link in plan.links]


def places(plan: LinkPlan) -> list[str]:
    return [virtual.dev for virtual in (*plan.addresses, *plan.excluded)]


def test_an_instance_without_any_leaves_everything_where_it_is() -> None:
    (plan,) = planned(instance("V", 51, at("10.9.0.100"), use_vmac=None))
    assert plan == LinkPlan((), "eth0", "eth0", "eth0", (at("10.9.0.100"),), ())


def test_unicast_without_an_interface_goes_through_its_vrf() -> None:
    (plan,) = planned(instance("V", 51, at("10.9.0.100"), use_vmac=None, interface="", vrf="blue"))
    assert (plan.send_on, plan.receive_on, plan.source_on) == ("blue", "blue", "blue")


def test_addresses_of_the_instances_interface_lie_on_the_vmac_and_adverts_use_it() -> None:
    (plan,) = planned(instance("V", 51, at("10.9.0.100"), at("10.9.1.100", "eth1")))
    assert made(plan) == [("vrrp.51", "eth0", "00:00:5e:00:01:33")]
    assert places(plan) == ["vrrp.51", "eth1"]
    assert (plan.send_on, plan.receive_on, plan.source_on) == ("vrrp.51", "vrrp.51", "eth0")


def test_with_ipv6_adverts_come_from_the_vmacs_own_address() -> None:
    (plan,) = planned(instance("V", 51, at("fe80::5"), family=Family.IPV6, mcast_src_ip="fe80::7"))
    assert made(plan) == [("vrrp6.51", "eth0", "00:00:5e:00:02:33")]
    assert plan.source_on == "vrrp6.51"
    assert plan.links[0].needs_source
    assert plan.links[0].source == "fe80::7"
    assert (plan.links[0].ipv4, plan.links[0].ipv6) == (False, True)


def test_with_vmac_xmit_base_adverts_stay_on_the_base() -> None:
    (plan,) = planned(instance("V", 51, at("fe80::5"), family=Family.IPV6, vmac_xmit_base=True))
    assert (plan.send_on, plan.receive_on, plan.source_on) == ("eth0", "eth0", "eth0")
    assert not plan.links[0].needs_source
    assert places(plan) == ["vrrp6.51"]


def test_names_are_counted_up_when_they_are_taken() -> None:
    six = {"family": Family.IPV6}
    plans = planned(
        instance("A", 51, at("10.9.0.100"), at("10.9.1.100", "eth1", use_vmac=True)),
        instance("D", 51, at("fe80::5"), at("2001:db8::55", "eth1", use_vmac=True), **six),
        instance(
            "F", 61, at("10.9.2.161", "eth2"), interface="eth2", use_vmac=Vmac(name="vrrp.70", mac="00:11:22:33:44")
        ),
        instance("H", 70, at("10.9.1.161", "eth1"), interface="eth1"),
    )
    assert made(plans[0]) == [("vrrp.51", "eth0", "00:00:5e:00:01:33"), ("vrrp1.51", "eth1", "00:00:5e:00:01:33")]
    assert made(plans[1]) == [("vrrp6.51", "eth0", "00:00:5e:00:02:33"), ("vrrp2.51", "eth1", "00:00:5e:00:02:33")]
    assert made(plans[2]) == [("vrrp.70", "eth2", "00:11:22:33:44:3d")]
    assert made(plans[3]) == [("vrrp1.70", "eth1", "00:00:5e:00:01:46")]


def test_the_number_that_would_look_like_ipv6_is_passed_over() -> None:
    plans = planned(*(instance(f"V{number}", 51, interface=f"eth{number}") for number in range(8)))
    assert [plan.links[0].name for plan in plans] == [f"vrrp{infix}.51" for infix in ("", 1, 2, 3, 4, 5, 7, 8)]


def test_a_name_stays_what_it_was() -> None:
    (plan,) = planned(instance("V", 51), known="vrrp3.51")
    assert plan.links[0].name == "vrrp3.51"
    other = instance("W", 52, interface="eth1", use_vmac=Vmac(name="vrrp3.51"))
    plans = planned(instance("V", 51), other, known="vrrp3.51")
    assert [plan.links[0].name for plan in plans] == ["vrrp.51", "vrrp3.51"]


def test_prefixes_are_cut_so_that_the_name_fits() -> None:
    settings = VrrpGlobals(vmac_prefix="averylongprefix", vmac_addr_prefix="vip")
    (plan,) = planned(instance("V", 251, at("10.9.1.1", "eth1", use_vmac=True)), settings=settings)
    assert [link.name for link in plan.links] == ["averylongpr.251", "vip.251"]


def test_use_vmac_addr_makes_one_on_each_other_interface_and_for_the_other_family() -> None:
    (plan,) = planned(
        instance(
            "C", 52, at("10.9.0.102"), at("10.9.1.102", "eth1"), at("10.9.1.103", "eth1"),
            excluded=(at("2001:db8::99"),), use_vmac_addr=True,
        )
    )  # fmt: skip
    assert made(plan) == [
        ("vrrp.52", "eth0", "00:00:5e:00:01:34"),
        ("vrrp1.52", "eth1", "00:00:5e:00:01:34"),
        ("vrrp6.52", "eth0", "00:00:5e:00:02:34"),
    ]
    assert places(plan) == ["vrrp.52", "vrrp1.52", "vrrp1.52", "vrrp6.52"]


def test_without_it_excluded_addresses_of_the_other_family_stay_on_the_base() -> None:
    (plan,) = planned(instance("A", 51, at("10.9.0.100"), excluded=(at("2001:db8::77"),)))
    assert places(plan) == ["vrrp.51", "eth0"]


def test_an_address_can_have_one_though_the_adverts_have_none() -> None:
    (plan,) = planned(instance("I", 71, at("10.9.0.163", use_vmac=True), at("10.9.0.164"), use_vmac=None))
    assert made(plan) == [("vrrp.71", "eth0", "00:00:5e:00:01:47")]
    assert places(plan) == ["vrrp.71", "eth0"]
    assert plan.send_on == "eth0"


def test_an_address_can_name_the_vmac_itself() -> None:
    (plan,) = planned(
        instance("V", 51, excluded=(at("2001:db8::1", "mine"),), use_vmac=Vmac(name="mine"), use_vmac_addr=True)
    )
    assert places(plan) == ["mine"]
    assert (plan.links[0].ipv4, plan.links[0].ipv6) == (True, True)


def test_two_can_not_have_the_same_mac_address_on_an_interface() -> None:
    plans = planned(
        instance("A", 51, at("10.9.1.100", "eth1", use_vmac=True), at("10.9.1.101", "eth1", use_vmac=True)),
        instance("B", 51, at("10.9.1.102", "eth1"), interface="eth1"),
    )
    assert plans[0].faults == ()
    assert plans[1].faults == ("A uses the virtual MAC address 00:00:5e:00:01:33 on eth1 already",)


def test_an_ipvlan_has_the_addresses_of_both_families_and_sends_from_its_own() -> None:
    ipvlan = Ipvlan(address="10.9.0.60/24", mode=IpvlanMode.VEPA, group="7")
    (plan,) = planned(
        instance("E", 60, at("10.9.0.160"), excluded=(at("2001:db8::1"),), use_vmac=None, use_ipvlan=ipvlan)
    )
    (link,) = plan.links
    assert (link.name, link.mac, link.mode, link.address, link.group) == ("vrrp.60", b"", "vepa", "10.9.0.60/24", "7")
    assert link.identity == Identity(Kind.IPVLAN, "eth0", "vrrp_instance E")
    assert places(plan) == ["vrrp.60", "vrrp.60"]
    assert (plan.send_on, plan.source_on) == ("vrrp.60", "vrrp.60")


def test_promote_secondaries_is_of_the_instances_interface() -> None:
    (plan,) = planned(instance("V", 51, use_vmac=None, promote_secondaries=True))
    assert plan.promote == "eth0"


@pytest.mark.parametrize(
    ("mac", "family", "expected"),
    [
        ("", Family.IPV4, "00:00:5e:00:01:33"),
        ("", Family.IPV6, "00:00:5e:00:02:33"),
        ("02:11:22:33:44", Family.IPV4, "02:11:22:33:44:33"),
        ("02:11:22:33:44:55", Family.IPV4, "02:11:22:33:44:55"),
        ("02:11:22:33:44:55", Family.IPV6, "00:00:5e:00:02:33"),
    ],
)
def test_the_mac_address_is_that_of_the_rfc_unless_given(mac: str, family: Family, expected: str) -> None:
    assert virtual_mac(instance("V", 51, use_vmac=Vmac(mac=mac)), family).hex(":") == expected


def test_an_ipvlan_keeps_its_name_when_its_instance_gets_another_one() -> None:
    macvlan = Identity(Kind.MACVLAN, "eth0", "00:00:5e:00:01:33")
    known = {Identity(Kind.IPVLAN, "eth0", "vrrp_instance V"): "vrrp1.51", macvlan: "vrrp.51"}
    moved = renamed(known, {"W": "V"})
    assert moved == {Identity(Kind.IPVLAN, "eth0", "vrrp_instance W"): "vrrp1.51", macvlan: "vrrp.51"}
    config = VrrpInstance(name="W", interface="eth0", virtual_router_id=51, use_ipvlan=Ipvlan())
    assert plans([config], VrrpGlobals(), moved)[config.key].send_on == "vrrp1.51"
