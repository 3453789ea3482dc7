"""The processes that do the work, one package each; its module `worker` is the front door, with `make(send) -> Worker`.

``vrrp``     packets, timers, virtual addresses: never blocks, never forks
``checker``  everything that probes or runs a program
``lvs``      makes the kernel's table of virtual and real servers equal to the wanted one

A worker imports `alived.ipc` and its own package, never a sibling, never the supervisor.
"""
