"""Counters, by the names that operators know."""

from alived.workers.vrrp.stats import ERRORS, Stats
from alived.workers.vrrp.wire.rejection import Reason


def test_every_counter_is_in_the_document() -> None:
    stats = Stats(adverts_sent=1, adverts_received=2, became_master=3, lost_master=4, address_list_errors=5)
    stats.rejected.update({Reason.TTL: 6, Reason.PASSWORD: 3, Reason.HMAC_STALE: 4})
    document = stats.document()
    assert document["adverts_sent"] == 1
    assert document["lost_master"] == 4
    assert document["rejected"] == {Reason.TTL.value: 6, Reason.PASSWORD.value: 3, Reason.HMAC_STALE.value: 4}
    assert {name: count for name, count in document["errors"].items() if count} == {
        "ttl": 6, "auth_failure": 7, "address_list": 5,
    }  # fmt: skip


def test_asking_counts_nothing() -> None:
    stats = Stats()
    assert stats.document()["errors"] == dict.fromkeys([*ERRORS, "address_list"], 0)
    assert stats.document()["rejected"] == {}
