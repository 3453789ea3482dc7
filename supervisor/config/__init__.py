"""From keepalived.conf to the frozen types of ipc/model, with everything that is to be said about the file.

``load``            the front door: a path to a Loaded    ``diagnostics``     findings, places; ``masking`` of secrets
``language``        files to lines: ``files``, ``includes``, ``comments``, ``definitions``, ``substitution``,
                    ``expansion``, ``sequences``, ``templates``, ``undefined``, ``limits``, ``source``
``lexer``           lines -> words and braces             ``parser``          words -> statements and blocks
``grammar``         the table of all keywords             ``forms``           how a value is written and read
``reading``         the tree read with that table into ``sections``; ``fill`` makes objects of them, mechanically
``build``           all objects of a file                 ``draft``           with their places, until they are parted
``runnable``        what workers cannot act on yet        ``machine``         what the reader asks of the machine
``dump``            back to a file: ``blocks``, ``elsewhere``, ``wording``    ``explain``  a keyword; ``reference`` all

What rows of the grammar cannot say, by theme:

VRRP                ``build_vrrp`` with ``instance_*``, ``authentication``, ``auth_hmac``, ``secret_file``,
                    ``addresses``, ``routing``, ``iproute``, ``build_static``, ``build_sync_groups``, ``sync_members``,
                    ``build_notify``, ``telling``, ``build_interfaces``, ``build_tracked_servers``, ``check_vrrp``
trackers            ``build_tracking``, ``build_scripts``, ``build_trackers``, ``build_bfd``, ``tracking``,
                    ``tracker_weights``
virtual servers     ``build_virtual_server``, ``build_real_servers``, ``build_checks``, ``build_vs_groups``,
                    ``surroundings``, ``lvs_service``, ``lvs_rules``, ``check_lvs``
the daemon          ``build_settings``, ``build_globals``, ``programs``, ``inspection`` (who could change a script)
words               ``strings``, ``repeated`` (of which the first counts), ``stars`` (that stand for a password)

The stages run one after another and never raise: each takes what the one before could make of the file, adds its
findings to one Report and carries on, so that one run finds everything.
"""
