"""An independent judge: Wireshark's dissector reads what we send and finds nothing wrong."""

import json
import shutil
import struct
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alived.workers.vrrp.wire.dialect import Conversation, Dialect
from alived.workers.vrrp.wire.writer import Writer
from tests.workers.vrrp.wire.kit import AH, OPEN, SEALED, UNICAST_AH, WALL, datagram, ends, ipv6_packet, is_six

pytestmark = pytest.mark.skipif(shutil.which("tshark") is None, reason="needs tshark")
RAW_IP = 101
"""LINKTYPE_RAW of the format of captures."""
GOOD = "1"

OTHER_SUMS = ("v3 message alone", "v3 old unicast")
"""Wireshark 4.0 knows one checksum of VRRPv3 over IPv4, the one with a pseudo-header; and it takes a trailer over IPv4
for a part of the message."""
UNHEARD_OF = "v2 IPv6"
"""In no RFC. The kernel makes its checksum, with a pseudo-header as always over IPv6; Wireshark expects none."""
KINDS = {name: dialect for name, dialect in OPEN.items() if name not in (*OTHER_SUMS, UNHEARD_OF)} | {
    "AH": AH,
    "AH unicast": replace(UNICAST_AH, ttl=64),
    "v3 IPv6 HMAC": SEALED["v3 IPv6 HMAC"],
}


def packet(dialect: Dialect) -> bytes:
    writer, (source, destination) = Writer(dialect, Conversation()), ends(dialect)
    message = writer.message(100, source, destination, WALL)
    if is_six(dialect):
        return ipv6_packet(message, source, destination)
    return message if writer.with_header else datagram(message, source, destination)


def dissected(path: Path, packets: list[bytes]) -> list[dict[str, Any]]:
    """The layers of packets, as Wireshark sees them."""
    with path.open("wb") as capture:
        capture.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, RAW_IP))
        for data in packets:
            capture.write(struct.pack("<IIII", 0, 0, len(data), len(data)) + data)
    command = ["tshark", "-r", str(path), "-T", "json", "-o", "ip.check_checksum:TRUE"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    return [found["_source"]["layers"] for found in json.loads(done.stdout)]


def test_every_kind_of_advert_is_read_without_complaint(tmp_path: Path) -> None:
    found = dissected(tmp_path / "adverts.pcap", [packet(dialect) for dialect in KINDS.values()])
    assert len(found) == len(KINDS)
    for (name, dialect), layers in zip(KINDS.items(), found, strict=True):
        vrrp = layers["vrrp"]
        assert "_ws.malformed" not in layers, name
        assert "expert" not in json.dumps(vrrp), name
        assert vrrp["vrrp.checksum.status"] == GOOD, name
        assert vrrp["vrrp.virt_rtr_id"] == "51", name
        assert int(vrrp["vrrp.addr_count"]) == len(dialect.addresses), name
        assert ("ah" in layers) is dialect.by_ah, name
        if "ip" in layers:
            assert layers["ip"]["ip.checksum.status"] == GOOD, name


def test_of_other_checksums_it_says_what_ours_with_a_pseudo_header_is(tmp_path: Path) -> None:
    kinds = {name: OPEN[name] for name in OTHER_SUMS}
    usual = {"v3 message alone": OPEN["v3"], "v3 old unicast": OPEN["v3 unicast"]}
    found = dissected(tmp_path / "adverts.pcap", [packet(dialect) for dialect in kinds.values()])
    for name, layers in zip(kinds, found, strict=True):
        assert "_ws.malformed" not in layers
        vrrp = json.dumps(layers["vrrp"])
        if layers["vrrp"]["vrrp.checksum.status"] != GOOD:
            assert f"should be 0x{packet(usual[name])[26:28].hex()}" in vrrp, name
