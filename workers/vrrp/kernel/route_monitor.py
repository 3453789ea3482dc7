"""The rtnetlink socket that hears of routes and rules.

It is one of its own: on a router that speaks BGP, routes come in floods, and what is lost in one must not be news of a
link. It listens only to families that there is a route or rule of ours in, and passes over what is not about these.
What does not live here: what was changed (routes.py, rules.py) and whom that concerns (concerns.py).
"""

import asyncio
import logging
from collections.abc import Callable

from alived.ipc.model.processes import ReceiveBuffer
from alived.workers.vrrp.kernel import routes, rules
from alived.workers.vrrp.kernel.concerns import Concerns
from alived.workers.vrrp.kernel.netlink import SOL_NETLINK, drain, make_room, open_socket
from alived.workers.vrrp.kernel.nlmessage import AF_INET, AF_INET6

NETLINK_ADD_MEMBERSHIP, NETLINK_DROP_MEMBERSHIP = 1, 2
RTNLGRP_ROUTE = {AF_INET: 7, AF_INET6: 11}
RTNLGRP_RULE = {AF_INET: 8, AF_INET6: 19}

log = logging.getLogger(__name__)


class RouteMonitor:
    """Hears of routes and rules of ours that others delete or replace."""

    def __init__(
        self,
        concerns: Concerns,
        own_port: int,
        lacking: Callable[[set[str]], None],
        overflowed: Callable[[], None],
    ) -> None:
        """`own_port` is that of Requests, whose changes are no news; `lacking` is told holders of what may be gone."""
        self._concerns = concerns
        self._own_port = own_port
        self._lacking = lacking
        self._overflowed = overflowed
        self._groups: set[int] = set()
        self._socket = open_socket(0)
        asyncio.get_running_loop().add_reader(self._socket, self._readable)
        concerns.watched.changed = self._listen
        self._listen()

    def make_room(self, buffer: ReceiveBuffer) -> None:
        """Have the receive buffer of vrrp_netlink_monitor_rcv_bufs."""
        make_room(self._socket, buffer)

    def close(self) -> None:
        """Listen no more."""
        self._concerns.watched.changed = lambda: None
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()

    def _listen(self) -> None:
        watched = self._concerns.watched
        wanted = {RTNLGRP_ROUTE[family] for family in watched.route_families}
        wanted |= {RTNLGRP_RULE[family] for family in watched.rule_families}
        for group in wanted - self._groups:
            self._socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)
        for group in self._groups - wanted:
            self._socket.setsockopt(SOL_NETLINK, NETLINK_DROP_MEMBERSHIP, group)
        self._groups = wanted

    def _readable(self) -> None:
        datagrams, overflowed = drain(self._socket)
        holders: set[str] = set()
        for data in datagrams:
            found = routes.notices(data, self._own_port, self._concerns.watched.filters)
            holders |= self._concerns.routes_changed(found)
            holders |= self._concerns.rules_changed(rules.notices(data, self._own_port))
        if holders:
            self._lacking(holders)
        if overflowed:
            log.warning("the kernel reported more changes of routes than could be read; looking at each of ours")
            self._overflowed()
