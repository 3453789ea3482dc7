"""alived beside Debian's keepalived, measured in the same run: `make bench`, or `python -m bench [NAME...]`.

``silence``    what a client sees: cut link, stop, killed worker   ``start``      from nothing to the first advert
``intervals``  the same with VRRPv3, down to 10 ms                 ``respawn``    a killed worker to its next advert
``vrrp``       CPU for each advert                                 ``memory``     all processes together
``reload``     what a reload does to a quick instance              ``instances``  65,024 of them
``load``       false failovers when all cores are busy             ``configtest`` `-t` on large files
``table``      the rows and how they are printed                   ``stage``      both daemons on the testbed's hosts
``many``       hosts for thousands of instances
"""
