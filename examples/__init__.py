"""Things to try and to copy.

``demo``       a VIP moves between two hosts, on this machine: `make demo`
``testbed``    hosts made of namespaces; the demo, the tests and the benchmarks stand on them
``two-hosts``  configuration and scripts of a small cluster, for alived or keepalived
"""
