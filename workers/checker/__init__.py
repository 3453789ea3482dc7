"""The checker worker: everything that probes a server or runs a program. Knows nothing of VRRP or IPVS.

``worker``    front door: `make(send)`; hands what the bus brings to those below
``scripts``   vrrp_script: runs them, tells what they track         ``checks``    real servers and their checks
``notify``    tells of changes of instances and groups, by programs, pipes and mail: see below
``watch``     a room: track_file and vrrp_track_process, which are watched and not run
``programs``  one run of one program
``output``    what a program printed, bounded                       ``alarm``     one timer of the loop
``verdict``   PURE: fall and rise, retry                            ``schedule``  PURE: what is due when
``ledger``    PURE: what is news                                    ``notify_plan``  PURE: what is told of it, to whom
``run_queue`` notify programs, in order                             ``pipes``     both pipes; ``fifo``: one of them
``fifo_script``  the program that reads a pipe                      ``mail``      the queue of letters
``mail_text`` PURE: what a letter says
``outcome``   PURE: what one run of anything may say                ``probes``    one file for each kind of check
"""
