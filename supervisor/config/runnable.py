"""What the workers can do of what the configuration says: the one place that knows which objects are still to come.

Everything is read into the model. An object that no worker can act on yet is kept, shown in dumps and plans, and not
sent; grammar/later.py lists the words that an object may have and that have no effect yet.
"""

from alived.ipc.model.lvs import AddressFamily, ForwardingMethod, TunnelType, VirtualServer
from alived.supervisor.config.forms.lvs import family_of


def service_obstacle(server: VirtualServer) -> str:
    """Why the lvs worker cannot set up a virtual server yet, in words; empty: it can."""
    if server.fwmark:
        return "virtual_server fwmark"
    if server.group:
        return "virtual_server group"
    if server.ip_family is AddressFamily.INET6:
        return "a virtual_server of IPv6"
    if any(family_of(real_server.address) is not server.ip_family for real_server in server.real_servers):
        return "a real_server of another kind of address than its virtual_server"
    for real_server in server.real_servers:
        method = real_server.lvs_method or server.lb_kind
        if method.method is ForwardingMethod.TUN and method.tunnel is not TunnelType.IPIP:
            return f"lvs_method TUN with type {method.tunnel}"
    return ""
