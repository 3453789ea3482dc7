"""effects.py: what can be disturbed, the harmless first."""

from alived.supervisor.effects import Disturbs, advert, connection, failover, nothing


def test_they_are_ordered_from_the_harmless_to_the_worst() -> None:
    found = [make("why") for make in (nothing, advert, connection, failover)]
    assert [effect.disturbs.weight for effect in found] == [0, 1, 2, 3]
    assert {effect.reason for effect in found} == {"why"}
    assert max(Disturbs, key=lambda kind: kind.weight) is Disturbs.FAILOVER
