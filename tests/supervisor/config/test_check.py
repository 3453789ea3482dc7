"""What must hold between objects, and between them and the machine."""

from collections.abc import Callable

from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.load import Loaded

Judge = Callable[[str], Loaded]


def instance(name: str, vrid: int, lines: str = "", interface: str = "eth0") -> str:
    vip = f"virtual_ipaddress {{\n10.0.0.{vrid}\n}}"
    return f"vrrp_instance {name} {{\ninterface {interface}\nvirtual_router_id {vrid}\n{vip}\n{lines}\n}}\n"


def names(loaded: Loaded) -> list[str]:
    return [instance.name for instance in loaded.config.vrrp]


def test_two_instances_of_one_name(judge: Judge) -> None:
    loaded = judge(instance("A", 1) + instance("A", 2))
    assert names(loaded) == ["A"]
    (found,) = loaded.diagnostics
    assert (found.code, found.message, found.hint) == (
        Code.DUPLICATE,
        "vrrp_instance A is already defined",
        "the one of line 1 is used",
    )


def test_two_instances_of_one_virtual_router(judge: Judge) -> None:
    loaded = judge(instance("A", 1) + instance("B", 1))
    assert names(loaded) == ["A"]
    (found,) = loaded.diagnostics
    assert (found.severity, found.code) == (Severity.ERROR, Code.CONFLICT)
    assert found.message == "B and A both use virtual_router_id 1 on eth0"


def test_one_id_on_two_interfaces_or_groups_is_fine(judge: Judge) -> None:
    text = instance("A", 1) + instance("B", 1, interface="eth1") + instance("C", 1, "mcast_dst_ip 224.0.0.99")
    loaded = judge(text)
    assert names(loaded) == ["A", "B", "C"]
    assert not loaded.diagnostics


def test_an_interface_that_is_not_there(judge: Judge) -> None:
    loaded = judge(instance("A", 1, interface="eth9"))
    assert names(loaded) == ["A"]
    assert [(found.code, found.hint) for found in loaded.diagnostics] == [
        (Code.NO_INTERFACE, "A is in fault until there is")
    ]


def test_a_weight_cannot_change_the_priority_of_an_owner(judge: Judge) -> None:
    scripts = "".join(f"vrrp_script S{weight} {{\nscript /bin/true\nweight {weight}\n}}\n" for weight in (0, 5))
    settings = "global_defs {\nenable_script_security\n}\n"
    loaded = judge(settings + scripts + instance("A", 1, "priority 255\ntrack_script {\nS0\nS5\n}"))
    assert [(found.severity, found.message) for found in loaded.diagnostics] == [
        (Severity.ADVICE, "the weight of S5 cannot change priority 255")
    ]


def test_a_script_of_an_instance_that_is_left_out_counts_as_tracked(judge: Judge) -> None:
    text = "vrrp_script S {\nscript /bin/true\n}\nvrrp_instance A {\ntrack_script {\nS\n}\n}\n"
    loaded = judge(text)
    assert loaded.config.checker == ()
    assert Code.IGNORED not in [found.code for found in loaded.diagnostics]
