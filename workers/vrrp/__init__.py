"""The vrrp worker: keeps virtual addresses on exactly one of several hosts (VRRP, RFC 3768).

It decides nothing that another process could delay: no fork, no file, no name resolution; each turn of its loop is
bounded. The pure half decides, the other half does:

``fsm``       the state machine: what happens when…      ``worker``     the front door: bus messages, all instances
``timers``    how long is waited                         ``instance``   one virtual router: performs, logs, tells
``priority``  tracked scripts to a priority or fault     ``host``       what instances share of this host
``packet``    the bytes of adverts and their checks      ``port``       an interface's adverts, in and out
``receiver``  from a datagram to an instance             ``announcer``  an interface's gratuitous ARP, paced
``garp``      the bytes and times of gratuitous ARP      ``addresses``  who holds which virtual address
``agenda``    who is due when                            ``alarm``      the one timer
``rtnetlink`` the bytes of links and addresses           ``netlink``    the netlink sockets
``interfaces`` what is known of them                     ``sockets``    the packet sockets
``events``    words between ``fsm`` and ``instance``      ``translate``  configuration to what pure parts need
``stats``     what is counted                            ``backlog``    the sockets' receive buffers
``report``    what operators are shown
"""
