"""How many bytes of adverts may wait to be read: vrrp_rx_bufs_policy, vrrp_rx_bufs_multiplier, kernel_rx_buf_size.

PURE. What does not live here: asking the kernel for it (backlog.py), and who uses which socket (inlet.py).
"""

from collections.abc import Collection

from alived.ipc.model.processes import AdvertBuffers, BufferPolicy

UNSAID = 1 << 20
"""Bytes of a socket that some instance says nothing about. Many instances send within the same millisecond, and the
kernel's usual 208 KiB are full of some 250 adverts, as it counts its own overhead."""


def share(policy: AdvertBuffers, multiplier: int, own: int, mtu: int, advert: int) -> int:
    """Bytes that one instance adds to the receive buffer of its socket; 0: it says nothing.

    `own` is its kernel_rx_buf_size, `mtu` that of its interface, `advert` the bytes of its longest datagram.
    """
    if own:
        return own
    match policy.policy:
        case BufferPolicy.SIZE:
            return policy.size
        case BufferPolicy.ADVERT:
            return multiplier * advert
        case BufferPolicy.MTU:
            return multiplier * mtu
        case _:
            return 0


def total(shares: Collection[int]) -> int:
    """Bytes of a socket's receive buffer: what its instances ask for, unless one of them leaves it to us."""
    said = sum(shares)
    return said if all(shares) and said else max(said, UNSAID)
