"""From keepalived.conf to the frozen types of ipc/model.py, with everything that is to be said about the file.

``load``            the front door: a path to a Loaded    ``diagnostics``     findings, their places, their text
``lexer``           text -> tokens                        ``parser``          tokens -> statements and blocks
``forms``           how a value is written and read       ``forms_program``   the same for programs and accounts
``strings``         quotes and escapes in scripts         ``grammar``         the table of all keywords
``sections``        the tree read with that table         ``build``           sections -> a draft of all objects
``build_scripts``   tracked scripts, notify programs      ``build_vrrp``      instances
``addresses``       the lines of virtual_ipaddress        ``authentication``  the password of an instance
``tracking``        the lines of track_script             ``build_lvs``       virtual servers and their checks
``programs``        a command -> a program that may run   ``machine``         what the reader asks of the machine
``draft``           objects with their places             ``check``           what must hold between them

The stages run one after another and never raise: each takes what the one before could make of the file, adds its
findings to one Report and carries on, so that one run finds everything.
"""
