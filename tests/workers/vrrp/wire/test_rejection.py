"""Words for packets that were not accepted."""

from alived.workers.vrrp.wire.rejection import Reason, Rejection


def test_a_rejection_reads_as_words() -> None:
    assert str(Rejection(Reason.TTL, "254, not 255")) == "wrong TTL (254, not 255)"
    assert str(Rejection(Reason.OWN)) == "own advert came back"
