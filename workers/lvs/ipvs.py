"""The data plane that is the kernel's IPVS: a table's terms to its netlink attributes and back.

See ip_vs.h and ip_vs_ctl.c in Linux for the attributes. What does not live here: sockets (netlink.py), and what the
table should be.
"""

import errno
import os
import socket
from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from pyroute2.netlink.generic.ipvs import (
    GENL_NAME,
    GENL_VERSION,
    IPVS_CMD_DEL_DEST,
    IPVS_CMD_DEL_SERVICE,
    IPVS_CMD_GET_DEST,
    IPVS_CMD_GET_SERVICE,
    IPVS_CMD_NEW_DEST,
    IPVS_CMD_NEW_SERVICE,
    IPVS_CMD_SET_DEST,
    IPVS_CMD_SET_SERVICE,
    ipvsmsg,
)

from alived.ipc.model.lvs import ForwardingMethod, Protocol
from alived.workers.lvs.netlink import GenericNetlink
from alived.workers.lvs.plan import (
    AddDestination,
    AddService,
    ChangeDestination,
    ChangeService,
    DeleteDestination,
    DeleteService,
    Op,
)
from alived.workers.lvs.plane import Counters, Fit, PlaneError, Statistics
from alived.workers.lvs.table import Destination, DestinationKey, Entry, Service, ServiceKey, Table

Attributes = list[tuple[str, object]]

PROTOCOLS = {
    Protocol.TCP: socket.IPPROTO_TCP,
    Protocol.UDP: socket.IPPROTO_UDP,
    Protocol.SCTP: socket.IPPROTO_SCTP,
}
TRANSPORTS = {int(number): protocol for protocol, number in PROTOCOLS.items()}
FORWARDING = {ForwardingMethod.NAT: 0, ForwardingMethod.TUN: 2, ForwardingMethod.DR: 3}
"""IP_VS_CONN_F_MASQ, _TUNNEL, _DROUTE."""

METHODS = {code: forwarding for forwarding, code in FORWARDING.items()}
METHOD_MASK = 0x7
PERSISTENT, HASHED = 0x1, 0x2
"""IP_VS_SVC_F_*; the kernel itself sets the second."""

ALL_FLAGS = 0xFFFFFFFF
WHOLE_ADDRESS = {4: "255.255.255.255", 6: "128.0.0.0"}
"""Persistence by single client: a netmask, or the prefix length 128 in the same four bytes."""

STATISTICS = {"CONNS": "connections", "INPKTS": "in_packets", "OUTPKTS": "out_packets", "INBYTES": "in_bytes",
              "OUTBYTES": "out_bytes"}  # fmt: skip
CONNECTIONS = {"ACTIVE_CONNS": "active", "INACT_CONNS": "inactive", "PERSIST_CONNS": "persistent"}


