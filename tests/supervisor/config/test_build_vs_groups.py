"""Groups of virtual servers, and the SSL block."""

from collections.abc import Callable

import pytest

from alived.ipc.model.checks import SslContext
from alived.ipc.model.lvs import AddressFamily, AddressRange, FirewallMark, VirtualServerGroup
from alived.supervisor.config.diagnostics import Severity
from alived.supervisor.config.load import Loaded
from tests.supervisor.config.service import said

Judge = Callable[[str], Loaded]


def groups(loaded: Loaded) -> list[VirtualServerGroup]:
    return [found for found in loaded.config.kept if isinstance(found, VirtualServerGroup)]


def group(lines: str, name: str = "G") -> str:
    return f"virtual_server_group {name} {{\n{lines}\n}}\n"


def test_entries(judge: Judge) -> None:
    loaded = judge(group("10.0.0.1 80\n10.0.0.1-9 81\n10.0.1.0/30\nfwmark 3\nfwmark 4 inet"))
    assert groups(loaded) == [
        VirtualServerGroup(
            name="G",
            entries=(
                AddressRange(first="10.0.0.1", last="10.0.0.1", port=80),
                AddressRange(first="10.0.0.1", last="10.0.0.9", port=81),
                AddressRange(first="10.0.1.0", last="10.0.1.3"),
                FirewallMark(fwmark=3),
                FirewallMark(fwmark=4, ip_family=AddressFamily.INET),
            ),
        )
    ]
    assert not said(loaded)


@pytest.mark.parametrize(
    ("lines", "name", "message"),
    [
        ("", "G", "virtual_server_group G has no entry"),
        ("10.0.0.1 80", "", "this virtual_server_group has no name"),
        (
            "10.0.0.1 80\n2001:db8::1 80\nfwmark 3",
            "G",
            "virtual_server_group G has IPv4 and IPv6, and a fwmark that does not say which it is for",
        ),
    ],
)
def test_a_group_that_is_left_out(lines: str, name: str, message: str, judge: Judge) -> None:
    loaded = judge(group(lines, name))
    assert groups(loaded) == []
    assert [found for _, found, _ in said(loaded)] == [message]


def test_bad_entries_are_skipped(judge: Judge) -> None:
    loaded = judge(group("10.0.0.300 80\n10.0.0.1 80\n10.0.0.1-0 80"))
    (found,) = groups(loaded)
    assert len(found.entries) == 1
    assert [line for line, _, _ in said(loaded)] == [2, 4]


def test_the_first_of_two_groups_with_one_name(judge: Judge) -> None:
    loaded = judge(group("10.0.0.1 80") + group("10.0.0.2 80"))
    (found,) = groups(loaded)
    assert found.entries == (AddressRange(first="10.0.0.1", last="10.0.0.1", port=80),)
    assert (4, "virtual_server_group G is there already", "the one of line 1 is used") in said(loaded, Severity.NOTE)


def test_the_password_of_a_dump_that_has_none(judge: Judge) -> None:
    loaded = judge("SSL {\npassword ********\n}\n")
    message = "these are the stars of a dump, which did not have the password"
    hint = "they are used as the password; write the real one, or dump with --show-secrets"
    assert said(loaded, Severity.ADVICE) == [(2, message, hint)]


def test_the_last_ssl_block(judge: Judge) -> None:
    text = "SSL {\npassword old\n}\nSSL {\npassword one\npassword two\nca /ca\ncertificate /cert\nkey /key\n}\n"
    loaded = judge(text)
    context = SslContext(password="two", ca="/ca", certificate="/cert", key_file="/key")
    assert [found for found in loaded.config.kept if isinstance(found, SslContext)] == [context]
    assert [(line, message) for line, message, _ in said(loaded)] == [
        (4, "there is an SSL block already"),
        (6, "`password` is there already"),
    ]
