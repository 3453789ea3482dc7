"""What a user reads for the mistakes that are made most."""

import logging
from collections.abc import Callable
from textwrap import dedent

import pytest

from alived.supervisor.config.diagnostics import Diagnostic, Severity
from alived.supervisor.config.load import load_text
from alived.supervisor.config.machine import Machine
from tests.supervisor.config.language_kit import MemoryFiles

CASES: dict[str, tuple[str, str]] = {
    "misspelt keyword": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            prriority 90
            virtual_ipaddress { 10.0.0.1 }
        }
        """,
        """
        keepalived.conf:5:5: error: `prriority` is not a keyword of vrrp_instance
          5 |     prriority 90
            |     ^^^^^^^^^
          help: did you mean `priority`?
        """,
    ),
    "misspelt block": (
        """
        vvrp_script chk {
            script /bin/true
        }
        """,
        """
        keepalived.conf:2:1: error: `vvrp_script` is not a keyword of the top level
          2 | vvrp_script chk {
            | ^^^^^^^^^^^
          help: did you mean `vrrp_script`? Its block, to line 4, is skipped
        """,
    ),
    "nothing like it": (
        "systemctl restart keepalived\n",
        """
        keepalived.conf:1:1: error: `systemctl` is not a keyword of the top level
          1 | systemctl restart keepalived
            | ^^^^^^^^^
          help: it is ignored
        """,
    ),
    "in the wrong block": (
        """
        global_defs {
        \tvirtual_router_id 51
        }
        """,
        """
        keepalived.conf:3:2: error: `virtual_router_id` does not belong in global_defs
          3 | \tvirtual_router_id 51
            | \t^^^^^^^^^^^^^^^^^
          help: it belongs in vrrp_instance
        """,
    ),
    "wrong type": (
        """
        vrrp_script chk {
            script /bin/true
            interval soon
        }
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
            track_script { chk }
        }
        global_defs {
            enable_script_security
            script_user root
        }
        """,
        """
        keepalived.conf:4:14: error: `interval` must be a number of seconds from 0.001 to 4294
          4 |     interval soon
            |              ^^^^
          help: 1 is used
        """,
    ),
    "out of range": (
        """
        vrrp_instance VI_1 {
            state MASTER
            interface eth0
            virtual_router_id 51
            priority 300
            virtual_ipaddress { 10.0.0.1 }
        }
        """,
        """
        keepalived.conf:6:14: error: `priority` must be a whole number from 1 to 255
          6 |     priority 300
            |              ^^^
          help: 100 is used
        """,
    ),
    "out of keepalived's range with an obvious meaning": (
        "global_defs {\nvrrp_garp_interval 0\n}\n",
        """
        keepalived.conf:2:20: warning: `vrrp_garp_interval`: keepalived wants a number of seconds above 0, at most 4294.967295
          2 | vrrp_garp_interval 0
            |                    ^
          help: alived takes 0 as no pause
        """,  # noqa: E501  a message is one line
    ),
    "no name, and too many": (
        """
        vrrp_script "" {
            script /bin/true
        }
        vrrp_script a b {
            init_fail
        }
        """,
        """
        keepalived.conf:2:1: error: this vrrp_script has no name
          2 | vrrp_script "" {
            | ^^^^^^^^^^^
          help: it is left out
        keepalived.conf:5:1: error: vrrp_script a has no script
          5 | vrrp_script a b {
            | ^^^^^^^^^^^
          help: it is left out
        keepalived.conf:5:15: note: a block has one name
          5 | vrrp_script a b {
            |               ^
          help: the rest of the line is not read
        """,
    ),
    "neither yes nor no": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            skip_check_adv_addr
            skip_check_adv_addr maybe
            virtual_ipaddress { 10.0.0.1 }
        }
        """,
        """
        keepalived.conf:6:25: error: `skip_check_adv_addr` must be on, off, true, false, yes or no
          6 |     skip_check_adv_addr maybe
            |                         ^^^^^
          help: it is on
        """,
    ),
    "one word of several": (
        """
        vrrp_instance VI_1 {
            state BACUP
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
        }
        """,
        """
        keepalived.conf:3:11: error: `state` must be MASTER or BACKUP
          3 |     state BACUP
            |           ^^^^^
          help: did you mean `BACKUP`? As it stands, BACKUP is used
        """,
    ),
    "no value": (
        "global_defs {\nrouter_id\n}\n",
        """
        keepalived.conf:2:1: error: `router_id` needs a value: a name
          2 | router_id
            | ^^^^^^^^^
          help: it is ignored
        """,
    ),
    "no block": (
        "vrrp_instance VI_1\n",
        """
        keepalived.conf:1:1: error: `vrrp_instance` needs a block
          1 | vrrp_instance VI_1
            | ^^^^^^^^^^^^^
          help: write `vrrp_instance {` and end it with '}'
        """,
    ),
    "a block where none belongs": (
        "global_defs {\nrouter_id {\nx\n}\n}\n",
        """
        keepalived.conf:2:1: error: `router_id` has no block
          2 | router_id {
            | ^^^^^^^^^
          help: write `router_id` and a name; the block is skipped
        """,
    ),
    "unclosed brace at the end": (
        "global_defs {\nrouter_id x\n",
        """
        keepalived.conf:1:13: error: this '{' is not closed
          1 | global_defs {
            |             ^
          help: add '}' on a line of its own where the block ends
        """,
    ),
    "unclosed brace in the middle": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress {
                10.0.0.1
            }
            authentication {
                auth_type PASS
                auth_pass 1111

        vrrp_instance VI_2 {
            interface eth0
            virtual_router_id 52
            virtual_ipaddress {
                10.0.0.2
            }
        }
        """,
        """
        keepalived.conf:8:20: error: this '{' is not closed
          8 |     authentication {
            |                    ^
          help: add '}' on a line of its own where the block ends
        """,
    ),
    "extra brace": (
        "global_defs {\nrouter_id x\n}\n}\n",
        """
        keepalived.conf:4:1: error: '}' closes nothing
          4 | }
            | ^
          help: take it away, or look above for a block that ends too early
        """,
    ),
    "a brace without a word": (
        "{\nrouter_id x\n}\n",
        """
        keepalived.conf: note: the file defines nothing
        keepalived.conf:1:1: error: '{' without a word before it
          1 | {
            | ^
          help: what is between its braces is skipped
        """,
    ),
    "unclosed quote": (
        'global_defs {\nrouter_id "x\n}\n',
        """
        keepalived.conf:2:11: error: this quote is not closed
          2 | router_id "x
            |           ^
          help: it is taken to end with the line
        """,
    ),
    "unknown script": (
        """
        vrrp_script chk_nginx {
            script /bin/true
        }
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
            track_script {
                chk_ngnix
                other
                chk_nginx
            }
        }
        global_defs {
            enable_script_security
            script_user root
        }
        """,
        """
        keepalived.conf:10:9: error: there is no vrrp_script `chk_ngnix`
          10 |         chk_ngnix
             |         ^^^^^^^^^
          help: did you mean `chk_nginx`?
        keepalived.conf:11:9: error: there is no vrrp_script `other`
          11 |         other
             |         ^^^^^
          help: it is not tracked
        """,
    ),
    "old word": (
        """
        virtual_server 10.0.0.1 80 {
            lb_algo rr
            lb_kind NAT
            protocol TCP
            real_server 10.0.0.2 80 {
                TCP_CHECK {
                    nb_get_retry 3
                }
            }
        }
        """,
        """
        keepalived.conf:8:13: warning: `nb_get_retry` is an old word for `retry`
          8 |             nb_get_retry 3
            |             ^^^^^^^^^^^^
          help: write `retry`; it is read as that
        """,
    ),
    "a password is never shown": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
            authentication {
                auth_type PASS
                auth_pass "top secret{"
            }
        }
        """,
        """
        keepalived.conf:8:19: warning: a password has at most 8 bytes
          8 |         auth_pass *************
            |                   ^^^^^^^^^^^^^
          help: only the first 8 are used, as by keepalived
        """,
    ),
    "nor is it when its keyword is misspelt": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
            authentication {
                auth_type PASS
                auth_pas s3cret
                auth_pass 1111
            }
        }
        """,
        """
        keepalived.conf:8:9: error: `auth_pas` is not a keyword of authentication
          8 |         auth_pas ******
            |         ^^^^^^^^
          help: did you mean `auth_pass`?
        """,
    ),
    "not done yet, once for all places": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
            debug 4
        }
        vrrp_instance VI_2 {
            interface eth0
            virtual_router_id 52
            virtual_ipaddress { 10.0.0.2 }
            debug 4
        }
        """,
        """
        keepalived.conf:6:5: note: alived does not act on `debug` yet
          6 |     debug 4
            |     ^^^^^
          help: --log-detail shows what there is
        """,
    ),
    "an unknown block, with blocks in it that are known": (
        """
        cluster_of_mine east {
            vrrp_instance VI_1 {
                interface eth0
                virtual_router_id 51
                virtual_ipaddress { 10.0.0.1 }
            }
            quorum 3
        }
        """,
        """
        keepalived.conf:2:1: error: `cluster_of_mine` is not a keyword of the top level
          2 | cluster_of_mine east {
            | ^^^^^^^^^^^^^^^
          help: of its block, to line 9, the blocks that could stand here are read, as by keepalived, and nothing else
        """,
    ),
    "an unknown block": (
        """
        haproxy {
            frontend x
        }
        """,
        """
        keepalived.conf:2:1: error: `haproxy` is not a keyword of the top level
          2 | haproxy {
            | ^^^^^^^
          help: its block, to line 4, is skipped
        """,
    ),
    "one scheduler of many, by its old word": (
        """
        virtual_server 10.0.0.1 80 {
            lb_algo wlcc
            lb_kind NAT
            protocol TCP
            real_server 10.0.0.2 80 {
                TCP_CHECK {
                }
            }
        }
        """,
        """
        keepalived.conf:3:13: error: `lb_algo` must be rr, wrr, lc, wlc, lblc, sh, mh, dh, fo, ovf, lblcr, sed, nq or twos
          3 |     lb_algo wlcc
            |             ^^^^
          help: did you mean `wlc`? As it stands, wlc is used
        """,  # noqa: E501  a message is one line
    ),
    "short values by other spellings": (
        """
        virtual_server 10.0.0.1 80 {
            lb_algo wwr
            lb_kind DRR
            protocol TPC
            real_server 10.0.0.2 80 {
                TCP_CHECK {
                }
            }
        }
        """,
        """
        keepalived.conf:3:13: error: `lb_algo` must be rr, wrr, lc, wlc, lblc, sh, mh, dh, fo, ovf, lblcr, sed, nq or twos
          3 |     lb_algo wwr
            |             ^^^
          help: did you mean `wrr`? As it stands, wlc is used
        keepalived.conf:4:13: error: `lb_kind` must be NAT, DR or TUN
          4 |     lb_kind DRR
            |             ^^^
          help: did you mean `DR`? As it stands, NAT is used
        keepalived.conf:5:14: error: `protocol` must be TCP, UDP or SCTP
          5 |     protocol TPC
            |              ^^^
          help: did you mean `TCP`? As it stands, UDP is used
        """,  # noqa: E501  a message is one line
    ),
    "the first address of an IPv6 instance": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            priority 100
            virtual_ipaddress {
                2001:db8::1/64
                fe80::1
                10.0.0.1
            }
        }
        """,
        """
        keepalived.conf:7:9: advice: the first address of an IPv6 instance must be link-local
          7 |         2001:db8::1/64
            |         ^^^^^^^^^^^^^^
          help: put one before it, as fe80::1 (RFC 9568 section 5.2.9)
        keepalived.conf:9:9: error: the addresses of this instance are all IPv6
          9 |         10.0.0.1
            |         ^^^^^^^^
          help: it is left out; addresses of the other family go into virtual_ipaddress_excluded
        """,
    ),
    "the password of a dump that has none": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            priority 100
            authentication {
                auth_type PASS
                auth_pass ********
            }
            virtual_ipaddress { 10.0.0.1 }
        }
        """,
        """
        keepalived.conf:8:19: advice: these are the stars of a dump, which did not have the password
          8 |         auth_pass ********
            |                   ^^^^^^^^
          help: they are used as the password; write the real one, or dump with --show-secrets
        """,
    ),
    "a number that decides about the whole block": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 256
            virtual_ipaddress { 10.0.0.1 }
        }
        """,
        """
        keepalived.conf:2:1: error: vrrp_instance VI_1 has no usable virtual_router_id
          2 | vrrp_instance VI_1 {
            | ^^^^^^^^^^^^^
          help: the instance is left out
        keepalived.conf:4:23: error: `virtual_router_id` must be a whole number from 1 to 255
          4 |     virtual_router_id 256
            |                       ^^^
          help: it is ignored
        """,
    ),
    "bad addresses": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress {
                10.0.0.1/24 dev eth0
                10.0.0.256/24
                10.0.0.3/33
                10.0.0.4/24 dev eth0 lable eth0:1
            }
        }
        """,
        """
        keepalived.conf:7:9: error: this is not an address or ADDRESS/BITS
          7 |         10.0.0.256/24
            |         ^^^^^^^^^^^^^
          help: it is skipped
        keepalived.conf:8:9: error: the prefix length must be a number from 0 to 32
          8 |         10.0.0.3/33
            |         ^^^^^^^^^^^
          help: 32 is used
        keepalived.conf:9:30: error: `lable` is not an option of an address
          9 |         10.0.0.4/24 dev eth0 lable eth0:1
            |                              ^^^^^
          help: did you mean `label`? it is ignored
        """,
    ),
    "a missing value": (
        """
        vrrp_instance VI_1 {
            interface
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
        }
        """,
        """
        keepalived.conf:2:1: error: vrrp_instance VI_1 has no usable interface
          2 | vrrp_instance VI_1 {
            | ^^^^^^^^^^^^^
          help: the instance is left out
        keepalived.conf:3:5: error: `interface` needs a value: the name of an interface
          3 |     interface
            |     ^^^^^^^^^
          help: it is ignored
        """,
    ),
    "an interface that is missing": (
        """
        vrrp_instance VI_1 {
            interface eth7
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
        }
        """,
        """
        keepalived.conf:3:15: warning: there is no interface eth7
          3 |     interface eth7
            |               ^^^^
          help: VI_1 is in fault until there is
        """,
    ),
    "a script that others can change": (
        """
        global_defs {
            enable_script_security
            script_user root
        }
        vrrp_script chk {
            script "/usr/local/bin/check.sh --fast"
        }
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
            track_script { chk }
        }
        """,
        """
        keepalived.conf:7:12: warning: /usr/local/bin/check.sh would run as root, but others than root can change /usr/local/bin: everybody may write to it
          7 |     script "/usr/local/bin/check.sh --fast"
            |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
          help: it is not run, and nothing that depends on it is tracked; `chmod o-w /usr/local/bin`, or give the script another user
        keepalived.conf:13:20: note: vrrp_script chk cannot be run
          13 |     track_script { chk }
             |                    ^^^
          help: it is not tracked
        """,  # noqa: E501  a message is one line
    ),
    "no script security": (
        """
        global_defs {
            script_user root
        }
        vrrp_script chk {
            script /bin/true
        }
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
            track_script { chk }
        }
        """,
        """
        keepalived.conf:6:12: warning: scripts are run without enable_script_security
          6 |     script /bin/true
            |            ^^^^^^^^^
          help: add it to global_defs: then no script that others can change is run as root
        """,
    ),
    "no user to run scripts as": (
        """
        global_defs {
            enable_script_security
        }
        vrrp_script chk {
            script /bin/true
        }
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
            track_script { chk }
        }
        """,
        """
        keepalived.conf:6:12: error: there is no user `keepalived_script` to run /bin/true as
          6 |     script /bin/true
            |            ^^^^^^^^^
          help: it is not run; make that user, or name another one with script_user
        keepalived.conf:12:20: error: vrrp_script chk is left out
          12 |     track_script { chk }
             |                    ^^^
          help: it is not tracked
        """,
    ),
    "two routers of one number": (
        """
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.1 }
        }
        vrrp_instance VI_2 {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress { 10.0.0.2 }
        }
        """,
        """
        keepalived.conf:9:23: error: VI_2 and VI_1 both use virtual_router_id 51 on eth0
          9 |     virtual_router_id 51
            |                       ^^
          help: VI_2 is left out; give it another virtual_router_id
        """,
    ),
    "nothing defines it": (
        """
        $ROUTER=east
        global_defs {
            router_id $ROUTERS
        }
        """,
        """
        keepalived.conf:4:15: note: nothing defines $ROUTERS
          4 |     router_id $ROUTERS
            |               ^^^^^^^^
          help: did you mean $ROUTER? it stays in the text as it is
        """,
    ),
    "braces that keepalived takes for a block": (
        """
        global_defs {
            router_id ${ROUTER}
        }
        """,
        """
        keepalived.conf:3:15: error: nothing defines ${ROUTER}
          3 |     router_id ${ROUTER}
            |               ^^^^^^^^^
          help: outside quotes keepalived takes these braces for those of a block
        """,
    ),
    "a definition of itself": (
        """
        $A=x $B
        $B=y $A
        global_defs {
            router_id $A
        }
        """,
        """
        keepalived.conf:5:15: error: the definition of $A refers to itself: $A -> $B -> $A
          5 |     router_id $A
            |               ^^
          help: define one of them without the other; keepalived hangs here, alived leaves the line out
        """,
    ),
    "more lines than anybody means": (
        "~SEQ(I, 1, 1000000000) include $I.conf\n",
        """
        keepalived.conf: note: the file defines nothing
        keepalived.conf:1:1: error: this asks for 1,000,000,000 lines; more than 4,000,000 are not made
          1 | ~SEQ(I, 1, 1000000000) include $I.conf
            | ^^^^^^^^^^^^^^^^^^^^^^
          help: the rest of the configuration is not read
        """,
    ),
}

