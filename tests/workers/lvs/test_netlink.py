"""The generic netlink socket, on the one family that every kernel has."""

import contextlib
import errno
from collections.abc import Iterator

import pytest
from pyroute2.netlink import CTRL_CMD_GETFAMILY, ctrlmsg

from alived.workers.lvs.netlink import BATCH, GenericNetlink


def question(name: str = "") -> ctrlmsg:
    message = ctrlmsg()
    message["cmd"] = CTRL_CMD_GETFAMILY
    message["attrs"] = [("CTRL_ATTR_FAMILY_NAME", name)] if name else []
    return message


@pytest.fixture
def control() -> Iterator[GenericNetlink]:
    with contextlib.closing(GenericNetlink("nlctrl", 2)) as control:
        yield control


def test_a_family_that_is_not_there_is_named_by_errno() -> None:
    with pytest.raises(FileNotFoundError):
        GenericNetlink("no-such-family", 1)


def test_a_dump_yields_every_answer(control: GenericNetlink) -> None:
    names = []
    for data in control.dump(question()):
        answer = ctrlmsg(data)
        answer.decode()
        names.append(answer.get_attr("CTRL_ATTR_FAMILY_NAME"))
    assert "nlctrl" in names


def test_each_request_has_its_own_errno_however_many_there_are(control: GenericNetlink) -> None:
    messages = [question("nlctrl" if number % 2 else "no-such-family") for number in range(3 * BATCH + 5)]
    errors = control.request(messages)
    assert len(errors) == len(messages)
    assert set(errors[::2]) == {errno.ENOENT}


def test_an_error_ends_a_dump(control: GenericNetlink) -> None:
    message = question()
    message["cmd"] = 99
    with pytest.raises(OSError, match="not supported"):
        list(control.dump(message))
