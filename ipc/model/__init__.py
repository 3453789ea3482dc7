"""The configuration as all processes understand it: frozen, complete, every default applied.

What lives here: one dataclass per thing that keepalived.conf can define, in the field's own words. Units are seconds
unless a field says otherwise. `alived.supervisor.config.build` makes these objects, the bus carries them, workers read
them. What does not live here: how a file is parsed, and anything that changes while the daemon runs.

``config``      a whole configuration, and what each worker is given of it
``settings``    global_defs; ``globals`` is what a worker needs of it, ``processes`` how processes run
``vrrp``        instances, with ``authentication``, ``links`` (interfaces made for them) and ``groups``
``routing``     addresses, routes and rules       ``interfaces``  what is said of interfaces as such
``tracking``    what a priority depends on        ``bfd``         BFD sessions
``checker``     scripts, and who is told          ``checks``      checks of real servers
``lvs``         virtual servers                   ``common``      parts of several of these

Each object that is configured on its own has a `key`; a reload compares objects by key and value and sends the workers
only those that differ.
"""
