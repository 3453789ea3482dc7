"""Messages to msgpack frames and back, strictly.

The wire form follows from the annotations of the dataclasses in messages.py and model.py: a dataclass is a map of its
fields, a union of dataclasses is ``[class name, map]``, a tuple is an array, an enum its value. Nothing is coerced: a
field of the wrong type, a missing or an unknown field, an unknown tag is a CodecError. Whoever reads a frame can rely
on its types as if it had been made here.

A frame is ``[version, kind, sender, sequence, body]``. What does not live here: sockets (bus.py).
"""

import dataclasses
import types
import typing
from collections.abc import Callable
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

import msgpack

from alived.ipc.messages import MESSAGES, Message

VERSION = 1
MAX_FRAME = 256 * 1024 * 1024
"""Bytes; the largest thing that travels is a configuration. One of 65,024 instances, as many as 256 interfaces can
have, takes more than 64 MiB."""

MAX_DEPTH = 32
"""Nesting of a Document."""

Encode = Callable[[Any], Any]
Decode = Callable[[Any], Any]


class CodecError(ValueError):
    """A frame that is not one of ours; the text says what was wrong with it."""


class Frame(NamedTuple):
    """A decoded frame."""

    sender: str
    sequence: int
    message: Message


def encode(message: Message, sender: str = "", sequence: int = 0) -> bytes:
    """Frame for a message, whose types mypy has checked. CodecError if it is larger than a frame may be."""
    cls: Any = type(message)
    kind = cls.__name__
    frame = msgpack.packb([VERSION, kind, sender, sequence, _encoder(cls)(message)])
    if len(frame) > MAX_FRAME:
        raise CodecError(f"{kind} of {len(frame)} bytes is larger than a frame may be")
    return bytes(frame)


def decode(data: bytes) -> Frame:
    """The message in a frame. CodecError for anything else, whatever the bytes are."""
    if len(data) > MAX_FRAME:
        raise CodecError(f"a frame of {len(data)} bytes is too large")
    try:
        frame = msgpack.unpackb(data)
    except Exception as error:  # the unpacker documents no common base class of what it raises
        raise CodecError(f"not msgpack: {type(error).__name__}") from error
    match frame:
        case [int(version), _, _, _, _] if version != VERSION:
            raise CodecError(f"protocol version {version}, not {VERSION}")
        case [int(), str(kind), str(sender), int(sequence), body] if kind in MESSAGES:
            cls: Any = MESSAGES[kind]
            return Frame(sender, sequence, _decoder(cls)(body))
        case [int(), str(kind), _, _, _]:
            raise CodecError(f"unknown kind {kind[:40]!r}")
    raise CodecError("not an array of version, kind, sender, sequence and body")


# --- from annotations to functions ------------------------------------------------------------------------------------


@cache
def _decoder(annotation: Any) -> Decode:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if dataclasses.is_dataclass(annotation):
        return _dataclass_decoder(typing.cast("type", annotation))
    if origin is tuple:
        return _tuple_decoder(_decoder(arguments[0]))
    if origin is dict:
        return _document
    if origin in (types.UnionType, typing.Union):
        return _union_decoder(arguments)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _enum_decoder(annotation)
    return _plain_decoder(annotation)


@cache
def _encoder(annotation: Any) -> Encode:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if dataclasses.is_dataclass(annotation):
        return _dataclass_encoder(typing.cast("type", annotation))
    if origin is tuple:
        item = _encoder(arguments[0])
        return lambda value: [item(element) for element in value]
    if origin in (types.UnionType, typing.Union):
        return _union_encoder(arguments)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return lambda value: value.value
    return lambda value: value


def _plain_decoder(cls: type) -> Decode:
    def plain(value: Any) -> Any:
        if type(value) is cls:
            return value
        if cls is float and type(value) is int:  # a whole number is a fine number of seconds
            return float(value)
        raise CodecError(f"{type(value).__name__} where {cls.__name__} belongs")

    return plain


def _enum_decoder(cls: type[Enum]) -> Decode:
    members = {member.value: member for member in cls}

    def enumerated(value: Any) -> Enum:
        if type(value) is str and value in members:
            return members[value]
        raise CodecError(f"not a {cls.__name__}: {str(value)[:40]!r}")

    return enumerated


def _tuple_decoder(item: Decode) -> Decode:
    def sequence(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise CodecError(f"{type(value).__name__} where an array belongs")
        return tuple([item(element) for element in value])

    return sequence


def _hints(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _dataclass_encoder(cls: type) -> Encode:
    encoders = {name: _encoder(hint) for name, hint in _hints(cls).items()}
    return lambda value: {name: encode(getattr(value, name)) for name, encode in encoders.items()}


def _dataclass_decoder(cls: type) -> Decode:
    decoders = {name: _decoder(hint) for name, hint in _hints(cls).items()}
    required = {
        field.name
        for field in dataclasses.fields(cls)
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }

    def dataclass(value: Any) -> Any:
        if type(value) is not dict:
            raise CodecError(f"{type(value).__name__} where {cls.__name__} belongs")
        if unknown := value.keys() - decoders.keys():
            raise CodecError(f"{cls.__name__} has no {min(map(str, unknown))[:40]!r}")
        if missing := required - value.keys():
            raise CodecError(f"{cls.__name__} lacks {min(missing)!r}")
        return cls(**{name: decoders[name](element) for name, element in value.items()})

    return dataclass


def _union_encoder(arguments: tuple[Any, ...]) -> Encode:
    if types.NoneType in arguments:
        (inner,) = (argument for argument in arguments if argument is not types.NoneType)
        some = _encoder(inner)
        return lambda value: None if value is None else some(value)
    encoders = {cls: _encoder(cls) for cls in arguments}
    return lambda value: [type(value).__name__, encoders[type(value)](value)]


def _union_decoder(arguments: tuple[Any, ...]) -> Decode:
    if types.NoneType in arguments:
        (inner,) = (argument for argument in arguments if argument is not types.NoneType)
        some = _decoder(inner)
        return lambda value: None if value is None else some(value)
    decoders = {cls.__name__: _decoder(cls) for cls in arguments}

    def union(value: Any) -> Any:
        match value:
            case [str(tag), body] if tag in decoders:
                return decoders[tag](body)
        raise CodecError(f"not one of {', '.join(decoders)}")

    return union


def _document(value: Any, depth: int = 0) -> Any:
    """Check that a value is JSON-like, as deep as a Document may be; a Document itself is a dict."""
    if depth == 0 and type(value) is not dict:
        raise CodecError(f"{type(value).__name__} where a document belongs")
    if depth > MAX_DEPTH:
        raise CodecError("a document is nested too deeply")
    if type(value) is dict:
        if not all(type(name) is str for name in value):
            raise CodecError("a document's keys are strings")
        for element in value.values():
            _document(element, depth + 1)
    elif type(value) is list:
        for element in value:
            _document(element, depth + 1)
    elif type(value) not in (bool, int, float, str, types.NoneType):
        raise CodecError(f"{type(value).__name__} in a document")
    return value
