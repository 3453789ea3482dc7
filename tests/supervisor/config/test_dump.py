"""dump.py: a configuration as text, from which the same configuration is read again."""

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings

import alived
from alived.ipc.model.config import Config
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.dump import dump
from alived.supervisor.config.elsewhere import CHILDREN, VALUES
from alived.supervisor.config.forms.text import Body
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import ROWS
from alived.supervisor.config.inspection import Identity
from alived.supervisor.config.load import load, load_text
from alived.supervisor.config.wording import attribute_of
from tests.supervisor.config.conftest import FakeMachine, Judge
from tests.supervisor.config.generated import CONFIGURATIONS

HERE = Path(__file__).parent
FILES = [*sorted((HERE / "language/valid").glob("*.conf")), *sorted(HERE.parents[2].glob("examples/two-hosts/*.conf"))]
HEAD = f"# the configuration as alived {alived.__version__} understands it"
MACHINE = FakeMachine({"root": Identity(0, 0), "nobody": Identity(65534, 65534)}, {})

MIDDLING = """\
    global_defs {
        router_id "lb 1"
        vrrp_version 3
        script_user root
        enable_script_security
    }
    vrrp_script web {
        script "/bin/true 'a b'"
        interval 2
    }
    vrrp_instance VI_1 {
        state MASTER
        interface eth0
        virtual_router_id 51
        priority 255
        advert_int .5
        version 2
        authentication {
            auth_type PASS
            auth_pass sesame
        }
        virtual_ipaddress {
            192.0.2.1/24 brd +
            192.0.2.2 dev eth1 label eth1:vip
        }
        nopreempt
        notify /bin/true
    }
    virtual_server 192.0.2.1 443 {
        protocol TCP
        lb_algo rr
        lb_kind DR
        delay_loop 10
        real_server 10.0.0.1 443 {
            weight 3
            SSL_GET {
                url {
                    path /
                    status_code 200
                }
            }
        }
    }
"""
"""Values that are given, inherited, old spellings, and spread over several objects."""

WRITTEN = """\
global_defs {
    script_user root
    enable_script_security
    router_id "lb 1"
    vrrp_version 3
}

vrrp_script web {
    script "/bin/true \\042a b\\042"
    interval 2
    user root root
}

vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    version 2
    priority 255
    virtual_ipaddress {
        192.0.2.1/24 brd 192.0.2.255 dev eth0
        192.0.2.2/32 dev eth1 label eth1:vip
    }
    accept
    notify /bin/true root root
    authentication {
        auth_type PASS
        auth_pass sesame
    }
}

virtual_server 192.0.2.1 443 {
    protocol TCP
    lvs_sched rr
    lvs_method DR
    real_server 10.0.0.1 443 {
        weight 3
        SSL_GET {
            connect_ip 10.0.0.1
            connect_port 443
            warmup 10
            delay_loop 10
            url {
                path /
                status_code 200
            }
        }
    }
}
"""


def again(config: Config, machine: FakeMachine = MACHINE) -> Config:
    """What is read from the text of a configuration."""
    return load_text(dump(config, show_secrets=True), "keepalived.conf", machine).config


def test_a_configuration_as_text(judge: Judge) -> None:
    text = dump(judge(MIDDLING).config, show_secrets=True)
    assert text == f"{HEAD}\n\n{WRITTEN}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_same_is_read_again(path: Path) -> None:
    machine = FakeMachine(MACHINE.users, {}, {})
    config = load(path, "main", machine).config
    assert again(config, machine) == config


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(CONFIGURATIONS)
def test_the_same_is_read_again_whatever_it_was(text: str) -> None:
    config = load_text(text, "keepalived.conf", MACHINE).config
    assert again(config) == config


def test_an_empty_configuration() -> None:
    assert dump(Config(), show_secrets=True) == f"{HEAD}\n"


# --- secrets ----------------------------------------------------------------------------------------------------------

SECRETS = """\
    SSL {
        password sesame1
    }
    vrrp_instance VI_1 {
        interface eth0
        virtual_router_id 51
        authentication {
            auth_type PASS
            auth_pass sesame2
        }
        virtual_ipaddress {
            192.0.2.1
        }
    }
    vrrp_instance VI_2 {
        interface eth0
        virtual_router_id 52
        version 3
        virtual_ipaddress {
            192.0.2.2
        }
        auth_hmac {
            key 7 sesame3-sesame3-sesame3-sesame3-
        }
    }
"""


def test_secrets_are_hidden_and_the_first_line_says_so(judge: Judge) -> None:
    text = dump(judge(SECRETS).config, show_secrets=False)
    assert "sesame" not in text
    assert b"sesame3-".hex() not in text
    assert [line.split() for line in text.splitlines() if "****" in line] == [
        ["auth_pass", "********"],
        ["key", "********"],
        ["password", "********"],
    ]
    assert text.splitlines()[0].endswith("hidden, so that it is not the same when it is read again")


def test_they_are_shown_when_that_is_asked_for(judge: Judge) -> None:
    config = judge(SECRETS).config
    text = dump(config, show_secrets=True)
    assert all(f"sesame{number}" in text for number in (1, 2))
    assert (text.splitlines()[0], again(config)) == (HEAD, config)


def test_without_secrets_nothing_is_hidden(judge: Judge) -> None:
    config = judge("global_defs {\n router_id x\n}").config
    assert dump(config, show_secrets=False) == dump(config, show_secrets=True)


def test_a_password_that_was_cut_within_a_character(judge: Judge) -> None:
    config = judge(dedent(SECRETS).replace("sesame2", "sesame2é€")).config
    instance = next(item for item in config.vrrp if isinstance(item, VrrpInstance))
    assert instance.auth_pass == "sesame2é".encode()[:8]
    assert again(config) == config


# --- the table --------------------------------------------------------------------------------------------------------

MERGED = {
    *(
        f"{block} {word}"
        for block in ("virtual_server", "virtual_server/real_server")
        for word in ("delay_loop", "retry", "delay_before_retry", "warmup", "connect_timeout", "virtualhost")
    ),
    "virtual_server alpha",
    "virtual_server weight",
    "virtual_server inhibit_on_failure",
    "virtual_server/real_server/HTTP_GET virtualhost",
    "virtual_server/real_server/SSL_GET virtualhost",
    "vrrp_track_process delay",
}
"""Words whose value is in other objects or words by the time that it is in the model."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_every_word_is_written_or_has_become_something_else(row: Row) -> None:
    if row.block and not row.spelling_of and not isinstance(row.form, Body):
        found = attribute_of(row) is not None or (row.block, row.word) in VALUES
        assert found != (row.key in MERGED)


def test_every_block_within_a_block_is_written() -> None:
    for block, word in CHILDREN:
        assert any((row.block, row.word) == (block, word) for row in ROWS)
