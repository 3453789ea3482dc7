"""Sockets that packets come and go through, shared by all instances of an interface."""
