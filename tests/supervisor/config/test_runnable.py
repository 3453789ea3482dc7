"""What the lvs worker cannot set up yet, in words; what the vrrp worker cannot is in test_build_vrrp.py."""

import pytest

from alived.ipc.model.lvs import (
    AddressFamily,
    Forwarding,
    ForwardingMethod,
    RealServer,
    TunnelType,
    VirtualServer,
)
from alived.supervisor.config.runnable import service_obstacle

NEAR, FAR = RealServer(address="10.0.0.2", port=80), RealServer(address="2001:db8::2", port=80)
IPIP = Forwarding(method=ForwardingMethod.TUN)
GUE = Forwarding(method=ForwardingMethod.TUN, tunnel=TunnelType.GUE, port=5555)
GRE = Forwarding(method=ForwardingMethod.TUN, tunnel=TunnelType.GRE)


def real(method: Forwarding | None) -> RealServer:
    return RealServer(address="10.0.0.3", port=80, lvs_method=method)


@pytest.mark.parametrize(
    ("server", "obstacle"),
    [
        (VirtualServer(address="10.0.0.1", real_servers=(NEAR,)), ""),
        (VirtualServer(fwmark=1), "virtual_server fwmark"),
        (VirtualServer(group="G"), "virtual_server group"),
        (VirtualServer(address="2001:db8::1", ip_family=AddressFamily.INET6), "a virtual_server of IPv6"),
        (
            VirtualServer(address="10.0.0.1", lb_kind=IPIP, real_servers=(NEAR, FAR)),
            "a real_server of another kind of address than its virtual_server",
        ),
        (VirtualServer(address="10.0.0.1", lb_kind=IPIP, real_servers=(NEAR,)), ""),
        (VirtualServer(address="10.0.0.1", lb_kind=GUE, real_servers=(NEAR,)), "lvs_method TUN with type gue"),
        (VirtualServer(address="10.0.0.1", real_servers=(NEAR, real(GRE))), "lvs_method TUN with type gre"),
        (VirtualServer(address="10.0.0.1", lb_kind=GUE, real_servers=(real(IPIP), real(Forwarding()))), ""),
    ],
)
def test_what_keeps_a_virtual_server_from_being_set_up(server: VirtualServer, obstacle: str) -> None:
    assert service_obstacle(server) == obstacle
