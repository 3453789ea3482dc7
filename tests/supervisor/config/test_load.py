"""The front door: files that cannot be read, the examples, and no text whatever that makes it fail."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alived.ipc.codec import decode, encode
from alived.ipc.messages import Configure
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.checks import RealServerChecks, TcpCheck
from alived.ipc.model.common import Program
from alived.ipc.model.config import Config
from alived.ipc.model.lvs import ForwardingMethod, LvsGlobals, Protocol, RealServer, VirtualServer
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import Announcing, InstanceRole, TrackedScript, VrrpInstance
from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.inspection import Identity, Inspection, Weakness
from alived.supervisor.config.load import MAX_SIZE, Loaded, load, load_text
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.secret_file import SecretError

EXAMPLES = Path(__file__).parents[3] / "examples" / "two-hosts"


def seed(role: InstanceRole, priority: int, host: str) -> Config:
    """What the example of two hosts means."""
    return Config(
        router_id="LVS_DEVEL",
        vrrp=(
            VrrpInstance(
                name="VI_1",
                interface="ens33",
                virtual_router_id=51,
                role=role,
                priority=priority,
                advert_int=1.0,
                auth_pass=b"1111",
                addresses=(VirtualAddress(address="172.20.0.20", prefixlen=32, dev="ens33"),),
                track_scripts=(TrackedScript(name="check_nginx_alive", weight=-15),),
                skip_check_adv_addr=True,
                mcast_group="224.0.0.18",
                announcing=Announcing(),
            ),
        ),
        checker=(
            VrrpScript(
                name="check_nginx_alive",
                program=Program(argv=("/usr/local/bin/check_nginx_alive.sh",), uid=0, gid=0),
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
                lb_kind=ForwardingMethod.NAT,
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
    loaded = load(EXAMPLES / name, machine)
    assert loaded.config == expected
    assert loaded.usable
    assert loaded.errors == 0
    assert [(found.severity, found.code, found.place.line) for found in loaded.diagnostics] == [
        (Severity.WARNING, Code.BAD_VALUE, 6),
        (Severity.WARNING, Code.BAD_VALUE, 7),
        (Severity.WARNING, Code.SCRIPT_SECURITY, 10),
        (Severity.NOTE, Code.OLD_WORD, 41),
    ]


def test_the_haproxy_variant(machine: Machine) -> None:
    text = (EXAMPLES / "host1.conf").read_text().replace("check_nginx_alive\n}", "check_haproxy\n}")
    loaded = load_text(text + (EXAMPLES / "haproxy_script_block.conf").read_text(), "host1.conf", machine)
    assert loaded.config.checker[0] == VrrpScript(
        name="check_haproxy",
        program=Program(argv=("/usr/local/bin/check_keepalive.sh",), uid=0, gid=0),
        interval=1.0,
        timeout=2.0,
        fall=3,
        rise=2,
    )


def test_a_configuration_travels_over_the_bus(machine: Machine) -> None:
    config = load(EXAMPLES / "host1.conf", machine).config
    for objects in config.all_slices.values():
        message = Configure(generation=1, put=objects)
        assert decode(encode(message)).message == message


# --- what is no configuration -----------------------------------------------------------------------------------------


def only(loaded: Loaded) -> str:
    """The one thing that is said of something that is not usable."""
    assert not loaded.usable
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
    assert "this is not a regular file" in only(load(tmp_path))


def test_a_device() -> None:
    assert "this is not a regular file" in only(load(Path("/dev/zero")))


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
    assert only(load(tmp_path / "a")).endswith("error: this is no text: there is a NUL byte in line 2")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    with (tmp_path / "a").open("wb") as file:
        file.truncate(MAX_SIZE + 1)
    assert only(load(tmp_path / "a")).endswith("error: the file is larger than 64 MiB")


def test_an_unclosed_brace_is_not_usable(judge: Callable[[str], Loaded]) -> None:
    assert not judge("global_defs {\n").usable


# --- text that is usable all the same ---------------------------------------------------------------------------------


def test_another_encoding_in_a_comment_does_not_matter(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"global_defs {\n  router_id x # \xd6\xd0\n}\n")
    loaded = load(tmp_path / "a")
    assert loaded.config.router_id == "x"
    (found,) = loaded.diagnostics
    assert (found.severity, found.code, found.place.line, found.place.column) == (Severity.NOTE, Code.ENCODING, 2, 17)


def test_a_byte_order_mark_and_dos_line_ends_are_no_matter(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfglobal_defs {\r\n\trouter_id x\r\n}\r\n")
    assert load(tmp_path / "a") == Loaded(Config(router_id="x"), (), usable=True)


def test_an_empty_file_defines_nothing(judge: Callable[[str], Loaded]) -> None:
    loaded = judge("# nothing\n\n")
    assert loaded.usable
    assert loaded.config == Config()
    assert [found.code for found in loaded.diagnostics] == [Code.EMPTY]


# --- no text makes it fail --------------------------------------------------------------------------------------------


class AnyMachine:
    """Everything exists on it."""

    def user(self, name: str) -> Identity | None:
        return Identity(len(name), 0)

    def group(self, name: str) -> int | None:
        return len(name)

    def groups(self, uid: int) -> tuple[int, ...]:
        return (uid,)

    def program(self, name: str, identity: Identity) -> Inspection:
        weakness = Weakness(name, "it is odd", "even it") if len(name) % 2 else None
        return Inspection(
            f"/{name}", "" if identity.uid % 3 else "it is divisible", weakness, name if len(name) % 4 else ""
        )

    def cpus(self) -> int:
        return 1

    def secret(self, path: str) -> str:
        raise SecretError("is secret", "try another")

    def is_directory(self, path: str) -> bool:
        return len(path) % 2 == 0

    def interfaces(self) -> frozenset[str]:
        return frozenset({"ens33"})

    def text(self, path: str) -> str | None:
        return None if len(path) % 2 else f"1 {path}"

    def files(self, directory: str) -> tuple[str, ...]:
        return (f"{directory}.conf",)

    def protocol(self, name: str) -> int | None:
        return len(name)


SEED = (EXAMPLES / "host1.conf").read_text()
LINES = [line for line in SEED.split("\n") if line]
OTHERS = ["{", "}", '"', "'", "\\", "$X=1", "$X", "~SEQ(a,1,2)", "@a b {", "include x", "-1", "\t", "\x85", "brd +"]
SNIPPETS = [*LINES, *OTHERS]


def assert_sound(text: str) -> None:
    loaded = load_text(text, "x", AnyMachine())
    for found in loaded.diagnostics:
        assert found.render()
        assert 1 <= found.place.line <= text.count("\n") + 1 or found.code is Code.EMPTY
        assert 1 <= found.place.column <= len(found.place.source) + 1
    for objects in loaded.config.all_slices.values():
        encode(Configure(generation=1, put=objects))


@given(st.text())
def test_any_text(text: str) -> None:
    assert_sound(text)


@given(st.lists(st.sampled_from(SNIPPETS) | st.text(max_size=8), max_size=40), st.sampled_from(["\n", " ", ""]))
@settings(deadline=None)
def test_shuffled_pieces_of_a_configuration(pieces: list[str], joint: str) -> None:
    assert_sound(joint.join(pieces))


@given(st.integers(0, len(SEED)), st.integers(0, 30), st.text(max_size=12) | st.sampled_from(SNIPPETS))
@settings(deadline=None)
def test_a_damaged_configuration(at: int, gone: int, added: str) -> None:
    assert_sound(SEED[:at] + added + SEED[at + gone :])


@given(st.binary())
@settings(deadline=None, max_examples=30)
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_bytes(data)
    load(path, AnyMachine())
