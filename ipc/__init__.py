"""What all of alived's processes share, and nothing else. Imports nothing of ours.

``messages``    every message, once               ``model``       the frozen configuration types
``codec``       message <-> msgpack frame         ``bus``         the only importer of zmq
``loop``        the main loop that workers run    ``log``         one line of log, from a process to its supervisor
``privileges``  what a worker gives up at start   ``paths``       where things are in the runtime directory
``record``      frozen dataclasses that cost little  ``memory``   keeping a process out of swap
``libnftables`` nftables through ctypes, for two workers
``renaming``    which virtual routers go on under another name
"""
