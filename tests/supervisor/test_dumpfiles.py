"""The file of SIGUSR2: keepalived's text, keepalived's name."""

from typing import Any

import pytest

from alived.ipc.model.settings import Files, Settings
from alived.supervisor.dumpfiles import stats_file, stats_text

KEEPALIVED = """\
VRRP Instance: VI_1
  Advertisements:
    Received: 1
    Sent: 8
  Became master: 2
  Released master: 3
  Packet Errors:
    Length: 4
    TTL: 5
    Invalid Type: 6
    Advertisement Interval: 7
    Address List: 9
  Authentication Errors:
    Invalid Type: 0
    Type Mismatch: 10
    Failure: 11
  Priority Zero:
    Received: 12
    Sent: 13
"""
"""The words, their order and the space around them are those that keepalived 2.2.7 writes."""

COUNTERS = {
    "adverts_received": 1,
    "adverts_sent": 8,
    "became_master": 2,
    "lost_master": 3,
    "priority_zero_received": 12,
    "priority_zero_sent": 13,
    "errors": {
        "length": 4,
        "ttl": 5,
        "invalid_type": 6,
        "advert_interval": 7,
        "address_list": 9,
        "auth_type_mismatch": 10,
        "auth_failure": 11,
    },
}


def test_the_text_is_keepalived_s() -> None:
    assert stats_text({"VI_1": COUNTERS}) == KEEPALIVED
    assert stats_text({"VI_1": COUNTERS, "VI_2": COUNTERS}) == KEEPALIVED + KEEPALIVED.replace("VI_1", "VI_2")
    assert stats_text({}) == ""


@pytest.mark.parametrize("counters", [{}, {"errors": None}, {"errors": {"ttl": "many"}}, None])
def test_what_is_not_there_is_0(counters: Any) -> None:
    text = stats_text({"VI_1": counters})
    assert len(text.splitlines()) == len(KEEPALIVED.splitlines())
    assert not {character for line in text.splitlines()[1:] for character in line if character.isdigit()} - {"0"}


@pytest.mark.parametrize(
    ("files", "names", "path"),
    [
        ({}, {}, "/tmp/keepalived.stats"),
        ({"stats_dump_file": "/run/k/"}, {}, "/run/k/keepalived.stats"),
        ({"stats_dump_file": "/run/k/numbers.txt"}, {}, "/run/k/numbers.txt"),
        ({}, {"instance": "blue", "net_namespace": "ns1"}, "/tmp/keepalived.stats"),
        ({"data_use_instance": True}, {}, "/tmp/keepalived.stats"),
        ({"data_use_instance": True}, {"instance": "blue"}, "/tmp/keepalived_blue.stats"),
        (
            {"data_use_instance": True, "stats_dump_file": "/run/k/numbers"},
            {"instance": "blue", "net_namespace": "ns1"},
            "/run/k/numbers_ns1_blue",
        ),
    ],
)  # fmt: skip
def test_the_name(files: dict[str, Any], names: dict[str, Any], path: str) -> None:
    assert stats_file(Settings(files=Files(**files), **names), "/tmp") == path
