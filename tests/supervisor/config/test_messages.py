"""What a user reads for the mistakes that are made most."""

import logging
from collections.abc import Callable
from textwrap import dedent

import pytest

from alived.supervisor.config.diagnostics import Severity

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
          help: did you mean `vrrp_script`? The block is skipped
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
        }
        """,
        """
        keepalived.conf:4:14: error: `interval` must be a whole number of seconds from 1 to 4294
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
        keepalived.conf:2:20: warning: `vrrp_garp_interval 0` is out of range
          2 | vrrp_garp_interval 0
            |                    ^
          help: keepalived wants a number of seconds above 0, at most 4294.967295; alived takes 0 as no pause
        """,
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
        "global_defs {\nvrrp_skip_check_adv_addr\nvrrp_skip_check_adv_addr maybe\n}\n",
        """
        keepalived.conf:3:26: error: `vrrp_skip_check_adv_addr` must be on, off, true, false, yes or no
          3 | vrrp_skip_check_adv_addr maybe
            |                          ^^^^^
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
        keepalived.conf:2:1: error: `router_id` needs a value: a word
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
          help: write `router_id` and a word; the block is skipped
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
        keepalived.conf:8:13: note: `nb_get_retry` is an old word for `retry`
          8 |             nb_get_retry 3
            |             ^^^^^^^^^^^^
          help: it is read as `retry`
        """,
    ),
    "not implemented yet, once for all places": (
        """
        global_defs {
            vrrp_strict
            vrrp_strict
        }
        vrrp_sync_group G {
            group {
                VI_1
                strange {
            }
        }
        }
        """,
        """
        keepalived.conf:3:5: warning: alived does not implement `vrrp_strict` yet
          3 |     vrrp_strict
            |     ^^^^^^^^^^^
          help: nothing is checked or changed for its sake
        keepalived.conf:6:1: warning: alived does not implement `vrrp_sync_group` yet
          6 | vrrp_sync_group G {
            | ^^^^^^^^^^^^^^^
          help: its instances fail over one by one
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
}


@pytest.mark.parametrize("name", CASES)
def test_message(name: str, said: Callable[[str], str]) -> None:
    text, expected = CASES[name]
    assert said(text) == dedent(expected).strip("\n")


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
    assert places == [f"keepalived.conf:{place}" for place in ("2:1", "4:5", "5:28", "6:17", "8:1", "8:1", "10:24")]
