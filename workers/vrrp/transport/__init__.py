"""Sockets that packets come and go through, shared by all instances.

A place (place.py) is a device as one address family uses it. What arrives there comes through its inlet (inlet.py,
memberships.py, receiving.py, intake.py, buffers.py, backlog.py), and listening.py reads all inlets together
(window.py). What is sent leaves by its outlet (outlet.py, headers.py); ports.py keeps both. Gratuitous ARP and
neighbour advertisements of all devices go through announcements.py, as fast as pace.py lets them.
"""
