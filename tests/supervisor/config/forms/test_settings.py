"""The forms of settings: what they make of words, and that what they write is read as the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc.model.common import Account
from alived.ipc.model.processes import AdvertBuffers, BufferPolicy
from alived.ipc.model.settings import Fifo, LvsSyncDaemon, LvsTimeouts, MailServer
from alived.supervisor.config.forms.combined import Only, Optional, Several
from alived.supervisor.config.forms.form import Form, UnfitError
from alived.supervisor.config.forms.lvs_settings import SyncDaemon, Timeouts
from alived.supervisor.config.forms.numbers import Integer
from alived.supervisor.config.forms.settings import (
    BuffersPolicy,
    Clamped,
    FifoName,
    Host,
    IncludeChecks,
    ProcessName,
    Umask,
    is_host,
)
from alived.supervisor.config.forms.text import Text


def read(form: Form, text: str) -> object:
    return form.read(tuple(text.split()), text).value


@pytest.mark.parametrize(
    ("form", "value"),
    [
        (Clamped(1, 99), 5),
        (ProcessName(), "keepalived_x"),
        (Host(), MailServer(host="mail.example.com", port=587)),
        (FifoName(), Fifo(path="/run/x")),
        (FifoName(), Fifo(path="/run/x", account=Account("a"))),
        (FifoName(), Fifo(path="/run/x", account=Account("a", ":b"))),
        (BuffersPolicy(), AdvertBuffers(policy=BufferPolicy.MTU)),
        (BuffersPolicy(), AdvertBuffers(policy=BufferPolicy.SIZE, size=5)),
        (IncludeChecks(), ("+match", "-readable")),
        (Timeouts(), LvsTimeouts(tcp=1, tcpfin=2, udp=3)),
        (Timeouts(), LvsTimeouts()),
        (SyncDaemon(), LvsSyncDaemon(interface="eth0")),
        (SyncDaemon(), LvsSyncDaemon(interface="eth0", instance="id", syncid=0, maxlen=1, port=2, ttl=3)),
        (SyncDaemon(), LvsSyncDaemon(interface="eth0", group="ff02::1")),
        (Optional(Integer(1, 3), alone=7), 7),
        (Optional(Integer(1, 3), alone=7), 2),
        (Only(Text()), "x"),
        (Several(Integer(0, 9)), (1, 2, 3)),
        (Several(Text(), least=0, most=2), ()),
    ],
)
def test_what_is_written_is_read_as_the_same(form: Form, value: object) -> None:
    assert read(form, form.write(value)) == value


@given(st.integers(0, 0o777))
def test_every_umask_is_written_and_read(mask: int) -> None:
    assert read(Umask(), Umask().write(mask)) == mask


@pytest.mark.parametrize(
    ("text", "mask"),
    [
        ("0", 0),
        ("9", 9),
        ("077", 0o77),
        ("0x3F", 0o77),
        ("IRGRP|IWGRP", 0o60),
        ("IRGRP | IWGRP |IXOTH", 0o61),
        ("IRWXG|IRWXO", 0o77),
    ],
)
def test_umasks(text: str, mask: int) -> None:
    assert read(Umask(), text) == mask


@pytest.mark.parametrize(
    ("form", "text", "index"),
    [
        (Umask(), "08", 0),
        (Umask(), "077 1", 1),
        (Umask(), "IRGRP | IWGR", 2),
        (Umask(), "IRGRP|", 0),
        (Host(), "a..b", 0),
        (Host(), "192.0.2.1 0", 1),
        (SyncDaemon(), "an_interface_of_17", 0),
        (Timeouts(), "tcp", None),
        (Several(Integer(0, 9)), "1 x 2", 1),
        (Several(Integer(0, 9)), "", None),
        (Only(Text()), "a b", 1),
        (BuffersPolicy(), "MUT", 0),
    ],
)
def test_what_does_not_fit(form: Form, text: str, index: int | None) -> None:
    with pytest.raises(UnfitError) as raised:
        read(form, text)
    assert raised.value.index == index


@pytest.mark.parametrize("host", ["localhost", "a-b.example.com.", "_x.example", "::1", "192.0.2.1", "1a", "a" * 63])
def test_hosts(host: str) -> None:
    assert is_host(host)


@pytest.mark.parametrize("host", ["", "**", "<smtp.example.com>", "a b", "-a", "a-", "1.2.3", "1.2.3.4/24", "a" * 64])
def test_what_cannot_be_a_host(host: str) -> None:
    assert not is_host(host)


def test_a_long_word_takes_no_longer_than_a_short_one() -> None:
    assert not is_host("a" * 50_000 + "!")
    assert not is_host("a." * 50_000)


def test_the_same_policy_twice_is_that_policy() -> None:
    assert BuffersPolicy().read(("MTU", "mtu"), "") == (AdvertBuffers(policy=BufferPolicy.MTU), 2, ())


def test_each_wrong_option_is_said_and_the_others_hold() -> None:
    value, used, problems = SyncDaemon().read(("eth0", "inst", "A", "inst", "B", "id", "300", "what", "port"), "")
    assert value == LvsSyncDaemon(interface="eth0", instance="A")
    assert used == 9
    assert [problem.index for problem in problems] == [3, 6, 7, 8]
