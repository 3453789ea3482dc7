"""Mail, handed to a real server on the loopback address."""

import asyncio
import logging
import socket
import threading
import time

import pytest

from alived.ipc.model.settings import Mail, MailServer
from alived.workers.checker import mail as mail_module
from alived.workers.checker.mail import Mailer
from alived.workers.checker.mail_text import Letter
from tests.workers.checker.kit import run
from tests.workers.checker.smtp_sink import Sink

HOST = socket.gethostname()


def letter(number: int) -> Letter:
    return Letter(subject=f"number {number}", body="=> it is <=")


def mailer(port: int, **changes: object) -> Mailer:
    found = Mailer()
    values = {"to": ("a@x.example", "b@y.example"), "server": MailServer(host="127.0.0.1", port=port)}
    found.mail = Mail(**(values | changes))  # type: ignore[arg-type]
    return found


def test_every_header_and_every_recipient() -> None:
    async def main() -> None:
        async with Sink() as sink:
            found = mailer(sink.port, sender="k@z.example", helo_name="router.example")
            found.router_id = "R1"
            found.send(letter(1))
            [mail] = await sink.count(1)
            await found.stop(5.0)
            assert sink.greetings == ["router.example"]
            assert mail.sender.startswith("<k@z.example>")
            assert mail.recipients == ["<a@x.example>", "<b@y.example>"]
            date, *rest = mail.data.decode().split("\r\n")
            assert rest == [
                "From: k@z.example",
                "Subject: [R1] number 1",
                "X-Mailer: Keepalived",
                "To: a@x.example, b@y.example",
                "",
                "=> it is <=",
                "",
                "",
            ]
            shown = time.strptime(date, "Date: %a, %d %b %Y %H:%M:%S %z")
            assert abs(time.mktime((*shown[:8], -1)) - time.time()) < 100
            assert found.report() == {"waiting": 0, "sent": 1, "given_up": 0}

    run(main())


def test_the_host_s_name_is_what_is_not_said_and_names_are_looked_up() -> None:
    async def main() -> None:
        async with Sink() as sink:
            found = mailer(sink.port, server=MailServer(host="localhost", port=sink.port))
            found.send(letter(1))
            [mail] = await sink.count(1)
            await found.stop(5.0)
            assert sink.greetings == [HOST]
            assert mail.sender.startswith(f"<keepalived@{HOST}>")
            assert f"Subject: [{HOST}] number 1\r\n".encode() in mail.data

    run(main())


def test_many_keep_their_order_and_need_few_connections() -> None:
    async def main() -> None:
        async with Sink() as sink:
            found = mailer(sink.port)
            for number in range(100):
                found.send(letter(number))
            mails = await sink.count(100)
            assert [mail.data.count(f"number {number}\r\n".encode()) for number, mail in enumerate(mails)] == [1] * 100
            assert sink.connections == 1
            await found.stop(5.0)

    run(main())


def test_a_recipient_that_is_refused_does_not_keep_it_from_others(caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        async with Sink() as sink:
            found = mailer(sink.port, to=("unknown@x.example", "b@y.example"))
            found.send(letter(1))
            [mail] = await sink.count(1)
            await found.stop(5.0)
            assert mail.recipients == ["<b@y.example>"]

    run(main())
    assert "the mail server does not take mail for unknown@x.example: 550 nobody here" in caplog.messages


@pytest.mark.parametrize(("refused", "arrived"), [(1, [1, 2]), (2, [2])])
def test_it_is_tried_twice(
    refused: int, arrived: list[int], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        monkeypatch.setattr(mail_module, "RETRY_AFTER", 0.05)
        async with Sink(refuse=refused) as sink:
            found = mailer(sink.port)
            found.send(letter(1))
            found.send(letter(2))
            mails = await sink.count(len(arrived))
            assert [int(mail.data.partition(b"number ")[2][:1]) for mail in mails] == arrived
            await found.stop(5.0)
            assert found.report()["given_up"] == 2 - len(arrived)

    run(main())
    assert sum("it is tried again in 0.05 s" in line for line in caplog.messages) == 1
    lost = [line for line in caplog.messages if line.startswith("mail was not sent (number 1)")]
    assert len(lost) == 2 - len(arrived)


def test_a_server_that_is_not_there_is_said(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    async def main() -> None:
        monkeypatch.setattr(mail_module, "RETRY_AFTER", 0.01)
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        found = mailer(port)
        found.send(letter(1))
        assert found._task is not None
        await found._task
        assert f"mail was not sent (number 1): 127.0.0.1 port {port}: " in caplog.messages[-1]
        assert "refused" in caplog.messages[-1]
        found.mail = Mail(server=MailServer(host="no-such-host.invalid"))
        found.send(letter(2))
        await found._task
        assert "mail was not sent (number 2): no-such-host.invalid: " in caplog.messages[-1]
        found.mail = Mail()
        found.send(letter(3))
        await found._task
        assert caplog.messages[-1] == "mail was not sent (number 3): there is no smtp_server"

    run(main())


def test_a_server_that_says_nothing_is_not_waited_for_long(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        monkeypatch.setattr(mail_module, "RETRY_AFTER", 0.01)
        async with Sink(silent=True) as sink:
            found = mailer(sink.port, connect_timeout=0.1)
            found.send(letter(1))
            assert found._task is not None
            await found._task
            assert sink.connections == 2
            assert found.report() == {"waiting": 0, "sent": 0, "given_up": 1}

    run(main())
    assert "Timed out" in caplog.messages[-1]


def test_the_queue_is_bounded_and_the_end_does_not_wait_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        monkeypatch.setattr(mail_module, "MAX_WAITING", 3)
        async with Sink(silent=True) as sink:
            found = mailer(sink.port)
            for number in range(5):
                found.send(letter(number))
            await sink.until(lambda: sink.connections == 1)
            started = asyncio.get_running_loop().time()
            await found.stop(0.1)
            assert asyncio.get_running_loop().time() - started < 5

    with caplog.at_level(logging.ERROR):
        run(main())
    assert caplog.messages == [
        "mail was not sent (number 0): 3 others wait",
        "mail was not sent (number 1): 3 others wait",
        "mail was not sent (number 2): alived is stopping",
        "mail was not sent (number 3): alived is stopping",
        "mail was not sent (number 4): alived is stopping",
    ]


def test_the_end_of_the_loop_does_not_wait_for_a_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does its late answer break anything."""
    held, asked = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> list[object]:
        asked.set()
        held.wait(20)
        return []

    async def main() -> None:
        found = mailer(1, server=MailServer(host="slow.example"))
        found.send(letter(1))
        await asyncio.to_thread(asked.wait, 20)
        await found.stop(0.05)

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    started = time.monotonic()
    run(main())
    assert time.monotonic() - started < 10
    held.set()
    for thread in threading.enumerate():
        if thread.name == "resolver":
            thread.join(20)
