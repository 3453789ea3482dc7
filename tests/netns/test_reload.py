"""SIGHUP: what changed in the file changes, and nothing else moves."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from examples.testbed.hosts import wait_until
from examples.testbed.pair import CONFIG, VIP, Pair, ask, config, workers
from examples.testbed.witness import Witness

RELOADED = 5.0
MANY = 100
GROWTH = 1.05
"""How much memory may grow in MANY reloads: nothing, but for what an allocator keeps."""


@contextmanager
def unnoticed(pair: Pair) -> Iterator[Witness]:
    """What happens inside is noticed by nobody, and no worker is replaced."""
    before = workers(pair.host1)
    witness = Witness(pair, pair.host1)
    yield witness
    witness.end()
    assert witness.noticed() == []
    assert workers(pair.host1) == before


def reload(pair: Pair, text: str) -> str:
    """Give host1 another configuration and SIGHUP; returns what the daemon says until it is done."""
    daemon = pair.daemons[0]
    pair.host1.write(CONFIG, text)
    said = len(daemon.output())
    daemon.signal(signal.SIGHUP)
    wait_until(lambda: any(word in daemon.output()[said:] for word in ("reloaded", "refused")), RELOADED, "the reload")
    return daemon.output()[said:]


@pytest.fixture
def pair(running: Pair) -> Iterator[Pair]:
    """The running pair, with the user's configuration again afterwards."""
    yield running
    reload(running, config(running.host1))


def test_an_unchanged_file_changes_nothing(pair: Pair) -> None:
    with unnoticed(pair) as witness:
        before = ask(pair.host1, "vrrp")["instances"]
        reload(pair, config(pair.host1))
    assert witness.longest_pause < 1.1
    after = ask(pair.host1, "vrrp")["instances"]
    assert [instance["state"] for instance in after] == [instance["state"] for instance in before] == ["MASTER"]


def test_a_changed_priority_is_in_the_next_advert(pair: Pair) -> None:
    with unnoticed(pair) as witness:
        reload(pair, config(pair.host1).replace("priority 100", "priority 120"))
        witness.adverts.wait(lambda advert: advert.priority == 120, 1.2, "an advert with the new priority")
    assert witness.longest_pause < 1.1
    priorities = [advert.priority for advert in witness.adverts.heard]
    assert set(priorities) <= {100, 120}
    assert priorities == sorted(priorities)


def test_an_added_address_comes_and_goes_alone(pair: Pair) -> None:
    added = "172.20.0.25"
    with unnoticed(pair) as witness:
        reload(pair, config(pair.host1).replace(f"{VIP} dev ens33", f"{VIP} dev ens33\n{added} dev ens33"))
        pair.host1.wait_for_address(f"{added}/32", 2)
        assert pair.client.run("curl", "-s", "--max-time", "2", f"http://{added}").strip() == "host1"
        reload(pair, config(pair.host1))
        pair.host1.wait_for_address(f"{added}/32", 2, present=False)
    assert witness.longest_pause < 1.1
    assert len(witness.address_changes()) == 2


def test_an_added_real_server_joins_the_table(pair: Pair) -> None:
    block = config(pair.host1)
    begin = block.index("real_server")
    end = block.rindex("}")
    second = block[begin:end].replace("172.20.0.21", "172.20.0.22")
    with unnoticed(pair):
        reload(pair, block[:end] + second + "}\n")
        wait_until(lambda: len(real_servers(pair)) == 2, RELOADED, "two real servers")
        reload(pair, config(pair.host1))
        wait_until(lambda: len(real_servers(pair)) == 1, RELOADED, "one real server again")


def real_servers(pair: Pair) -> list[str]:
    """Names of what is behind the virtual server on host1, in the kernel's table."""
    (service,) = ask(pair.host1, "lvs")["virtual_servers"]
    return [server["name"] for server in service["real_servers"]]


def test_a_broken_file_leaves_everything_as_it_was(pair: Pair) -> None:
    with unnoticed(pair):
        broken = config(pair.host1) + "vrrp_instance VI_9 {\n"
        said = reload(pair, broken)
        line = broken.count("\n")
        assert f"{CONFIG}:{line}:20: error: this '{{' is not closed" in said
        assert ask(pair.host1, "status")["reload_error"]
    reload(pair, config(pair.host1))
    assert ask(pair.host1, "status")["reload_error"] is None


def test_a_value_that_cannot_be_used_is_said_and_nobody_else_notices(pair: Pair) -> None:
    with unnoticed(pair):
        said = reload(pair, config(pair.host1).replace("advert_int 1", "advert_int one"))
        assert "`advert_int` must be a number of seconds" in said
        assert ask(pair.host1, "status")["reload_error"] is None


def test_a_hundred_reloads_leak_nothing(pair: Pair) -> None:
    texts = [config(pair.host1), config(pair.host1).replace("priority 100", "priority 110")]
    for number in range(10):  # what is made on the first ones stays
        reload(pair, texts[number % 2])
    before = resources(pair)
    with unnoticed(pair):
        for number in range(MANY):
            reload(pair, texts[number % 2])
    after = resources(pair)
    assert {name: held[0] for name, held in after.items()} == {name: held[0] for name, held in before.items()}
    assert sum(held[1] for held in after.values()) <= GROWTH * sum(held[1] for held in before.values())


def resources(pair: Pair) -> dict[str, tuple[int, int]]:
    """Descriptors and unshared memory (bytes) of each process of host1's daemon."""
    processes = [parent := psutil.Process(pair.daemons[0].pid), *parent.children(recursive=True)]
    return {
        f"{process.pid}": (process.num_fds(), unshared(process.pid))
        for process in processes
        if "alived" in " ".join(process.cmdline())
    }


def unshared(pid: int) -> int:
    """Bytes of a process that no other shares."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(line.split()[1]) * 1024 for line in rollup.splitlines() if line.startswith("Private_"))


# --- other names ------------------------------------------------------------------------------------------------------

TOLD = "/tmp/told"
TELLING = f"notify {TOLD}.sh\n"


def test_another_name_moves_nothing_and_an_heir_goes_on_under_it(pair: Pair) -> None:
    """Nor is anybody notified; the peer is an alived."""
    pair.host1.write(f"{TOLD}.sh", f'#!/bin/sh\necho "$2 $3" >>{TOLD}\n', 0o755)
    telling = config(pair.host1).replace("priority 100", f"priority 100\n{TELLING}")
    name = telling.split("vrrp_instance ")[1].split()[0]
    reload(pair, telling)
    master = workers(pair.host1)["vrrp"]
    witness = Witness(pair, pair.host1)
    said = reload(pair, telling.replace(f"vrrp_instance {name}", "vrrp_instance WEB"))
    assert f"reload: vrrp_instance {name}: renamed to WEB" in said
    assert f"notify {name}" not in said
    pair.host1.run("kill", "-KILL", str(master))
    wait_until(lambda: workers(pair.host1)["vrrp"] not in (0, master), RELOADED, "another vrrp worker")
    wait_until(lambda: state(pair) == ["WEB", "MASTER", "resumed"], RELOADED, "WEB to be master again")
    witness.end()
    assert witness.noticed() == []
    assert witness.longest_pause < 1.1
    assert pair.host1.run("sh", "-c", f"cat {TOLD} 2>/dev/null || true") == ""


def state(pair: Pair) -> list[str]:
    (instance,) = ask(pair.host1, "vrrp")["instances"]
    return [instance["instance"], instance["state"], instance["reason"]]
