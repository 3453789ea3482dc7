"""What is said of network interfaces as such."""

from alived.ipc.model.interfaces import GarpGroup, InterfaceDelay, LinkbeatInterface, LinkbeatType
from tests.supervisor.config.trackers import TrackerText


def garp_groups(text: str) -> tuple[list[GarpGroup], list[str]]:
    made = TrackerText(text)
    return [placed.value for placed in made.interfaces.garp_groups()], made.said


def test_a_pace_of_its_own() -> None:
    assert garp_groups("garp_group {\ngarp_interval 0.01\ninterface eth0\ninterface eth1\n}\n") == (
        [GarpGroup(garp_interval=0.01, interface=("eth0", "eth1"))],
        [],
    )


def test_interfaces_that_share_a_pace() -> None:
    assert garp_groups("garp_group {\ngna_interval 0.5\ninterfaces {\neth0 eth1\nens33\n}\n}\n") == (
        [GarpGroup(gna_interval=0.5, interfaces=("eth0", "eth1", "ens33"))],
        [],
    )


def test_an_interface_is_in_one_group() -> None:
    text = "garp_group {\ngarp_interval 0\ninterface eth0\n}\n" * 2
    found, said = garp_groups(text)
    assert [group.interface for group in found] == [("eth0",), ()]
    assert said == ["7 error: eth0 is in a garp_group already"]


def test_groups_that_say_too_little_or_too_much() -> None:
    found, said = garp_groups("""
        garp_group {
            interfaces {
            }
        }
        garp_group {
            garp_interval 2
            interface eth9
        }
    """)
    assert found == [GarpGroup(garp_interval=2.0)]
    assert said == [
        "1-4 error: no interfaces are named in `interfaces`",
        "1-4 error: this garp_group says neither garp_interval nor gna_interval",
        "6 advice: that is very long between two messages",
        "7 error: there is no interface eth9",
    ]


def test_delays() -> None:
    text = TrackerText("""
        interface_up_down_delays {
            eth0 1
            eth1 2 0.5
            eth0 3
            eth9 1
        }
    """)
    assert text.interfaces.delays() == (
        InterfaceDelay(name="eth0", down=3.0, up=3.0),
        InterfaceDelay(name="eth1", down=2.0, up=0.5),
    )
    assert text.said == ["5 error: there is no interface eth9"]


def test_linkbeat() -> None:
    text = TrackerText("""
        linkbeat_interfaces {
            eth0
            eth1 MII
            eth9
        }
    """)
    assert text.interfaces.linkbeat() == (
        LinkbeatInterface(name="eth0"),
        LinkbeatInterface(name="eth1", type=LinkbeatType.MII),
    )
    assert text.said == ["4 error: there is no interface eth9"]
