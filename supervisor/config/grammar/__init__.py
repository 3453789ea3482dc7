"""The grammar, a table: every keyword of keepalived 2.4's and of alived's own, in its block. A new word is a new row.

``row``            what a row says                  ``table``          all rows, and how a word is found
``top_level``      the plain words and the blocks   ``global_defs``    the daemon; ``global_vrrp`` of instances
``vrrp_instance``  instances                        ``vrrp_notify``    their announcements, programs, mail
``tracking``       trackers, groups, interfaces     ``static``         static addresses, routes and rules
``virtual_server`` virtual and real servers         ``checks``         checks of real servers
``includes``       lines that include files         ``later``          words that nothing acts on yet
"""
