"""Sockets are read when something comes, or together at the end of a window, and before timers fire in any case."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from alived.workers.vrrp.transport.listening import Listening
from tests.workers.vrrp.transport.stage import turn, until

PATIENCE = 5.0
"""Seconds that anything may take."""
LONG = 1000.0
"""A window that does not end during a test."""


class Post:
    """A pair of datagram sockets, and what was read at the end that is listened to."""

    def __init__(self, listening: Listening) -> None:
        self.end, self.far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self.listening = listening
        self.read: list[bytes] = []
        self.came = asyncio.Event()
        listening.add(self.end, self._read)

    def _read(self) -> None:
        self.read.append(self.end.recv(100))
        self.came.set()

    def close(self) -> None:
        self.listening.remove(self.end)
        self.end.close()
        self.far.close()

    async def next(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.came.wait()
        self.came.clear()


def scenario(body: Callable[[Listening, Post, Post], Awaitable[None]]) -> Callable[[], None]:
    """A test with two sockets that are listened to."""

    def run() -> None:
        async def main() -> None:
            listening = Listening()
            posts = Post(listening), Post(listening)
            try:
                await body(listening, *posts)
            finally:
                for post in posts:
                    post.close()
                listening.close()

        asyncio.run(main())

    return run


@scenario
async def test_without_a_window_all_is_read_at_once(listening: Listening, one: Post, other: Post) -> None:
    assert not listening.window
    for message in (b"1", b"2"):
        one.far.send(message)
        other.far.send(message)
        await one.next()
        await other.next()
    assert one.read == other.read == [b"1", b"2"]


@scenario
async def test_within_a_window_nobody_is_woken_until_its_end(listening: Listening, one: Post, other: Post) -> None:
    listening.window = 0.05
    begun = asyncio.get_running_loop().time()
    one.far.send(b"1")
    await one.next()
    other.far.send(b"2")
    await other.next()
    assert asyncio.get_running_loop().time() >= begun + listening.window


@scenario
async def test_what_waits_is_read_before_a_timer_fires(listening: Listening, one: Post, other: Post) -> None:
    listening.window = LONG
    listening.catch_up()  # nothing waits
    one.far.send(b"1")
    await one.next()
    other.far.send(b"2")
    await turn()
    assert not other.read
    listening.catch_up()
    assert other.read == [b"2"]


@scenario
async def test_after_a_window_in_which_nothing_came_all_is_read_at_once_again(
    listening: Listening, one: Post, other: Post
) -> None:
    listening.window = 0.01
    for message in (b"1", b"2"):
        one.far.send(message)
        await one.next()
        await until(lambda: listening._again is None)
    listening.window = LONG
    other.far.send(b"3")
    await other.next()


@scenario
async def test_a_socket_that_another_ones_packet_closes_is_not_read(
    listening: Listening, one: Post, other: Post
) -> None:
    for post, peer in ((one, other), (other, one)):
        listening.remove(post.end)
        listening.add(post.end, lambda post=post, peer=peer: (post._read(), peer.close())[0])  # type: ignore[misc]
    one.far.send(b"1")
    other.far.send(b"2")
    await turn()
    assert len(one.read) + len(other.read) == 1
