from dataclasses import replace
from itertools import pairwise
import pytest, time
from alived.ipc.messages import State, StopHow
from tests.workers.vrrp.quick import *
from alived.ipc.model.links import Vmac
pytestmark = pytest.mark.netns
VMAC = replace(QUICK, use_vmac=Vmac())
def some(lo, hi):
    return [replace(VMAC, name=f"V{v}", virtual_router_id=v, addresses=(replace(VIP, address=f"10.9.1.{v}"),)) for v in range(lo, hi)]
@pytest.mark.parametrize("n", [10, 40, 100])
def test_gap(lab, start_worker, tap, n):
    worker = start_worker(lab.a)
    lead(worker, replace(QUICK, virtual_router_id=250, name="steady"), *some(1, n + 1))
    wire = tap(lab.b)
    mine = lambda f: advert(f) and f.vrid == 250
    wire.wait_for(mine, 5)
    t = time.monotonic()
    configure(worker, *some(120, 120 + n), generation=2, drop=tuple(f"vrrp_instance V{v}" for v in range(1, n + 1)))
    took = time.monotonic() - t
    wire.wait_for(mine, 5)
    times = [f.time for f in wire.seen if mine(f)]
    print("GAP", n, max(b - a for a, b in pairwise(times)), took)
    t = time.monotonic()
    worker.stop(StopHow.CLEAN)
    print("STOP", n, time.monotonic() - t)
