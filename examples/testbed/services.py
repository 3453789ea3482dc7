"""What runs on a host: nginx, alived, keepalived.

What lives here: how each is started, signalled and ended, and where its output is. What does not: how to judge what
they do.
"""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from examples.testbed.hosts import Host, wait_until

ROOT = Path(__file__).resolve().parents[2]
"""The repository: daemons run from it, installed or not."""

END = 15.0
"""Seconds that a daemon may take to end."""

NGINX = """
user root;
worker_processes 1;
daemon off;
pid /run/nginx/pid;
error_log /run/nginx/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path /run/nginx/body;
    proxy_temp_path /run/nginx/proxy;
    fastcgi_temp_path /run/nginx/fastcgi;
    uwsgi_temp_path /run/nginx/uwsgi;
    scgi_temp_path /run/nginx/scgi;
    server {{
        listen 80 backlog=4096;
        location / {{ return 200 "{name}\\n"; }}
    }}
}}
"""


class Service:
    """A program in the foreground on a host."""

    def __init__(self, host: Host, *argv: str, **env: str) -> None:
        self.host = host
        self._argv = argv
        self._env = env
        # One file for all its lives, so that the story is in one place.
        output = tempfile.TemporaryFile("w+", prefix=f"alived-{host.name}-")  # noqa: SIM115 - the host closes it
        self._output = host.at_end.enter_context(output)
        self.start()

    def start(self) -> None:
        """Start it, first or again."""
        self._process = self.host.popen(*self._argv, output=self._output, errors=subprocess.STDOUT, **self._env)

    @property
    def pid(self) -> int:
        """As this process sees it."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """It has not ended."""
        return self._process.poll() is None

    def output(self) -> str:
        """All that it said so far."""
        size = os.fstat(self._output.fileno()).st_size
        return os.pread(self._output.fileno(), size, 0).decode(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self._process.send_signal(number)

    def stop(self) -> int:
        """End it with SIGTERM; returns its exit code."""
        self._process.terminate()
        return self._process.wait(END)

    def kill(self) -> None:
        """End it with SIGKILL."""
        self._process.kill()
        self._process.wait(END)


def nginx(host: Host) -> Service:
    """A web server whose page is the host's name; ready to answer."""
    config = host.write("/run/nginx/nginx.conf", NGINX.format(name=host.name))
    service = Service(host, "nginx", "-e", "/run/nginx/error.log", "-c", config)
    wait_until(lambda: ":80 " in host.run("ss", "-Hltn"), END, f"nginx on {host.name} listens")
    return service


def alived(host: Host, config: str, *options: str) -> Service:
    """The alived of this repository, in the foreground, with a configuration that is on the host.

    It may keep its bytecode, as an installed one does: without, it starts half a second later.
    """
    return Service(
        *(host, sys.executable, "-m", "alived.supervisor", "-n", "-l", "-f", config, "--runtime-dir", "/run/alived"),
        *options,
        PYTHONPATH=str(ROOT),
        PYTHONDONTWRITEBYTECODE="",
    )


def alivectl(host: Host, *arguments: str) -> str:
    """What the operator's client says to the alived of a host."""
    module = ("-m", "alived.ctl", "--runtime-dir", "/run/alived")
    return host.run("env", f"PYTHONPATH={ROOT}", sys.executable, *module, *arguments)


def keepalived(host: Host, config: str) -> Service:
    """Debian's keepalived, its VRRP alone: with a virtual_server it ends at once where the kernel has no IPVS."""
    files = ("-p", "/run/keepalived.pid", "-r", "/run/keepalived-vrrp.pid")
    return Service(host, "keepalived", "-n", "-l", "-D", "-P", "-f", config, *files)
