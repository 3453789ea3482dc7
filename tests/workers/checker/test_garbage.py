"""What a reload drops is gone at once: the collector never looks at what has been configured (ipc/loop.py)."""

import asyncio
import gc
from pathlib import Path

from alived.ipc.messages import Configure, StopHow
from alived.ipc.model.checker import Notify, VrrpScript
from alived.ipc.model.checks import RealServerChecks, TcpCheck
from alived.ipc.model.config import ConfigObject
from alived.ipc.model.tracking import TrackFile, TrackProcess
from alived.workers.checker.worker import make
from tests.workers.checker.kit import Sent, sh

ROUNDS = 4
TOLD = 5
"""Messages of one round: two verdicts of scripts, and one each of the file, the process and the real server."""
PATIENCE = 10.0


def configured(number: int, directory: Path) -> tuple[ConfigObject, ...]:
    """One of everything, with a name of its own: a script that ends, one that is ended, a check that fails."""
    check = TcpCheck(address="127.0.0.1", port=9, warmup=0.0, delay_loop=1000.0)
    return (
        VrrpScript(name=f"short{number}", program=sh("exit 0"), interval=0.02, timeout=10.0),
        VrrpScript(name=f"long{number}", program=sh("sleep 30"), interval=0.02, timeout=0.1),
        TrackFile(name=f"file{number}", file=str(directory / "number")),
        TrackProcess(name=f"process{number}", process=("nothing",)),
        Notify(name=f"VI_{number}", any_state=sh("exit 0")),
        RealServerChecks(virtual_server=f"10.0.0.{number}:80/TCP", real_server="127.0.0.1:9", checks=(check,)),
    )


def test_nothing_that_is_dropped_is_left_to_the_collector(tmp_path: Path) -> None:
    async def main() -> list[str]:
        sent = Sent()
        worker = make(sent)
        before: tuple[ConfigObject, ...] = ()
        gc.collect()
        gc.disable()
        gc.set_debug(gc.DEBUG_SAVEALL)
        try:
            for number in range(ROUNDS):
                now = configured(number, tmp_path)
                drop = tuple(item.key for item in before)
                worker.configure(Configure(generation=number + 1, put=now, drop=drop))
                before = now
                async with asyncio.timeout(PATIENCE):
                    await sent.count(TOLD * (number + 1))
            gc.collect()
            return [repr(item) for item in gc.garbage if type(item).__module__.startswith("alived")]
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
            await worker.stop(StopHow.CLEAN)

    assert asyncio.run(main()) == []
