"""Debian's keepalived judges the same texts in the same network namespace, and comes to the same exit code."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("keepalived"), reason="needs root and keepalived"),
]

HEAD = "interface eth0\nvirtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n"
SCRIPT = "vrrp_script S {\nscript /bin/true\n}\nvrrp_instance I {\n" + HEAD + "track_script {\nS\n}\n}\n"
SERVER = "virtual_server 10.0.0.1 80 {\nlb_algo rr\nlb_kind NAT\nprotocol TCP\n"


def instance(lines: str) -> str:
    return f"vrrp_instance I {{\n{HEAD}{lines}\n}}\n"


def server(lines: str, real: str = "") -> str:
    return f"{SERVER}{lines}\nreal_server 10.0.0.2 80 {{\n{real}\n}}\n}}\n"


CASES = {
    "empty": "",
    "instance": instance(""),
    "brace on its own line": instance("").replace("I {", "I\n{"),
    "nopreempt": instance("nopreempt\npreempt_delay 0"),
    "master with nopreempt": instance("state MASTER\npriority 9\nnopreempt"),
    "priority": instance("priority 300"),
    "fraction of an interval": instance("advert_int 2"),
    "interval too long": instance("advert_int 300"),
    "password": instance("authentication {\nauth_type PASS\nauth_pass 12345678\n}"),
    "password too long": instance("authentication {\nauth_type PASS\nauth_pass 123456789\n}"),
    "prefix": instance("").replace("10.0.0.1\n", "10.0.0.1/33\n"),
    "no interface": instance("").replace("eth0", "eth9"),
    "unknown script": instance("track_script {\nS\n}"),
    "misspelt": instance("prioritty 9"),
    "script": SCRIPT,
    "script with security": "global_defs {\nenable_script_security\nscript_user root\n}\n" + SCRIPT,
    "script and a mistake": SCRIPT + "strange\n",
    "extra brace": instance("") + "}\n",
    "unclosed brace": instance("").rstrip("}\n"),
    "garp interval 0": "global_defs {\nvrrp_garp_interval 0\n}\n",
    "virtual server": server(""),
    "check": server("delay_loop 6", "TCP_CHECK {\nconnect_timeout 3\nretry 3\n}"),
    "port 0": server("", "TCP_CHECK {\nconnect_port 0\n}"),
    "scheduler": server("lb_algo rrr"),
    "no scheduler": server("").replace("lb_algo rr\n", ""),
    "no real server": SERVER + "}\n",
    "duplicate real server": server("real_server 10.0.0.2 80 {\n}"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_same_exit_code(name: str, tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text(CASES[name])
    programs = {"keepalived": "keepalived", "alived": f"{sys.executable} -m alived.supervisor"}
    judge = "\n".join(f'{program} -t -f {tmp_path}/a.conf; echo "{label} $?"' for label, program in programs.items())
    result = subprocess.run(
        ["unshare", "--net", "sh", "-c", f"ip link add eth0 type veth peer name eth1\n{judge}"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    codes = dict(line.split() for line in result.stdout.splitlines())
    assert codes["alived"] == codes["keepalived"], result.stderr