INCLUDING: dict[str, tuple[str, dict[str, str], str]] = {
    "through an include, a definition and a sequence": (
        """
        include sites/*.conf
        """,
        {
            "sites/east.conf": r"""
            $SITE= \
                vrrp_instance VI_$I { \
                    interface eth0 \
                    virtual_router_id $I \
                    priority 10${I}0 \
                    virtual_ipaddress { 10.0.0.$I } \
                }
            ~SEQ(I, 1, 2) $SITE
            """,
        },
        r"""
        sites/east.conf:6:18: error: `priority` must be a whole number from 1 to 255
          6 |         priority 10${I}0 \
            |                  ^^^^^^^
          in definition $SITE used at sites/east.conf:9:15
          with $I = 1 of ~SEQ at sites/east.conf:9:1
          included from keepalived.conf:2:9
          help: 100 is used
        sites/east.conf:6:18: error: `priority` must be a whole number from 1 to 255
          6 |         priority 10${I}0 \
            |                  ^^^^^^^
          in definition $SITE used at sites/east.conf:9:15
          with $I = 2 of ~SEQ at sites/east.conf:9:1
          included from keepalived.conf:2:9
          help: 100 is used
        """,
    ),
    "misspelt in an included file": (
        """
        include sites/*.conf
        """,
        {
            "sites/east.conf": """
            vrrp_instance VI_1 {
                interface eth0
                virtual_router_id 51
                prioritty 90
                virtual_ipaddress { 10.0.0.1 }
            }
            """,
        },
        """
        sites/east.conf:5:5: error: `prioritty` is not a keyword of vrrp_instance
          5 |     prioritty 90
            |     ^^^^^^^^^
          included from keepalived.conf:2:9
          help: did you mean `priority`?
        """,
    ),
    "nothing to include": (
        """
        includew sites/*.conf
        includem more.conf
        include other.conf
        """,
        {},
        """
        keepalived.conf: note: the file defines nothing
        keepalived.conf:2:10: error: no file matches 'sites/*.conf'
          2 | includew sites/*.conf
            |          ^^^^^^^^^^^^
          help: put it there, or ask with a plain 'include', which keepalived does not mind; alived goes on without it
        keepalived.conf:3:10: error: there is no file 'more.conf'
          3 | includem more.conf
            |          ^^^^^^^^^
          help: put it there, or ask with a plain 'include', which keepalived does not mind; alived goes on without it
        keepalived.conf:4:9: note: there is no file 'other.conf'
          4 | include other.conf
            |         ^^^^^^^^^^
          help: nothing of it is read; keepalived goes on as well
        """,
    ),
    "a name that another file has": (
        """
        include a.conf
        virtual_server_group G {
            10.0.0.1 80
        }
        vrrp_instance VI_1 {
        }
        """,
        {
            "a.conf": """
            virtual_server_group G {
                10.0.0.2 80
            }
            vrrp_instance VI_1 {
                interface eth0
                virtual_router_id 51
                priority 100
                virtual_ipaddress { 10.0.0.1 }
            }
            """,
        },
        """
        a.conf:2:1: note: alived does not act on `virtual_server_group` yet
          2 | virtual_server_group G {
            | ^^^^^^^^^^^^^^^^^^^^
          included from keepalived.conf:2:9
          help: virtual servers that use it are left out
        a.conf:2:22: advice: no virtual_server uses virtual_server_group G
          2 | virtual_server_group G {
            |                      ^
          included from keepalived.conf:2:9
          help: it has no effect
        keepalived.conf:3:22: note: virtual_server_group G is there already
          3 | virtual_server_group G {
            |                      ^
          help: the one of a.conf:2:1 is used
        keepalived.conf:6:15: error: vrrp_instance VI_1 is already defined
          6 | vrrp_instance VI_1 {
            |               ^^^^
          help: the one of a.conf:5:15 is used
        """,
    ),
    "a folder instead of a file": (
        """
        includer sites
        include sites
        """,
        {"sites/east.conf": ""},
        """
        keepalived.conf: note: the file defines nothing
        keepalived.conf:2:10: error: 'sites' cannot be included: this is a folder
          2 | includer sites
            |          ^^^^^
          help: name the files in it that are meant; alived goes on without it
        keepalived.conf:3:9: note: 'sites' cannot be included: this is a folder
          3 | include sites
            |         ^^^^^
          help: nothing of it is read; keepalived goes on as well; name the files in it that are meant
        """,
    ),
    "a file that includes itself": (
        """
        include a.conf
        """,
        {
            "a.conf": """
            global_defs {
                router_id x
            }
            include a.conf
            """,
        },
        """
        a.conf:5:9: error: 'a.conf' includes itself
          5 | include a.conf
            |         ^^^^^^
          included from keepalived.conf:2:9
          help: it is not read again; a pattern like *.conf also matches the file that it stands in
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_message(name: str, said: Callable[[str], str], writable: dict[str, str]) -> None:
    writable["/usr/local/bin/check.sh"] = "/usr/local/bin"
    text, expected = CASES[name]
    assert said(text) == dedent(expected).strip("\n")


def including(name: str, machine: Machine) -> tuple[Diagnostic, ...]:
    """What is said of a text and what it includes."""
    text, files, _ = INCLUDING[name]
    memory = MemoryFiles({path: dedent(included) for path, included in files.items()})
    return load_text(dedent(text), "keepalived.conf", machine, memory).diagnostics


@pytest.mark.parametrize("name", INCLUDING)
def test_message_about_what_is_included(name: str, machine: Machine) -> None:
    *_, expected = INCLUDING[name]
    assert "\n".join(found.render() for found in including(name, machine)) == dedent(expected).strip("\n")


def test_the_same_for_programs(machine: Machine) -> None:
    found, _ = including("through an include, a definition and a sequence", machine)
    assert found.document() == {
        "severity": "error",
        "code": "bad-value",
        "complaint": True,
        "message": "`priority` must be a whole number from 1 to 255",
        "hint": "100 is used",
        "file": "sites/east.conf",
        "line": 6,
        "column": 18,
        "length": 7,
        "end_line": 6,
        "chain": [
            {"words": "in definition $SITE used at", "file": "sites/east.conf", "line": 9},
            {"words": "with $I = 1 of ~SEQ at", "file": "sites/east.conf", "line": 9},
            {"words": "included from", "file": "keepalived.conf", "line": 2},
        ],
    }


def test_of_a_very_long_line_what_is_around_the_word_is_shown(said: Callable[[str], str]) -> None:
    line = f"use_vmac {'group red ' * 100}name a/b {'group red ' * 100}"
    lines = said(f"vrrp_instance V {{\ninterface eth0\n{line}\n}}\n").split("\n")
    at = next(number for number, text in enumerate(lines) if "is not the name of an interface" in text)
    shown, caret = lines[at + 1 : at + 3]
    assert shown.startswith("  3 | …")
    assert shown.endswith("…")
    assert shown[caret.index("^") : caret.index("^") + 3] == "a/b"
    assert len(shown) < 420


def test_levels_of_a_log() -> None:
    levels = [severity.level for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE, Severity.ADVICE)]
    assert levels == [logging.ERROR, logging.WARNING, logging.INFO, logging.INFO]


def test_everything_is_found_in_one_run_in_the_order_of_the_file(said: Callable[[str], str]) -> None:
    text = """
        }
        global_defs {
            router_idd x
            vrrp_garp_master_delay x
            script_user nobody_here
        }
        vrrp_instance {
        }
        virtual_server 1.2.3.4 99999 {
        }
        """
    places = [line.split(": ")[0] for line in said(text).splitlines() if line.startswith("keepalived.conf")]
    assert places == [f"keepalived.conf:{place}" for place in ("2:1", "4:5", "5:28", "6:17", "8:1", "10:24")]
