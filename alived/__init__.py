"""alived: keepalived's job in supervised Python processes.

This folder is only the name under which the rooms of the house are imported; each is a link to a folder at the top
of the repository:

``alived.supervisor``   the parent process: reads keepalived.conf, starts and watches the workers, routes messages
``alived.workers``      what the supervisor starts: ``vrrp``, ``checker``, ``lvs``
``alived.ipc``          what all processes share: messages, configuration types, codec, bus, loop, log
``alived.ctl``          ``alivectl``, the operator's client
"""

__version__ = "0.1.0"
