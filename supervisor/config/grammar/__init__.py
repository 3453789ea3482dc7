"""The grammar, a table: every keyword of keepalived 2.4's and of alived's own, in its block. A new word is a new row.

``row``          what a row says              ``global_defs``  the top level and global_defs
``vrrp``         scripts and instances        ``lvs``          virtual servers, real servers, checks
``table``        the whole of it, and how a word is found
"""
