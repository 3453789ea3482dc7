"""systemd.py against a real notify socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from alived.supervisor.systemd import Notifier


@pytest.fixture
def listener(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.settimeout(5)
        yield receiver


def test_each_word_arrives(listener: socket.socket) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": listener.getsockname()})
    notifier.ready("all well")
    notifier.reloading()
    notifier.status("busy")
    notifier.alive()
    notifier.stopping()
    received = [listener.recv(200).decode() for _ in range(5)]
    assert received[0] == "READY=1\nSTATUS=all well"
    assert received[1].startswith("RELOADING=1\nMONOTONIC_USEC=")
    notifier.close()
    assert received[2:] == ["STATUS=busy", "WATCHDOG=1", "STOPPING=1\nSTATUS=stopping"]


def test_an_abstract_socket_is_found(tmp_path: Path) -> None:
    name = f"\0{tmp_path}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(name)
        receiver.settimeout(5)
        notifier = Notifier({"NOTIFY_SOCKET": "@" + name[1:]})
        notifier.alive()
        notifier.close()
        assert receiver.recv(100) == b"WATCHDOG=1"


def test_the_variables_are_not_handed_on() -> None:
    environment = {"NOTIFY_SOCKET": "/nowhere", "WATCHDOG_USEC": "3000000", "WATCHDOG_PID": str(os.getpid()), "A": "b"}
    notifier = Notifier(environment)
    assert environment == {"A": "b"}
    assert notifier.watchdog_interval == 1.5
    notifier.alive()  # nobody listens: no error
    notifier.close()
    notifier.alive()


def test_a_watchdog_meant_for_another_process_is_not_ours() -> None:
    assert Notifier({"WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "1"}).watchdog_interval == 0.0


def test_without_systemd_nothing_happens() -> None:
    notifier = Notifier({})
    notifier.ready("nobody hears")
    assert notifier.watchdog_interval == 0.0
