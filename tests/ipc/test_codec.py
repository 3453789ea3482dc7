"""codec.py: every message travels unchanged; every other frame is refused with a reason, and with nothing else."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.ipc import codec
from alived.ipc.codec import CodecError, decode, encode
from alived.ipc.messages import (
    MESSAGES,
    CheckState,
    Configure,
    Document,
    Heartbeat,
    Hello,
    InstanceState,
    Message,
    Query,
    RealServerState,
    Reply,
    State,
    TrackerChanged,
)
from alived.ipc.model.checker import Notify
from alived.ipc.model.checks import TcpCheck
from alived.ipc.model.common import Program
from alived.ipc.model.lvs import LvsGlobals
from alived.ipc.model.routing import VirtualAddress
from alived.ipc.model.vrrp import VrrpInstance

documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=20,
).filter(lambda value: isinstance(value, dict))
st.register_type_strategy(int, st.integers(-(2**63), 2**64 - 1))
st.register_type_strategy(float, st.floats(allow_nan=False))


def messages() -> st.SearchStrategy[Message]:
    """Any message at all, its fields made from their annotations."""
    plain = [st.builds(cls) for cls in MESSAGES.values() if cls not in (Query, Reply)]
    return st.one_of(*plain, st.builds(Query, arguments=documents), st.builds(Reply, body=documents))


@given(messages(), st.text(max_size=20), st.integers(0, 2**32))
def test_every_message_comes_back_as_it_was(message: Message, sender: str, sequence: int) -> None:
    assert decode(encode(message, sender, sequence)) == (sender, sequence, message)


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(CodecError):
        decode(data)


CONFIGURE = encode(
    Configure(
        generation=1,
        put=(
            VrrpInstance(
                name="VI_1",
                interface="eth0",
                virtual_router_id=51,
                auth_pass=b"1111",
                addresses=(VirtualAddress(address="10.0.0.1", prefixlen=32, dev="eth0"),),
            ),
            Notify(name="VI_1", master=Program(argv=("/bin/true",), uid=0, gid=0)),
            LvsGlobals(),
        ),
        retained=(
            TrackerChanged(tracker="script a", up=True),
            InstanceState(instance="VI_1", state=State.MASTER, since=1.5, priority=100, reason="election"),
            RealServerState(
                virtual_server="v",
                real_server="r",
                up=True,
                checks=(CheckState(check="TCP_CHECK", up=True, failures=0, reason="connected"),),
            ),
        ),
    )
)


@given(st.integers(0, len(CONFIGURE) - 1), st.integers(1, 255))
def test_a_frame_with_a_damaged_byte_is_a_message_or_refused(position: int, flip: int) -> None:
    damaged = bytearray(CONFIGURE)
    damaged[position] ^= flip
    try:
        frame = decode(bytes(damaged))
    except CodecError:
        return
    assert decode(encode(frame.message, frame.sender, frame.sequence)) == frame


@given(st.integers(0, len(CONFIGURE) - 1))
def test_a_truncated_frame_is_refused(length: int) -> None:
    with pytest.raises(CodecError):
        decode(CONFIGURE[:length])


def frame(kind: str, body: object, version: int = codec.VERSION) -> bytes:
    return bytes(msgpack.packb([version, kind, "x", 1, body]))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xc1", "not msgpack"),
        (msgpack.packb({"a": 1}), "not an array"),
        (msgpack.packb([1, 2, 3, 4, 5]), "not an array"),
        (frame("Hello", {"pid": 1}, version=2), "protocol version 2, not 1"),
        (frame("Goodbye", {}), "unknown kind 'Goodbye'"),
        (frame("Hello", {"pid": "1"}), "str where int belongs"),
        (frame("Hello", {"pid": True}), "bool where int belongs"),
        (frame("Hello", {}), "Hello lacks 'pid'"),
        (frame("Hello", {"pid": 1, "uid": 0}), "Hello has no 'uid'"),
        (frame("Hello", [1]), "list where Hello belongs"),
        (frame("Stop", {"how": "gently"}), "not a StopHow: 'gently'"),
        (frame("Configure", {"generation": 1, "put": {}}), "dict where an array belongs"),
        (frame("Configure", {"generation": 1, "put": [["Hello", {"pid": 1}]]}), "not one of VrrpGlobals"),
        (frame("Query", {"id": 1, "topic": "x", "arguments": []}), "list where a document belongs"),
        (frame("Query", {"id": 1, "topic": "x", "arguments": {"a": b"b"}}), "bytes in a document"),
        (frame("Query", {"id": 1, "topic": "x", "arguments": {b"a": 1}}), "keys are strings"),
    ],
)
def test_what_is_wrong_is_said(data: bytes, reason: str) -> None:
    with pytest.raises(CodecError, match=reason):
        decode(data)


def test_a_document_nested_without_end_is_refused() -> None:
    nested: dict[str, object] = {}
    for _ in range(codec.MAX_DEPTH + 1):
        nested = {"a": nested}
    with pytest.raises(CodecError, match="nested too deeply"):
        decode(frame("Query", {"id": 1, "topic": "x", "arguments": nested}))


def test_a_document_holds_what_json_holds() -> None:
    document: Document = {"null": None, "list": [1, -2.5, True, "text", [], {}], "nested": {"a": {"b": []}}}
    asked = Query(id=1, topic="x", arguments=document)
    assert decode(encode(asked)).message == asked


def test_a_whole_number_is_a_number_of_seconds() -> None:
    lag = decode(frame("Heartbeat", {"loop_lag": 1})).message
    assert lag == Heartbeat(loop_lag=1.0)


def test_an_oversize_frame_is_neither_made_nor_read(monkeypatch: pytest.MonkeyPatch) -> None:
    data = encode(Hello(pid=1))
    monkeypatch.setattr(codec, "MAX_FRAME", len(data) - 1)
    with pytest.raises(CodecError, match="too large"):
        decode(data)
    with pytest.raises(CodecError, match="larger than a frame"):
        encode(Hello(pid=1))


def test_check_values_are_hashable_and_equal_after_the_journey() -> None:
    check = TcpCheck(address="10.0.0.1", port=80)
    assert hash(check) == hash(TcpCheck(address="10.0.0.1", port=80))
