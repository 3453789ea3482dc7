"""The checker worker: everything that probes a server or runs a program. Knows nothing of VRRP or IPVS.

``worker``    front door: `make(send)`; hands what the bus brings to the three below
``scripts``   vrrp_script: runs them, tells what they track         ``checks``    real servers and their checks
``notify``    notify programs, in order                             ``programs``  one run of one program
``output``    what a program printed, bounded                       ``alarm``     one timer of the loop
``verdict``   PURE: fall and rise, retry                            ``schedule``  PURE: what is due when
``outcome``   PURE: what one run of anything may say                ``probes``    one file for each kind of check
"""
