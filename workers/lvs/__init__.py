"""The lvs worker: holds the wanted table of virtual and real servers and makes the kernel's table equal to it.

``table``     PURE  what a table is; configuration and verdicts -> the wanted table and who has its quorum
``plan``      PURE  (have, want, owned) -> the fewest operations, in an order that never empties a service
``plane``     the small interface of a data plane, two of which follow
``netlink``   generic netlink, synchronous and bounded; below ``ipvs``
``ipvs``      the plane that is the kernel's IPVS
``ruleset``   PURE  a table as nftables chains, sets and rules, and back; below ``nftables``
``nftables``  the plane that is a table of NAT rules, for kernels without IPVS
``nftjson``   PURE  rules and the JSON of libnftables
``backend``   `alived_lvs_backend`: which of the two
``keeper``    keeps a plane equal to what is wanted
``report``    what `alivectl lvs` is told
``worker``    joins it all: messages in, comparison at start, on reload and every few seconds

What does not live here: probing real servers (the checker worker says who is up).
"""
