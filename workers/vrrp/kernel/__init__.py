"""What the worker knows of this host's network, and what it puts into the kernel.

Whoever wants something says what, and keeps it until he lets go; what somebody else takes away is put back.

``interfaces``    PURE  what is known of interfaces and their addresses
``holdings``      who holds which addresses, routes and rules; ``held`` PURE: one of them; ``concerns`` PURE: whom a
                  report of the kernel concerns
``link_plan``     PURE  which macvlans and ipvlans are needed, and what lies on them
``links``         has them; ``link_alias`` PURE: the note at each; ``sysctl``: settings that they need
``filter_rules``  PURE  what is dropped; ``filters``: the nftables table of it; ``filter_listing`` PURE: whether it is
                  as it was made

Below them, rtnetlink: ``nlmessage`` (framing), ``rtnetlink`` (links and addresses), ``linkmessage`` (links that are
made), ``routes`` with ``encap``, ``rules`` are PURE bytes; ``netlink``, ``route_monitor``, ``channel`` are sockets.
"""
