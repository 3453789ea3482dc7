"""What must hold between the instances of a file, and between them and the machine."""

from collections.abc import Callable

import pytest

from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.diagnostics import Code, Diagnostic, Severity
from alived.supervisor.config.load import Loaded

Judge = Callable[[str], Loaded]


def instance(name: str, vrid: int, lines: str = "", interface: str = "eth0", address: str = "") -> str:
    vip = f"virtual_ipaddress {{\n{address or f'10.0.0.{ord(name[0])}'}\n}}"
    return f"vrrp_instance {name} {{\ninterface {interface}\nvirtual_router_id {vrid}\n{vip}\n{lines}\n}}\n"


def peers(*addresses: str, source: str = "") -> str:
    return "unicast_peer {\n" + "\n".join(addresses) + "\n}" + (f"\nunicast_src_ip {source}" if source else "")


def names(loaded: Loaded) -> list[str]:
    """Of all instances, those that no worker runs yet too."""
    everything = (*loaded.config.vrrp, *loaded.config.kept)
    return sorted(one.name for one in everything if isinstance(one, VrrpInstance))


def said(loaded: Loaded) -> tuple[Diagnostic, ...]:
    return tuple(found for found in loaded.diagnostics if found.code is not Code.NOT_IMPLEMENTED)


def test_two_instances_of_one_name(judge: Judge) -> None:
    loaded = judge(instance("A", 1) + instance("A", 2))
    assert names(loaded) == ["A"]
    (found,) = said(loaded)
    assert (found.code, found.message, found.hint) == (
        Code.DUPLICATE,
        "vrrp_instance A is already defined",
        "the one of line 1 is used",
    )


def test_two_instances_of_one_virtual_router(judge: Judge) -> None:
    loaded = judge(instance("A", 1) + instance("B", 1))
    assert names(loaded) == ["A"]
    (found,) = said(loaded)
    assert (found.severity, found.code) == (Severity.ERROR, Code.CONFLICT)
    assert found.message == "B and A both use virtual_router_id 1 on eth0"
    assert found.place.source[found.place.column - 1 :] == "1"


def test_a_third_of_them_is_left_out_too(judge: Judge) -> None:
    loaded = judge(instance("A", 1) + instance("B", 1) + instance("C", 1) + instance("D", 2))
    assert names(loaded) == ["A", "D"]
    assert [found.message for found in said(loaded)] == [
        "B and A both use virtual_router_id 1 on eth0",
        "C and A both use virtual_router_id 1 on eth0",
    ]


def test_one_id_on_two_interfaces_groups_or_families_is_fine(judge: Judge) -> None:
    text = (
        instance("A", 1)
        + instance("B", 1, interface="eth1")
        + instance("C", 1, "mcast_dst_ip 224.0.0.99")
        + instance("D", 1, address="fe80::1")
        + instance("E", 1, peers("10.9.9.9"))
    )
    loaded = judge(text)
    assert names(loaded) == ["A", "B", "C", "D", "E"]
    assert not said(loaded)


@pytest.mark.parametrize(
    ("one", "other", "clash"),
    [
        (peers("10.9.9.1"), peers("10.9.9.2"), False),
        (peers("10.9.9.1", "10.9.9.3"), peers("10.9.9.2", "10.9.9.3"), True),
        (peers("10.9.9.1", source="10.9.9.5"), peers("10.9.9.1", source="10.9.9.6"), False),
        (peers("10.9.9.1", source="10.9.9.5"), peers("10.9.9.1", source="10.9.9.5"), True),
    ],
)
def test_unicast_instances_of_one_id_must_not_share_a_peer(one: str, other: str, clash: bool, judge: Judge) -> None:
    loaded = judge(instance("A", 1, one) + instance("B", 1, other))
    assert names(loaded) == (["A"] if clash else ["A", "B"])
    assert [found.code for found in said(loaded)] == ([Code.CONFLICT] if clash else [])


def test_unicast_on_two_interfaces_is_apart(judge: Judge) -> None:
    text = instance("A", 1, peers("10.9.9.1")) + instance("B", 1, peers("10.9.9.1"), interface="eth1")
    assert names(judge(text)) == ["A", "B"]


def test_an_interface_that_is_not_there(judge: Judge) -> None:
    loaded = judge(instance("A", 1, interface="eth9"))
    assert names(loaded) == ["A"]
    assert [(found.severity, found.code, found.hint) for found in said(loaded)] == [
        (Severity.WARNING, Code.NO_INTERFACE, "A is in fault until there is")
    ]


def test_interfaces_may_come_later_with_dynamic_interfaces(judge: Judge) -> None:
    loaded = judge("global_defs {\ndynamic_interfaces\n}\n" + instance("A", 1, interface="eth9"))
    assert names(loaded) == ["A"]
    assert not said(loaded)


def test_an_interface_that_another_instance_makes(judge: Judge) -> None:
    loaded = judge(instance("A", 1, "use_vmac vrrp.1") + instance("B", 2, interface="vrrp.1"))
    assert names(loaded) == ["A", "B"]
    assert not said(loaded)


def test_an_address_of_two_instances(judge: Judge) -> None:
    text = instance("A", 1, address="10.0.0.9") + instance("B", 2, address="10.0.0.90\n10.0.0.9")
    loaded = judge(text)
    assert names(loaded) == ["A", "B"]
    (found,) = said(loaded)
    assert (found.severity, found.code) == (Severity.ADVICE, Code.SHARED_ADDRESS)
    assert found.message == "10.0.0.9 on eth0 is an address of A, too"
    assert found.place.source == "10.0.0.9"
