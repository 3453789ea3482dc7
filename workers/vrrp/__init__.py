"""The vrrp worker: keeps virtual addresses on exactly one of several hosts (VRRP, RFC 3768 and RFC 9568).

It decides nothing that another process could delay: no fork, no file but settings under /proc/sys, no name resolution;
each turn of its loop is bounded. The pure half decides, the other half does.

Pure, a machine each, with `now` as a parameter:

``fsm``         the state machine: what happens when…       ``events``      words between it and ``instance``
``watch``       a backup's view of its master               ``rivals``      other masters, heard by a master
``timers``      how long is waited                          ``sync_group``  members are master together or not at all
``tracked``     what an instance tracks, and who tracks it  ``priority``    all that to a priority and faults
``link_delay``  how long a change of a link must last       ``agenda``      who is due when
``translate``   configuration to what these want to know    ``stats``       what is counted
``allowance``   how often something may be said             ``retry``       when it is tried again
``heritage``    what a dead predecessor has told            ``pulse``       times, and what is done for years

At work:

``worker``      the front door: the bus, and queries        ``roster``      who there is; whom a change concerns
``instance``    one virtual router: performs, logs, tells   ``groups``      sync groups: the same
``voice``       how an instance speaks and listens          ``belongings``  what it has while it is master
``host``        what all share of this host                 ``exchange``    sockets and receivers by place
``link_states`` which interfaces count as up                ``linkbeat``    asking for a link
``alarm``       the one timer                               ``remarks``     what is logged once and not each second
``chores``      what is done a little at a time             ``report``      what operators are shown
``devices``     interfaces of instances come and go         ``reflex``      what does not awake an instance
``lacks``       what an instance needs and has not

Rooms, each with a map of its own: ``wire`` (bytes), ``kernel`` (interfaces, addresses, routes, rules, filters),
``transport`` (sockets). An advert goes transport → exchange → wire → reflex → instance → fsm, and the other way by
voice; one like the last gets no further than the reflex, both ways.
"""
