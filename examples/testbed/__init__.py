"""Hosts made of namespaces, to try alived on one machine: the demo, the tests and the benchmarks stand on it.

``namespaces``  a place for processes with a network, a process table and mounts of its own
``hosts``       ``Cluster``: hosts on a bridge, each with an interface ``ens33``; cables that can be cut
``services``    what runs on a host: nginx, alived, keepalived
``pair``        the cluster of examples/two-hosts
``adverts``     what is heard of VRRP on the wire
``probes``      clients that ping or fetch a page many times a second and remember every answer
``witness``     a client that uses the cluster all the time, and says what it noticed
``capture``     a recording of the wire and tshark's judgement of it

Needs root, or root of a user namespace (``unshare --user --map-root-user``); never touches the machine's own network.
Everything dies with the process that made it, however that one ends.
"""
