"""No text whatever makes the reader fail, and none makes it work for long."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alived.supervisor.config.diagnostics import MOST, SHOWN_MOST, Code
from alived.supervisor.config.load import load
from tests.supervisor.config.mutations import PIECES, TEXTS, Step, mutated
from tests.supervisor.config.soundness import AnyMachine, assert_sound, loaded

STEPS = st.lists(st.builds(Step, *[st.integers(0, 2**32)] * 3), min_size=1, max_size=8)


@settings(deadline=None, max_examples=300)
@given(st.text())
def test_any_text(text: str) -> None:
    assert_sound(text)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=40), st.sampled_from(["\n", " ", ""]))
def test_pieces_of_configurations(pieces: list[str], joint: str) -> None:
    assert_sound(joint.join(pieces))


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(TEXTS), STEPS)
def test_damaged_configurations(text: str, steps: list[Step]) -> None:
    assert_sound(mutated(text, steps))


@settings(deadline=None, max_examples=30)
@given(st.binary())
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_bytes(data)
    load(path, machine=AnyMachine())


# --- what asks for more than anybody means ----------------------------------------------------------------------------

INSTANCE = "vrrp_instance I {\ninterface eth0\nvirtual_router_id 51\nvirtual_ipaddress {\n10.0.0.1\n}\n"


def said_of(text: str) -> list[tuple[Code, int]]:
    """Codes and lines of what is said, which is never more than a user would read."""
    result = loaded(text)
    assert len(result.diagnostics) <= 2 * MOST + 1
    for found in result.diagnostics:
        assert max(map(len, found.render().split("\n"))) < 2 * SHOWN_MOST + len(found.message) + len(found.hint)
    return [(found.code, found.place.line) for found in result.diagnostics]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("~SEQ(I, 1, 1000000000) vrrp_instance V$I {\n", Code.TOO_MUCH),
        ("~SEQ(I, 1, 9999) ~SEQ(J, 1, 9999) ~SEQ(K, 1, 9999) $I$J$K\n", Code.TOO_MUCH),
        ("".join(f"$B{n}=$A $A\n$A=$B{n} $B{n}\n" for n in range(40)) + "$A\n", Code.SELF_REFERENCE),
        ("$A0=x\n" + "".join(f"$A{n + 1}=${{A{n}}}${{A{n}}}\n" for n in range(60)) + "a ${A60}\n", Code.TOO_MUCH),
        ("x" * 60_000_000, Code.TOO_MUCH),
        ("x " * 30_000_000, Code.TOO_MUCH),
        ("${" * 10_000_000, Code.TOO_MUCH),
        ('"' * 10_000_000, Code.TOO_MUCH),
        ("include fuzzed.conf\n", Code.INCLUDE_LOOP),
        ("include fuzz*.conf\n", Code.INCLUDE_LOOP),
    ],
    ids=[
        "a long sequence", "nested sequences", "definitions of each other", "definitions that double",
        "a word of 60 MB", "a line of 60 MB", "braces", "quotes",
        "an include of itself", "a pattern that fits the file itself",
    ],
)  # fmt: skip
def test_one_clear_error(text: str, code: Code) -> None:
    errors = [found for found, line in said_of(text) if line]
    assert errors == [code]


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"x" * 100_000_000)
    (found,) = load(path, machine=AnyMachine()).diagnostics
    assert found.code is Code.UNREADABLE


def test_blocks_within_each_other_end_somewhere() -> None:
    assert said_of("a {\n" * 100_000 + "}\n" * 100_000) == [(Code.UNKNOWN_KEYWORD, 1), (Code.EXTRA_BRACE, 101)]
    assert said_of("a {\n" * 100_000)[-1] == (Code.UNCLOSED_BRACE, 100_000)


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"foo{number} bar\n" for number in range(200_000)),
        "global_defs {\n" + "".join(f"vrrp{number}\n" for number in range(100_000)) + "}\n",
        "global_defs {\n" + "vrrp_version x\n" * 100_000 + "}\n",
        "global_defs {\n" * 100_000,
        'router_id "x\n' * 100_000,
        "x \\\n" * 30_000,
        "".join(f"router_id $X{number}\n" for number in range(20_000)),
        "".join(f"vrrp_script S{n} {{\nscript a\n}}\n" for n in range(20_000))
        + f"{INSTANCE}track_script {{\n{''.join(f'T{n}{chr(10)}' for n in range(20_000))}}}\n}}\n",
        "".join(INSTANCE.replace(" I ", f" I{n} ") + "}\n" for n in range(10_000))
        + f"vrrp_sync_group G {{\ngroup {{\n{''.join(f'J{n}{chr(10)}' for n in range(20_000))}}}\n}}\n",
        f"{INSTANCE}use_vmac {'name ' * 12_000}\n}}\n" + f"include_check {'maych ' * 10_000}\n",
        f"static_routes {{\n{'10.0.0.0/8 via x ' * 3_500}\n{'nexthop via y ' * 4_000}\n}}\n",
    ],
    ids=[
        "unknown words", "unknown words of a block", "bad values", "braces", "quotes", "backslashes",
        "undefined definitions", "unknown scripts", "unknown members", "a line of mistakes", "routes",
    ],
)  # fmt: skip
def test_very_many_mistakes(text: str) -> None:
    assert said_of(text)
