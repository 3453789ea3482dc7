"""alived beside Debian's keepalived, measured in the same run: `make bench`, or `python -m bench [NAME...]`.

``silence``  what a client sees: cut link, stop, killed worker     ``start``   from nothing to the first advert
``respawn``  a killed vrrp worker to its next advert               ``memory``  all processes together
``table``    the rows and how they are printed                     ``stage``   both daemons on the testbed's hosts
"""
