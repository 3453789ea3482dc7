"""The front door: files that cannot be read, those that can all the same, and the examples."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from alived.ipc.codec import decode, encode
from alived.ipc.messages import Configure
from alived.ipc.model.authentication import AuthType
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.checks import RealServerChecks, TcpCheck
from alived.ipc.model.common import Program
from alived.ipc.model.config import Config
from alived.ipc.model.globals import CheckerGlobals, VrrpGlobals
from alived.ipc.model.lvs import Forwarding, ForwardingMethod, LvsGlobals, Protocol, RealServer, VirtualServer
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.settings import Settings, VrrpSettings
from alived.ipc.model.tracking import Weight
from alived.ipc.model.vrrp import InstanceRole, TrackedScript, VrrpInstance
from alived.supervisor.config.diagnostics import MOST, Code, Severity
from alived.supervisor.config.files import MAX_SIZE
from alived.supervisor.config.load import Loaded, load, load_text
from alived.supervisor.config.machine import Machine
from tests.supervisor.config.language_kit import MemoryFiles

EXAMPLES = Path(__file__).parents[3] / "examples" / "two-hosts"


def seed(role: InstanceRole, priority: int, host: str) -> Config:
    """What the example of two hosts means."""
    return Config(
        settings=Settings(router_id="LVS_DEVEL", vrrp=VrrpSettings(skip_check_adv_addr=True)),
        vrrp=(
            VrrpGlobals(),
            VrrpInstance(
                name="VI_1",
                interface="ens33",
                virtual_router_id=51,
                role=role,
                priority=priority,
                advert_int=1.0,
                auth_type=AuthType.PASS,
                auth_pass=b"1111",
                addresses=(VirtualAddress(address="172.20.0.20", prefixlen=32, dev="ens33"),),
                track_scripts=(TrackedScript(name="check_nginx_alive", weight=-15),),
                skip_check_adv_addr=True,
            ),
        ),
        checker=(
            CheckerGlobals(router_id="LVS_DEVEL"),
            VrrpScript(
                name="check_nginx_alive",
                program=Program(argv=("/usr/local/bin/check_nginx_alive.sh",), uid=0, gid=0),
                weight=Weight(-15),
                interval=3.0,
                timeout=3.0,
            ),
            RealServerChecks(
                virtual_server="172.20.0.20:80/TCP",
                real_server=f"{host}:80",
                checks=(
                    TcpCheck(
                        address=host,
                        port=80,
                        connect_timeout=3.0,
                        retry=3,
                        delay_before_retry=3.0,
                        delay_loop=6.0,
                        warmup=6.0,
                    ),
                ),
            ),
        ),
        lvs=(
            LvsGlobals(),
            VirtualServer(
                address="172.20.0.20",
                port=80,
                protocol=Protocol.TCP,
                lb_algo="rr",
                lb_kind=Forwarding(method=ForwardingMethod.NAT),
                persistence_timeout=50,
                real_servers=(RealServer(address=host, port=80),),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("host1.conf", seed(InstanceRole.MASTER, 100, "172.20.0.21")),
        ("host2.conf", seed(InstanceRole.BACKUP, 90, "172.20.0.22")),
    ],
)
def test_the_example_is_read_completely(name: str, expected: Config, machine: Machine) -> None:
    loaded = load(EXAMPLES / name, machine=machine)
    assert loaded.config == expected
    assert loaded.complete
    assert loaded.errors == 0
    assert [(found.severity, found.code, found.place.line) for found in loaded.diagnostics] == [
        (Severity.WARNING, Code.BAD_VALUE, 6),
        (Severity.WARNING, Code.BAD_VALUE, 7),
        (Severity.WARNING, Code.SCRIPT_SECURITY, 10),
        (Severity.WARNING, Code.OLD_WORD, 41),
    ]


def test_the_haproxy_variant(machine: Machine) -> None:
    text = (EXAMPLES / "host1.conf").read_text()
    block = (EXAMPLES / "haproxy_script_block.conf").read_text()
    text = text.replace("check_nginx_alive\n}", "check_haproxy\n}").replace("vrrp_instance", f"{block}\nvrrp_instance")
    loaded = load_text(text, "host1.conf", machine)
    assert loaded.config.checker[1] == VrrpScript(
        name="check_haproxy",
        program=Program(argv=("/usr/local/bin/check_keepalive.sh",), uid=0, gid=0),
        weight=Weight(-15),
        interval=1.0,
        timeout=2.0,
        fall=3,
        rise=2,
    )


def test_a_configuration_travels_over_the_bus(machine: Machine) -> None:
    config = load(EXAMPLES / "host1.conf", machine=machine).config
    for objects in config.all_slices.values():
        message = Configure(generation=1, put=objects)
        assert decode(encode(message)).message == message


def test_lines_are_chosen_by_the_id_of_the_configuration(machine: Machine) -> None:
    text = "global_defs {\n@main router_id one\n@spare router_id two\n}\n"
    routers = [load_text(text, "k", machine, config_id=name).config.settings.router_id for name in ("main", "spare")]
    assert routers == ["one", "two"]


def test_what_is_included_is_read(machine: Machine) -> None:
    files = MemoryFiles({"etc/k.conf": "include more.conf\n", "etc/more.conf": "global_defs {\nrouter_id x\n}\n"})
    loaded = load(Path("etc/k.conf"), machine=machine, files=files)
    assert loaded.config.settings.router_id == "x"
    assert not loaded.diagnostics


# --- what is no configuration -----------------------------------------------------------------------------------------


def only(loaded: Loaded) -> str:
    """The one thing that is said of what cannot be read."""
    assert not loaded.readable
    assert not loaded.complete
    assert loaded.config == Config()
    (found,) = loaded.diagnostics
    assert (found.severity, found.code) == (Severity.ERROR, Code.UNREADABLE)
    return found.render()


def test_a_missing_file(tmp_path: Path) -> None:
    assert only(load(tmp_path / "no.conf")) == (
        f"{tmp_path}/no.conf: error: cannot read the configuration: No such file or directory\n"
        "  help: give the name of a file with -f"
    )


def test_a_directory(tmp_path: Path) -> None:
    assert "cannot read the configuration: this is a folder" in only(load(tmp_path))


def test_a_device() -> None:
    assert "cannot read the configuration: this is not a regular file" in only(load(Path("/dev/zero")))


def test_a_fifo_that_nobody_writes_to_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    assert "this is not a regular file" in only(load(tmp_path / "fifo"))


def test_a_name_that_no_file_can_have() -> None:
    assert "cannot read the configuration" in only(load(Path("a\0b")))


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)  # root may read any file, so permissions alone refuse nothing
    assert "cannot read the configuration: Permission denied" in only(load(tmp_path / "a"))


def test_binary_junk(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"global_defs {\n\x7fELF\0\0\1}")
    assert "error: this is no text: there is a NUL byte in line 2\n" in only(load(tmp_path / "a"))


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(MAX_SIZE + 1)
    assert "error: the file is larger than 64 MiB\n" in only(load(tmp_path / "a"))


# --- text that is usable all the same ---------------------------------------------------------------------------------


def test_what_stands_before_a_brace_that_is_not_closed_is_read(judge: Callable[[str], Loaded]) -> None:
    loaded = judge("global_defs {\nrouter_id x\n")
    assert loaded.readable
    assert not loaded.complete
    assert loaded.config == Config(settings=Settings(router_id="x"))


def test_another_encoding_in_a_comment_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"global_defs {\n  router_id x # \xd6\xd0\n}\n")
    loaded = load(tmp_path / "a")
    assert loaded.config.settings.router_id == "x"
    (found,) = loaded.diagnostics
    assert (found.severity, found.code, found.place.line, found.place.column) == (Severity.NOTE, Code.ENCODING, 2, 17)


def test_a_byte_order_mark_and_dos_line_ends_are_no_matter(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfglobal_defs {\r\n\trouter_id x\r\n}\r\n")
    config = Config(settings=Settings(router_id="x"))
    assert load(tmp_path / "a") == Loaded(config, (), readable=True, complete=True)


def test_an_empty_file_defines_nothing(judge: Callable[[str], Loaded]) -> None:
    loaded = judge("# nothing\n\n")
    assert loaded.readable
    assert loaded.complete
    assert loaded.config == Config()
    assert [found.code for found in loaded.diagnostics] == [Code.EMPTY]


def test_the_verdict_does_not_depend_on_how_much_there_is_to_say(judge: Callable[[str], Loaded]) -> None:
    loaded = judge("include no-such-file\n" * (MOST + 1) + "prioritty 100\n")
    assert loaded.errors == 1
    loaded = judge("prioritty 100\n" * (MOST + 5))
    assert loaded.diagnostics[-1].severity is Severity.ERROR
    assert loaded.diagnostics[-1].message == "5 more findings of the same kinds are not shown"


def test_a_text_that_is_too_much_is_not_complete(judge: Callable[[str], Loaded]) -> None:
    assert not judge("~SEQ(I, 1, 5000000) x\nvrrp_instance VI_1 {\n}\n").complete
