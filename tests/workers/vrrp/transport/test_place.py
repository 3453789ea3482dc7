"""Places."""

from alived.ipc.model.vrrp import Family
from alived.workers.vrrp.transport.place import Place


def test_a_device_that_was_recreated_is_another_place() -> None:
    assert Place(Family.IPV4, "eth0", 2) != Place(Family.IPV4, "eth0", 3)


def test_each_family_has_its_own_places() -> None:
    assert Place(Family.IPV4) != Place(Family.IPV6)
