"""The configuration as all processes understand it: frozen, complete, every default applied.

What lives here: one dataclass per thing that keepalived.conf can define, in the field's own words. Units are seconds
unless a field says otherwise. `alived.supervisor.config.build` makes these objects, the bus carries them, workers read
them. What does not live here: how a file is parsed, and anything that changes while the daemon runs.

Each object that is configured on its own has a `key`; a reload compares objects by key and value and sends the workers
only those that differ.
"""