class Ipvs:
    """IPVS of this network namespace. PlaneError if the kernel has none and can't load it."""

    name = "ipvs"

    def __init__(self) -> None:
        try:
            self._netlink = GenericNetlink(GENL_NAME, GENL_VERSION)
        except OSError as error:
            if error.errno == errno.ENOENT:
                raise PlaneError("the kernel has no IPVS: module ip_vs is neither loaded nor loadable") from error
            raise PlaneError(f"can't ask the kernel for IPVS: {error.strerror or error}") from error

    def fit(self, want: Table) -> Fit:
        """IPVS holds whatever can be configured."""
        return Fit(want)

    def read(self) -> Table:
        """All services of the kernel, ours and others."""
        table = {}
        for message in self._dump():
            service = _service(message)
            destinations = sorted(map(_destination, self._dump_destinations(service.key)), key=lambda found: found.key)
            table[service.key] = Entry(service=service, destinations=tuple(destinations))
        return table

    def apply(self, ops: Sequence[Op]) -> list[str]:
        """Do the operations in order, in as few writes as possible; those that fail do not stop the others."""
        try:
            errors = self._netlink.request([_request(op) for op in ops])
        except OSError as error:
            return [f"the kernel does not answer: {error.strerror or error}"]
        return [f"{op}: {_why(op, code)}" for op, code in zip(ops, errors, strict=True) if code]

    def statistics(self) -> Statistics:
        """Connections, packets and bytes of each service and destination."""
        services: dict[ServiceKey, Counters] = {}
        destinations: dict[tuple[ServiceKey, DestinationKey], Counters] = {}
        for message in self._dump():
            key = _service(message).key
            services[key] = _counters(message, "IPVS_SVC_ATTR_")
            for answer in self._dump_destinations(key):
                counters = {name: int(answer.get_attr(f"IPVS_DEST_ATTR_{word}")) for word, name in CONNECTIONS.items()}
                destinations[key, _destination(answer).key] = counters | _counters(answer, "IPVS_DEST_ATTR_")
        return Statistics(services, destinations)

    def watch(self) -> int | None:
        """IPVS tells nobody about changes."""
        return None

    def quiet(self) -> None:
        """There is nothing to take."""

    def close(self) -> None:
        """Close the socket."""
        self._netlink.close()

    def _dump(self) -> list[ipvsmsg]:
        return [
            message for message in self._answers(IPVS_CMD_GET_SERVICE, [], "IPVS_CMD_ATTR_SERVICE") if _is_ours(message)
        ]

    def _dump_destinations(self, key: ServiceKey) -> list[ipvsmsg]:
        return self._answers(IPVS_CMD_GET_DEST, _parts(key), "IPVS_CMD_ATTR_DEST")

    def _answers(self, command: int, attributes: Attributes, wanted: str) -> list[ipvsmsg]:
        """The nested attribute `wanted` of each answer to a dump."""
        try:
            return [_decoded(answer, wanted) for answer in self._netlink.dump(_message(command, attributes))]
        except OSError as error:
            raise PlaneError(f"can't read the IPVS table: {error.strerror or error}") from error


def _message(command: int, attributes: Attributes) -> ipvsmsg:
    message = ipvsmsg()
    message["cmd"] = command
    message["attrs"] = attributes
    return message


def _decoded(answer: bytes, wanted: str) -> ipvsmsg:
    message = ipvsmsg(answer)
    message.decode()
    return message.get_attr(wanted)


def _is_ours(service: ipvsmsg) -> bool:
    """Whether alived can have such a service: one by address and port, of a transport that can be configured."""
    return service.get_attr("IPVS_SVC_ATTR_PROTOCOL") in PROTOCOLS.values()


# --- operations to requests -------------------------------------------------------------------------------------------


def _request(op: Op) -> ipvsmsg:
    match op:
        case AddService(service):
            return _message(IPVS_CMD_NEW_SERVICE, _parts(service.key, service))
        case ChangeService(service):
            return _message(IPVS_CMD_SET_SERVICE, _parts(service.key, service))
        case DeleteService(key):
            return _message(IPVS_CMD_DEL_SERVICE, _parts(key))
        case AddDestination(key, destination):
            return _message(IPVS_CMD_NEW_DEST, _parts(key, destination=destination))
        case ChangeDestination(key, destination):
            return _message(IPVS_CMD_SET_DEST, _parts(key, destination=destination))
        case DeleteDestination(key, destination):
            return _message(IPVS_CMD_DEL_DEST, _parts(key, destination=destination))


def _parts(key: ServiceKey, service: Service | None = None, destination: Destination | None = None) -> Attributes:
    settings = _settings(service) if service is not None else []
    attributes: Attributes = [("IPVS_CMD_ATTR_SERVICE", {"attrs": [*_identity(key), *settings]})]
    if destination is not None:
        attributes.append(("IPVS_CMD_ATTR_DEST", {"attrs": _destination_attributes(destination)}))
    return attributes


def _identity(key: ServiceKey) -> Attributes:
    return [
        ("IPVS_SVC_ATTR_AF", _address_family(key.address)),
        ("IPVS_SVC_ATTR_PROTOCOL", int(PROTOCOLS[key.protocol])),
        ("IPVS_SVC_ATTR_ADDR", key.address),
        ("IPVS_SVC_ATTR_PORT", key.port),
    ]


