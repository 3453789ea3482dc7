"""Checks: what each kind's words set, what holds without them, and which checks are left out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from alived.ipc.model.checks import (
    BfdCheck,
    Check,
    DnsCheck,
    DnsType,
    FileCheck,
    HttpCheck,
    HttpProtocol,
    MiscCheck,
    PingCheck,
    RegexStack,
    Reply,
    SmtpCheck,
    SslCheck,
    StatusRange,
    TcpCheck,
    UdpCheck,
    Url,
)
from alived.ipc.model.common import Program
from alived.ipc.model.tracking import Weight
from alived.supervisor.config.diagnostics import Severity
from alived.supervisor.config.load import Loaded
from tests.supervisor.config.service import TRACKED, checked, checks, real_server, said, virtual_server

Judge = Callable[[str], Loaded]

WHERE: dict[str, Any] = {"address": "10.0.0.2", "port": 80}
TCP = TcpCheck(**WHERE)
HTTP = HttpCheck(**WHERE, urls=(Url(path="/"),))
MISC = MiscCheck(program=Program(argv=("/bin/true", "1"), uid=0, gid=0))
DIGEST = "9b3a0c85a887a256d6939da88aabd8cd"
PATTERN = """
    path /
    regex "a b"
    regex_no_match
    regex_options caseless dotall
    regex_min_offset 5
    regex_max_offset 9
    regex_stack 1000 2000
    """
SECURE = "global_defs {\nenable_script_security\nscript_user root\n}\n"
FIRST = 7
"""The line where the check begins."""


def block(kind: str, lines: str = "") -> str:
    return f"{kind} {{\n{lines}\n}}\n"


def http(lines: str = "", url: str = "path /", kind: str = "HTTP_GET") -> str:
    return block(kind, f"{lines}\n{block('url', url)}")


@pytest.mark.parametrize(
    ("text", "check"),
    [
        (block("TCP_CHECK"), TCP),
        (block("PING_CHECK"), PingCheck(**WHERE)),
        (http(), HTTP),
        (http(kind="SSL_GET"), SslCheck(**WHERE, urls=(Url(path="/"),))),
        (block("SMTP_CHECK"), SmtpCheck(**WHERE)),
        (block("DNS_CHECK"), DnsCheck(**WHERE)),
        (block("UDP_CHECK"), UdpCheck(**WHERE)),
        (block("MISC_CHECK", 'misc_path "/bin/true 1"'), MISC),
        (block("FILE_CHECK", "track_file FILE"), FileCheck(track_file="FILE")),
        (block("BFD_CHECK", "name SESSION"), BfdCheck(name="SESSION")),
    ],
)
def test_defaults_are_those_of_the_manual(text: str, check: Check, judge: Judge) -> None:
    loaded = judge(SECURE + TRACKED + checked(text))
    assert checks(loaded) == (check,)
    assert not [found for found in said(loaded) if "bfd" not in found[1]]


@pytest.mark.parametrize(
    ("check", "retry", "before_retry"), [("TCP_CHECK", 1, 1.0), ("DNS_CHECK", 3, 7.0), ("SMTP_CHECK", 1, 1.0)]
)
def test_patience_of_each_kind(check: str, retry: int, before_retry: float, judge: Judge) -> None:
    (found,) = checks(judge(checked(block(check), "delay_loop 7")))
    assert isinstance(found, (TcpCheck, DnsCheck, SmtpCheck))
    assert (found.retry, found.delay_before_retry, found.warmup) == (retry, before_retry, 7.0)


def test_patience_of_http_and_of_a_program(judge: Judge) -> None:
    loaded = judge(SECURE + checked(http() + block("MISC_CHECK", 'misc_path "/bin/true 1"'), "delay_loop 7"))
    assert checks(loaded) == (
        replace(HTTP, retry=1, delay_before_retry=3.0, delay_loop=7.0, warmup=7.0),
        replace(MISC, retry=0, delay_before_retry=1.0, delay_loop=7.0, warmup=7.0, misc_timeout=7.0),
    )


@pytest.mark.parametrize(
    ("lines", "real", "check", "changes"),
    [
        ("delay_loop 6", "", "", {"delay_loop": 6.0, "warmup": 6.0}),
        ("delay_loop 6", "warmup 0", "", {"delay_loop": 6.0, "warmup": 0.0}),
        ("delay_loop 6", "delay_loop 7", "", {"delay_loop": 7.0, "warmup": 7.0}),
        ("delay_loop 6", "delay_loop 7", "delay_loop 8", {"delay_loop": 8.0, "warmup": 8.0}),
        ("retry 4", "", "", {"retry": 4}),
        ("retry 4", "retry 5", "retry 0", {"retry": 0}),
        ("connect_timeout 0.5", "", "delay_before_retry 2.5", {"connect_timeout": 0.5, "delay_before_retry": 2.5}),
        ("alpha", "", "", {"alpha": True}),
        ("alpha", "alpha no", "", {"alpha": False}),
        ("alpha", "alpha no", "alpha", {"alpha": True}),
        ("", "", "log_all_failures", {"log_all_failures": True}),
        ("", "", "connect_ip 10.0.0.3\nconnect_port 81", {"address": "10.0.0.3", "port": 81}),
        ("", "", "bindto 10.0.0.4\nbind_port 1234\nbind_if eth0\nfwmark 7",
            {"bindto": "10.0.0.4", "bind_port": 1234, "bind_if": "eth0", "fwmark": 7}),
        ("", "", "connect_ip 2001:db8::3\nbindto 2001:db8::4", {"address": "2001:db8::3", "bindto": "2001:db8::4"}),
    ],
)  # fmt: skip
def test_a_check_says_what_it_does_not_inherit(
    lines: str, real: str, check: str, changes: dict[str, Any], judge: Judge
) -> None:
    loaded = judge(checked(real + "\n" + block("TCP_CHECK", check), lines))
    assert checks(loaded) == (replace(TCP, **changes),)
    assert not said(loaded)


def test_real_servers_do_not_inherit_from_each_other(judge: Judge) -> None:
    reals = real_server("retry 5\n" + block("TCP_CHECK")) + real_server(block("TCP_CHECK"), "10.0.0.3 80")
    assert checks(judge(virtual_server("delay_loop 9", reals))) == (
        replace(TCP, retry=5, delay_loop=9.0, warmup=9.0),
        replace(TCP, address="10.0.0.3", delay_loop=9.0, warmup=9.0),
    )


def test_a_real_server_may_have_several_checks(judge: Judge) -> None:
    text = block("TCP_CHECK") + block("PING_CHECK") + block("TCP_CHECK", "connect_port 81")
    assert checks(judge(checked(text))) == (TCP, replace(TCP, port=81), PingCheck(**WHERE))


def test_a_word_of_another_check(judge: Judge) -> None:
    loaded = judge(checked(block("TCP_CHECK", "helo_name x")))
    assert checks(loaded) == (TCP,)
    assert [(line, message) for line, message, _ in said(loaded)] == [
        (FIRST + 1, "`helo_name` does not belong in TCP_CHECK")
    ]


def test_the_old_word_for_retry_in_a_check_that_never_had_it(judge: Judge) -> None:
    loaded = judge(checked(block("TCP_CHECK", "nb_get_retry 3")))
    assert checks(loaded) == (replace(TCP, retry=3),)
    assert [(line, message) for line, message, _ in said(loaded)] == [
        (FIRST + 1, "`nb_get_retry` is an old word for `retry`")
    ]


def test_where_a_check_that_connects_to_nothing_would_connect(judge: Judge) -> None:
    lines = "misc_path /bin/true 1\nconnect_ip 10.0.0.9\nconnect_port 81\nbindto 10.0.0.8\nbind_port 1\nbind_if eth0\n"
    loaded = judge(SECURE + checked(block("MISC_CHECK", f"{lines}connect_timeout 3\nfwmark 7")))
    (check,) = checks(loaded)
    assert isinstance(check, MiscCheck)
    assert (check.connect_ip, check.connect_port, check.bindto, check.bind_port) == ("10.0.0.9", 81, "10.0.0.8", 1)
    assert (check.bind_if, check.connect_timeout, check.fwmark) == ("eth0", 3, 7)
    assert {hint for _, _, hint in said(loaded)} == {"no effect, as this check connects to nothing"}
    assert len(said(loaded)) == 7


def test_a_source_of_the_other_kind_of_address(judge: Judge) -> None:
    loaded = judge(checked(block("TCP_CHECK", "bindto ::1")))
    assert checks(loaded) == (TCP,)
    assert [(line, hint) for line, _, hint in said(loaded)] == [(FIRST + 1, "it is not used")]


def test_a_link_local_address_needs_an_interface(judge: Judge) -> None:
    loaded = judge(checked(block("TCP_CHECK", "connect_ip fe80::1")))
    assert checks(loaded) == ()
    assert said(loaded) == [
        (FIRST + 1, "the link-local address fe80::1 needs an interface", "add bind_if; it is not checked")
    ]
    (check,) = checks(judge(checked(block("TCP_CHECK", "connect_ip fe80::1\nbind_if eth0"))))
    assert check == replace(TCP, address="fe80::1", bind_if="eth0")


# --- HTTP -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "changes"),
    [
        ("http_protocol 1.1", {"http_protocol": HttpProtocol.V1_1}),
        ("http_protocol 1.0c", {"http_protocol": HttpProtocol.V1_0_CLOSE}),
        ("enable_sni\nsni_name www", {"enable_sni": True, "sni_name": "www"}),
        ("fast_recovery", {"fast_recovery": True}),
        ("virtualhost www", {"urls": (Url(path="/", virtualhost="www"),)}),
    ],
)
def test_words_of_http(lines: str, changes: dict[str, Any], judge: Judge) -> None:
    loaded = judge(checked(http(lines)))
    assert checks(loaded) == (replace(HTTP, **changes),)
    assert not said(loaded)


@pytest.mark.parametrize(
    ("lines", "url"),
    [
        ("path /x\npath /", Url(path="/")),
        (f"path /\ndigest {DIGEST.upper()}", Url(path="/", digest=DIGEST)),
        (
            "path /\nstatus_code 200 300-399\nstatus_code 404",
            Url(path="/", status_code=(
                StatusRange(first=200, last=200), StatusRange(first=300, last=399), StatusRange(first=404, last=404)
            )),
        ),
        ("path /\nvirtualhost www", Url(path="/", virtualhost="www")),
        (
            PATTERN,
            Url(
                path="/", regex="a b", regex_no_match=True, regex_options=("caseless", "dotall"), regex_min_offset=5,
                regex_max_offset=9, regex_stack=RegexStack(start=1000, most=2000),
            ),
        ),
    ],
)  # fmt: skip
def test_words_of_a_url(lines: str, url: Url, judge: Judge) -> None:
    loaded = judge(checked(http(url=lines)))
    assert checks(loaded) == (replace(HTTP, urls=(url,)),)
    assert not said(loaded)


def test_a_host_is_said_at_any_level(judge: Judge) -> None:
    text = "virtualhost real\n" + http() + http("virtualhost check", "path /\nvirtualhost url") + http("virtualhost c")
    hosts = [check.urls[0].virtualhost for check in checks(judge(checked(text, "virtualhost server")))
             if isinstance(check, HttpCheck)]  # fmt: skip
    assert hosts == ["real", "url", "c"]


def test_the_old_word_for_retry(judge: Judge) -> None:
    loaded = judge(checked(http("nb_get_retry 2")))
    assert checks(loaded) == (replace(HTTP, retry=2),)
    assert [(line, message) for line, message, _ in said(loaded)] == [
        (FIRST + 1, "`nb_get_retry` is an old word for `retry`")
    ]


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        (block("HTTP_GET"), [(FIRST, "this HTTP_GET asks for no URL")]),
        (http(url=""), [(FIRST, "this HTTP_GET asks for no URL"), (FIRST + 2, "this url has no path")]),
    ],
)
def test_http_needs_something_to_ask_for(text: str, complaints: list[tuple[int, str]], judge: Judge) -> None:
    loaded = judge(checked(text))
    assert checks(loaded) == ()
    assert [(line, message) for line, message, _ in said(loaded)] == complaints


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ("digest 1234", 11),
        ("status_code 99", 11),
        ("status_code 300-200", 11),
        (f"digest {DIGEST}\ndigest {DIGEST}", 12),
    ],
)
def test_values_that_a_url_cannot_have(lines: str, line: int, judge: Judge) -> None:
    assert [found for found, _, _ in said(judge(checked(http(url="path /\n" + lines))))] == [line]


@pytest.mark.parametrize(
    "lines", ["regex_no_match", "regex_stack 1 2", 'regex "a"\nregex_min_offset 5\nregex_max_offset 4']
)
def test_parts_of_a_regular_expression_that_have_no_effect(lines: str, judge: Judge) -> None:
    loaded = judge(checked(http(url="path /\n" + lines)))
    (check,) = checks(loaded)
    assert isinstance(check, HttpCheck)
    assert check.urls[0] == Url(path="/", regex=check.urls[0].regex)
    assert len(said(loaded, Severity.NOTE)) == 1
    assert not said(loaded)


def test_close_notify_of_all_urls_and_of_one(judge: Judge) -> None:
    text = http("tls_compliant", kind="SSL_GET") + http(url="path /\ntls_compliant", kind="SSL_GET")
    found = [check for check in checks(judge(checked(text))) if isinstance(check, SslCheck)]
    assert [(check.tls_compliant, check.urls[0].tls_compliant) for check in found] == [(True, True), (False, True)]


# --- other kinds ------------------------------------------------------------------------------------------------------


def test_hosts_of_a_mail_check(judge: Judge) -> None:
    hosts = block("host", "connect_port 26") + block("host", "connect_ip 10.0.0.9\nretry 4")
    loaded = judge(checked(block("SMTP_CHECK", f"helo_name me\nconnect_timeout 2\n{hosts}")))
    first = SmtpCheck(**WHERE, helo_name="me", connect_timeout=2.0)
    assert checks(loaded) == (first, replace(first, port=26), replace(first, address="10.0.0.9", retry=4))
    assert not said(loaded)


def test_a_question_to_a_name_server(judge: Judge) -> None:
    loaded = judge(checked(block("DNS_CHECK", "type mx\nname a..b\nname example.org\nname example.com")))
    assert checks(loaded) == (DnsCheck(**WHERE, type=DnsType.MX, name="example.org"),)
    assert [line for line, _, _ in said(loaded)] == [FIRST + 2, FIRST + 4]


def test_datagrams(judge: Judge) -> None:
    lines = "payload Ab12f 3\nrequire_reply 4X xf\nmin_reply_length 2\nmax_reply_length 9"
    assert checks(judge(checked(block("UDP_CHECK", lines)))) == (
        UdpCheck(
            **WHERE,
            payload=b"\xab\x12\x0f\x03",
            require_reply=Reply(data=b"\x40\x0f", mask=b"\xf0\x0f"),
            min_reply_length=2,
            max_reply_length=9,
        ),
    )


def test_datagrams_that_cannot_be(judge: Judge) -> None:
    loaded = judge(checked(block("UDP_CHECK", "payload\nrequire_reply zz\nmin_reply_length 300")))
    assert checks(loaded) == (UdpCheck(**WHERE, require_reply=Reply(), min_reply_length=300),)
    assert [line for line, _, _ in said(loaded)] == [FIRST + 1, FIRST + 2, FIRST + 3]


def test_a_program_and_its_user(judge: Judge) -> None:
    text = block("MISC_CHECK", 'misc_path "/bin/true 1"\nmisc_timeout 4\nmisc_dynamic\nuser bob bin')
    program = Program(argv=("/bin/true", "1"), uid=1000, gid=2)
    loaded = judge(SECURE + checked(text))
    assert checks(loaded) == (replace(MISC, program=program, misc_timeout=4.0, misc_dynamic=True),)


@pytest.mark.parametrize(
    ("lines", "line"), [("misc_dynamic", FIRST), ('misc_path "/bin/true 1"\nuser nobody-here', FIRST + 2)]
)
def test_a_program_that_cannot_be_run(lines: str, line: int, judge: Judge) -> None:
    loaded = judge(checked(block("MISC_CHECK", lines)))
    assert checks(loaded) == ()
    assert [found for found, _, _ in said(loaded)] == [line]


def test_a_file(judge: Judge) -> None:
    loaded = judge(TRACKED + checked(block("FILE_CHECK", "track_file FILE\nweight -300 reverse")))
    assert checks(loaded) == (FileCheck(track_file="FILE", weight=Weight(-300, reverse=True)),)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (block("FILE_CHECK"), "this FILE_CHECK names no track_file"),
        (block("FILE_CHECK", "track_file NONE"), "there is no track_file NONE"),
        (block("BFD_CHECK"), "this BFD_CHECK names no bfd_instance"),
        (block("BFD_CHECK", "name NONE"), "there is no bfd_instance NONE"),
        (block("BFD_CHECK", "name SESSION\nname SESSION"), "a BFD_CHECK has one name"),
    ],
)
def test_names_that_are_not_there(text: str, message: str, judge: Judge) -> None:
    loaded = judge(checked(text) + TRACKED)
    assert checks(loaded) == ()
    assert [(found, hint) for _, found, hint in said(loaded)][:1] == [(message, "the check is left out")]


def test_a_bfd_session_is_followed_once(judge: Judge) -> None:
    session = block("BFD_CHECK", "name SESSION")
    loaded = judge(checked(block("BFD_CHECK", "name SESSION\nalpha") + session) + TRACKED)
    assert checks(loaded) == (BfdCheck(name="SESSION", alpha=True),)
    assert [message for _, message, _ in said(loaded)] == ["the real server has a BFD_CHECK of this session already"]
