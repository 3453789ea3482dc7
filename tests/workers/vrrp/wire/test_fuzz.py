"""Some thousand packets of the fuzzer, and that it would notice; `python -m bench.fuzz 10000000` for more."""

import os
import random
from dataclasses import replace
from typing import Any

import pytest

from alived.workers.vrrp.wire.dialect import Conversation
from alived.workers.vrrp.wire.writer import Writer
from bench import fuzz

CASES = int(os.environ.get("ALIVED_FUZZ", "6000"))


def test_nothing_is_heard_that_should_not_be() -> None:
    refusals = fuzz.run(CASES, seed=2026)
    assert set(refusals) == set(fuzz.DIALECTS)
    assert all(refusals.values())


@pytest.mark.parametrize(
    "name", [name for name, dialect in fuzz.DIALECTS.items() if dialect.auth_hmac or dialect.by_ah]
)
def test_it_notices_a_forgery_that_is_heard(name: str) -> None:
    """A peer whose key got into wrong hands, as the fuzzer sees it."""
    target = fuzz.Target(fuzz.DIALECTS[name])
    target.renew(random.Random(0))
    genuine = target.genuine
    target.renew(random.Random(1))
    with pytest.raises(fuzz.Wrong, match="forgery"):
        fuzz.attempt(target, genuine)


def test_it_notices_an_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any) -> None:
        raise IndexError

    target = fuzz.Target(fuzz.DIALECTS["v3"])
    monkeypatch.setattr(target.receiver, "receive_ipv4", fails)
    with pytest.raises(fuzz.Wrong, match="IndexError"):
        fuzz.attempt(target, b"")


def test_it_notices_a_packet_that_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz, "LONGEST", 0.0)
    with pytest.raises(fuzz.Wrong, match=r"more than 0\.0 s"):
        fuzz.attempt(fuzz.Target(fuzz.DIALECTS["v3"]), b"")


def test_it_notices_a_router_that_hears_nothing() -> None:
    target = fuzz.Target(fuzz.DIALECTS["v3"])
    target.writer = Writer(replace(target.dialect, vrid=52), Conversation())
    with pytest.raises(fuzz.Wrong, match="not heard"):
        target.renew(random.Random(0))