def _settings(service: Service) -> Attributes:
    return [
        ("IPVS_SVC_ATTR_SCHED_NAME", service.scheduler),
        ("IPVS_SVC_ATTR_FLAGS", {"flags": PERSISTENT if service.persistence_timeout else 0, "mask": ALL_FLAGS}),
        ("IPVS_SVC_ATTR_TIMEOUT", service.persistence_timeout),
        ("IPVS_SVC_ATTR_NETMASK", WHOLE_ADDRESS[ip_address(service.address).version]),
    ]


def _destination_attributes(destination: Destination) -> Attributes:
    return [
        ("IPVS_DEST_ATTR_ADDR_FAMILY", _address_family(destination.address)),
        ("IPVS_DEST_ATTR_ADDR", destination.address),
        ("IPVS_DEST_ATTR_PORT", destination.port),
        ("IPVS_DEST_ATTR_FWD_METHOD", FORWARDING[destination.forwarding]),
        ("IPVS_DEST_ATTR_WEIGHT", destination.weight),
        ("IPVS_DEST_ATTR_U_THRESH", 0),
        ("IPVS_DEST_ATTR_L_THRESH", 0),
    ]


def _address_family(address: str) -> int:
    return int(socket.AF_INET if ip_address(address).version == 4 else socket.AF_INET6)


def _why(op: Op, code: int) -> str:
    match op:
        case AddService(service) | ChangeService(service) if code == errno.ENOENT:
            return f"the kernel has no scheduler {service.scheduler!r} (module ip_vs_{service.scheduler})"
        case _:
            return os.strerror(code)


# --- answers to tables ------------------------------------------------------------------------------------------------


def _service(message: ipvsmsg) -> Service:
    flags = int(message.get_attr("IPVS_SVC_ATTR_FLAGS")["flags"])
    address = str(message.get_attr("IPVS_SVC_ATTR_ADDR"))
    return Service(
        address=address,
        port=int(message.get_attr("IPVS_SVC_ATTR_PORT")),
        protocol=TRANSPORTS[int(message.get_attr("IPVS_SVC_ATTR_PROTOCOL"))],
        scheduler=str(message.get_attr("IPVS_SVC_ATTR_SCHED_NAME")),
        persistence_timeout=int(message.get_attr("IPVS_SVC_ATTR_TIMEOUT")) if flags & PERSISTENT else 0,
        extra=", ".join(_service_extras(message, flags, ip_address(address).version)),
    )


def _service_extras(message: ipvsmsg, flags: int, version: int) -> Iterator[str]:
    if others := flags & ~(PERSISTENT | HASHED):
        yield f"flags {others:#x}"
    netmask = message.get_attr("IPVS_SVC_ATTR_NETMASK")
    if flags & PERSISTENT and netmask != WHOLE_ADDRESS[version]:
        yield f"netmask {netmask}"
    if engine := message.get_attr("IPVS_SVC_ATTR_PE_NAME"):
        yield f"persistence engine {engine}"


def _destination(message: ipvsmsg) -> Destination:
    method = int(message.get_attr("IPVS_DEST_ATTR_FWD_METHOD")) & METHOD_MASK
    extras = [
        f"{word} {value}"
        for word in ("U_THRESH", "L_THRESH", "TUN_TYPE")
        if (value := message.get_attr(f"IPVS_DEST_ATTR_{word}"))
    ]
    if method not in METHODS:
        extras.append(f"forwarding {method}")
    return Destination(
        address=str(message.get_attr("IPVS_DEST_ATTR_ADDR")),
        port=int(message.get_attr("IPVS_DEST_ATTR_PORT")),
        forwarding=METHODS.get(method, ForwardingMethod.NAT),
        weight=int(message.get_attr("IPVS_DEST_ATTR_WEIGHT")),
        extra=", ".join(extras),
    )


def _counters(message: ipvsmsg, prefix: str) -> Counters:
    statistics = message.get_attr(f"{prefix}STATS64")
    return {name: int(statistics.get_attr(f"IPVS_STATS_ATTR_{word}")) for word, name in STATISTICS.items()}
