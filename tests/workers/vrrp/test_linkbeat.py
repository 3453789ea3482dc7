"""Polled links: on real interfaces, and on drivers that answer what a test wants."""

import errno
import fcntl
import os
import struct
import subprocess
from collections.abc import Iterator

import pytest

from alived.ipc.model.interfaces import LinkbeatInterface, LinkbeatType
from alived.workers.vrrp import linkbeat
from alived.workers.vrrp.linkbeat import Linkbeat


@pytest.fixture
def links() -> Iterator[Linkbeat]:
    found = Linkbeat()
    yield found
    found.close()


def eth0(kind: LinkbeatType = LinkbeatType.ANY) -> LinkbeatInterface:
    return LinkbeatInterface(name="eth0", type=kind)


class Driver:
    """Answers ioctl(2) in place of the kernel."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.index = 7
        self.flags = 0x1003 | 0x40
        self.control = 0x1000
        self.status = [0x0004]
        """What is read of the status register, again and again."""
        self.mii = True
        self.asked: list[int] = []
        monkeypatch.setattr(fcntl, "ioctl", self._ioctl)

    def _ioctl(self, _: object, request: int, data: bytes) -> bytes:
        assert data[:16] == b"eth0".ljust(16, b"\0")
        assert len(data) == 40
        self.asked.append(request)
        if not self.index:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return (data[:16] + self._answer(request, data[16:])).ljust(40, b"\0")

    def _answer(self, request: int, data: bytes) -> bytes:
        if request == linkbeat._SIOCGIFINDEX:
            return struct.pack("=i", self.index)
        if request == linkbeat._SIOCGIFFLAGS:
            return struct.pack("=H", self.flags)
        if request in (linkbeat._SIOCGMIIPHY, linkbeat._SIOCGMIIREG) and self.mii:
            phy, number = struct.unpack_from("=HH", data)
            if request == linkbeat._SIOCGMIIPHY:
                return struct.pack("=HHHH", 3, 0, 0, 0)
            assert phy == 3
            value = self.control if number == 0 else self.status[0]
            self.status = self.status if number == 0 else self.status[1:] + self.status[:1]
            return struct.pack("=HHHH", phy, number, 0, value)
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))


@pytest.mark.parametrize(("status", "up"), [([0x0004], True), ([0], False), ([0, 0x0004], True), ([0x0004, 0], True)])
def test_mii(monkeypatch: pytest.MonkeyPatch, links: Linkbeat, status: list[int], up: bool) -> None:
    Driver(monkeypatch).status = status
    links.configure([eth0()])
    assert links.poll() == {"eth0": up}
    assert links.types() == {"eth0": LinkbeatType.MII}


def test_a_link_without_an_interface_that_runs_is_down(monkeypatch: pytest.MonkeyPatch, links: Linkbeat) -> None:
    driver = Driver(monkeypatch)
    links.configure([eth0()])
    for flags, up in ((0x1003, False), (0x1042, False), (0x1043, True)):
        driver.flags = flags
        assert links.poll() == {"eth0": up}


@pytest.mark.parametrize("wanted", list(LinkbeatType))
def test_flags_alone_where_nothing_else_is_known(
    monkeypatch: pytest.MonkeyPatch, links: Linkbeat, wanted: LinkbeatType, caplog: pytest.LogCaptureFixture
) -> None:
    driver = Driver(monkeypatch)
    driver.mii = False
    links.configure([eth0(wanted)])
    assert [links.poll(), links.poll()] == [{"eth0": True}] * 2
    assert links.types() == {"eth0": LinkbeatType.IOCTL}
    complains = wanted in (LinkbeatType.MII, LinkbeatType.ETHTOOL)
    assert caplog.messages == [f"linkbeat of eth0: it does not know {wanted}, IOCTL is used"] * complains
    assert driver.asked[-2:] == [linkbeat._SIOCGIFINDEX, linkbeat._SIOCGIFFLAGS]  # nothing is tried again


def test_mii_is_used_where_ethtool_is_wanted_and_not_known(
    monkeypatch: pytest.MonkeyPatch, links: Linkbeat, caplog: pytest.LogCaptureFixture
) -> None:
    Driver(monkeypatch)
    links.configure([eth0(LinkbeatType.ETHTOOL)])
    assert links.poll() == {"eth0": True}
    assert caplog.messages == ["linkbeat of eth0: it does not know ETHTOOL, MII is used"]


def test_where_there_is_no_transceiver_mii_says_nothing(monkeypatch: pytest.MonkeyPatch, links: Linkbeat) -> None:
    driver = Driver(monkeypatch)
    driver.control, driver.status = 0xFFFF, [0xFFFF]
    links.configure([eth0()])
    links.poll()
    assert links.types() == {"eth0": LinkbeatType.IOCTL}


def test_an_interface_that_goes_and_comes_is_another_one(monkeypatch: pytest.MonkeyPatch, links: Linkbeat) -> None:
    driver = Driver(monkeypatch)
    links.configure([eth0()])
    links.poll()
    driver.index = 0
    assert links.poll() == {"eth0": False}
    driver.index, driver.mii = 8, False
    assert links.poll() == {"eth0": True}
    assert links.types() == {"eth0": LinkbeatType.IOCTL}


def test_it_may_go_between_two_questions(monkeypatch: pytest.MonkeyPatch, links: Linkbeat) -> None:
    driver = Driver(monkeypatch)
    answer = driver._answer

    def goes(request: int, data: bytes) -> bytes:
        if request == linkbeat._SIOCGMIIPHY:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        return answer(request, data)

    monkeypatch.setattr(driver, "_answer", goes)
    links.configure([eth0()])
    assert links.poll() == {"eth0": False}


def test_another_error_is_down_and_said(
    monkeypatch: pytest.MonkeyPatch, links: Linkbeat, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(fcntl, "ioctl", refuse)
    links.configure([eth0()])
    assert links.poll() == {"eth0": False}
    assert caplog.messages == ["linkbeat of eth0: Operation not permitted"]


def test_a_reload_keeps_what_is_known(monkeypatch: pytest.MonkeyPatch, links: Linkbeat) -> None:
    Driver(monkeypatch)
    links.configure([eth0()])
    links.poll()
    links.configure([eth0(), eth0(LinkbeatType.IOCTL)])
    assert links.types() == {"eth0": LinkbeatType.MII}
    links.configure([eth0(LinkbeatType.IOCTL)])
    assert links.types() == {"eth0": LinkbeatType.ANY}
    links.configure([])
    assert links.poll() == {}


@pytest.mark.netns
def test_a_real_pair(links: Linkbeat, caplog: pytest.LogCaptureFixture) -> None:
    """A veth knows ethtool and no MII; its link is down when the other end is."""
    here, there = f"lb{os.getpid() % 100000}a", f"lb{os.getpid() % 100000}b"

    def ip(*words: str) -> None:
        subprocess.run(["ip", "link", *words], check=True, timeout=10)

    ip("add", here, "type", "veth", "peer", "name", there)
    try:
        links.configure([LinkbeatInterface(name=here), LinkbeatInterface(name=there, type=LinkbeatType.MII)])
        assert links.poll() == {here: False, there: False}
        ip("set", here, "up")
        ip("set", there, "up")
        assert links.poll() == {here: True, there: True}
        assert links.types() == {here: LinkbeatType.ETHTOOL, there: LinkbeatType.ETHTOOL}
        ip("set", there, "down")
        assert links.poll() == {here: False, there: False}
    finally:
        ip("del", here)
    assert links.poll() == {here: False, there: False}
    assert caplog.messages == [f"linkbeat of {there}: it does not know MII, ETHTOOL is used"]
