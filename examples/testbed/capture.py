"""A recording of the wire and tshark's judgement of it."""

import subprocess
import tempfile
from pathlib import Path

from examples.testbed.hosts import INTERFACE, Host, wait_until

READY = 10.0
"""Seconds that dumpcap may take to begin and to end."""

WRONG = "vrrp.checksum.status == 0 or ip.checksum.status == 0 or _ws.malformed"
"""tshark's filter for what must not be there."""

CHECKING = ("-o", "ip.check_checksum:TRUE")


class Capture:
    """Records what a host hears of one kind of packet, until `stop`."""

    def __init__(self, host: Host, what: str = "vrrp") -> None:
        directory = Path(host.at_end.enter_context(tempfile.TemporaryDirectory(prefix="alived-capture-")))
        self._file = directory / "wire.pcap"
        with (directory / "said").open("w+") as said:
            self._dumpcap = host.popen(
                *("dumpcap", "-q", "-i", INTERFACE, "-f", what, "-w", str(self._file)), errors=said
            )
            wait_until(lambda: "File: " in (directory / "said").read_text(), READY, "dumpcap records")

    def stop(self) -> None:
        """End the recording."""
        self._dumpcap.terminate()
        self._dumpcap.wait(READY)

    def packets(self, display_filter: str = "") -> list[str]:
        """One line for each packet that a tshark display filter matches."""
        command = ["tshark", "-r", str(self._file), *CHECKING, "-Y", display_filter]
        return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()

    def wrong(self) -> list[str]:
        """Packets with a bad checksum or that tshark cannot dissect."""
        return self.packets(WRONG)
