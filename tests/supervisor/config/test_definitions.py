"""Definitions: what they stand for, where the text that they bring about is said to be, and what of mistakes."""

import pytest

from alived.supervisor.config.diagnostics import Code, Severity
from alived.supervisor.config.limits import Limits
from tests.supervisor.config.language_kit import read


def test_values_are_put_in_when_the_line_is_read() -> None:
    text = "$A=10.${B}\n$B=0\nx ${A}.1 $B, ${B}y\n$B=1\nx ${A}\n"
    assert read(text).texts == ["x 10.0.1 0, 0y", "x 10.1"]


def test_a_value_points_to_where_it_was_asked_for_and_names_its_definition() -> None:
    (line,) = read("$A=longer\na ${A} b $A c\n").lines
    assert line.text == "a longer b longer c"
    places = [line.place(*span) for span in ((2, 8), (4, 6), (9, 10), (11, 17), (18, 19))]
    assert [(place.column, place.length) for place in places] == [(3, 4), (3, 4), (8, 1), (10, 2), (13, 1)]
    assert [[f"{step.words} {step.place}" for step in place.chain] for place in places] == [
        ["in definition $A of k.conf:1:1"],
        ["in definition $A of k.conf:1:1"],
        [],
        ["in definition $A of k.conf:1:1"],
        [],
    ]


def test_places_survive_several_substitutions() -> None:
    (line,) = read("$N=1\n$V1=yes\nx ${V${N}} mid ${N} end\n").lines
    assert line.text == "x yes mid 1 end"
    columns = {word: line.place(at := line.text.index(word), at + len(word)).column for word in line.text.split()}
    assert columns == {"x": 1, "yes": 3, "mid": 12, "1": 16, "end": 21}


def test_lines_of_a_definition_are_where_they_are_written() -> None:
    result = read("$M= \\\n  foo ${X} \\\n  bar \\\n}\n$X=1\n$M\nzz $M\n")
    assert result.texts == ["foo 1", "bar", "}", "zz foo 1", "bar", "}"]
    place = result.lines[0].place(6, 7)
    assert (place.line, place.column, place.length, place.source) == (2, 7, 4, "  foo ${X} \\")
    assert [f"{step.words} {step.place}" for step in place.chain] == [
        "in definition $X of k.conf:5:1",
        "in definition $M used at k.conf:6:1",
    ]
    assert result.lines[3].place(0, 2).line == 7


def test_nested_definitions_of_several_lines() -> None:
    text = "$R= \\\na ${N} \\\n}\n$V= \\\nv { \\\n$N=1 \\\n$R \\\n@me $N=2 \\\n@you $N=3 \\\n$R \\\n}\n$V\n"
    assert read(text).texts == ["v {", "a 1", "}", "a 2", "}", "}"]


def test_predefined() -> None:
    text = '"${_INSTANCE}" ${_HASH}a${_BANG} ${_ENV FOO}${_ENV NOPE}. ${_RANDOM 7 7}\n'
    assert read(text, environment={"FOO": "bar"}).texts == ['"me" #a! bar. 7']


def test_they_can_be_defined_anew() -> None:
    files = {"d/a.conf": "b ${_PWD}\n"}
    assert read("$_PWD=x\n$_HASH=y\na ${_PWD}${_HASH}\ninclude d/a.conf\n", files).texts == ["a xy", "b x"]


def test_random_numbers_repeat_with_a_seed() -> None:
    numbers = "${_RANDOM} ${_RANDOM 5} ${_RANDOM 9 2} ${_RANDOM 1 6}\n"
    first, second = read(f"random_seed 5\n{numbers}random_seed 5\n{numbers}").texts[1::2]
    assert first == second
    default, above, between, dice = map(int, first.split())
    assert 0 <= default <= 32767
    assert 5 <= above <= 32767
    assert 2 <= between <= 9
    assert 1 <= dice <= 6


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("$A=x$A\ny $A\n", "$A -> $A"),
        ("$A=${B}\n$B=1${C}\n$C=${A}\ny ${A}\n", "$A -> $B -> $C -> $A"),
        ("$M= \\\nx \\\n$M\n$M\n", "$M -> $M"),
        ("$M= \\\nx \\\n$N\n$N= \\\ny \\\n$M\n$M\n", "$M -> $N -> $M"),
    ],
)
def test_a_definition_that_refers_to_itself(text: str, way: str) -> None:
    (found,) = read(text).found
    assert (found.severity, found.code) == (Severity.ERROR, Code.SELF_REFERENCE)
    assert found.message == f"the definition of {way[-2:]} refers to itself: {way}"


def test_definitions_that_go_round_in_parts() -> None:
    result = read("$C=$\n$D={E}\n$E=${C}${D}\nx ${E}\ny\n")
    assert result.texts == ["y"]
    assert [found.message for found in result.found] == ["definitions change this line without end"]


@pytest.mark.parametrize("value", ["", "y" * 100])
def test_definitions_that_multiply(value: str) -> None:
    bodies = [f"${{N{level + 1}}}" * 10 for level in range(9)]
    chain = "".join(f"$N{level}={body}\n" for level, body in enumerate(bodies))
    result = read(f"{chain}$N9={value}\nx ${{N0}}\nz\n")
    assert result.texts == ["z"]
    assert [found.code for found in result.found] == [Code.TOO_MUCH]


def test_lines_that_multiply() -> None:
    bodies = [f"$N{level + 1} \\\n" * 9 + f"$N{level + 1}\n" for level in range(8)]
    chain = "".join(f"$N{level}= \\\n{body}" for level, body in enumerate(bodies))
    result = read(f"{chain}$N8= \\\nx \\\ny\n$N0\nz\n", limits=Limits(steps=50_000))
    assert len(result.lines) < 50_000
    assert result.found[-1].message == "definitions, sequences and includes make more than 50,000 lines"


def test_what_nothing_defines_stays_and_is_said_once() -> None:
    result = read('$NAME=x\na $NAEM\nb $NAEM "$NAEM" $1 $(c)\n')
    assert result.texts == ["a $NAEM", 'b $NAEM "$NAEM" $1 $(c)']
    assert result.said == (
        "k.conf:2:3: note: nothing defines $NAEM\n"
        "  2 | a $NAEM\n"
        "    |   ^^^^^\n"
        "  help: did you mean $NAME? it stays in the text as it is"
    )


def test_braces_outside_quotes_are_an_error_each_time() -> None:
    result = read('a ${X}\nb ${X}\nc "${X}"\n')
    assert [(found.severity, found.place.line) for found in result.found] == [
        (Severity.ERROR, 1),
        (Severity.ERROR, 2),
        (Severity.NOTE, 3),
    ]


def test_a_default_as_in_a_shell() -> None:
    assert read("priority ${PRIO:-100}\n").said == (
        "k.conf:1:10: error: a default as in a shell, ${NAME:-…}, is not known here\n"
        "  1 | priority ${PRIO:-100}\n"
        "    |          ^^^^^^^^^^^^\n"
        "  help: define it in a line before, as $PRIO=…; "
        "outside quotes keepalived takes these braces for those of a block"
    )


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("$A=1\nx $A.5\n", "$A is not replaced here", "write ${A}; only a blank, ',' or ')' ends $A"),
        ("$A =1\n", "this does not define $A: there is a blank before the '='", ""),
        (
            "$M= \\\nx\ny $M z\n",
            "$M is not replaced here",
            "the definition of $M has several lines, and can only stand at the end of a line",
        ),
        (
            "$M= \\\nx \\\n\ny\n",
            "the definition of $M ends here, though the line before asks for more",
            "an empty line or a comment within a definition needs a backslash at its end as well",
        ),
        (
            "@you $M= \\\n@you x\n",
            "this condition is only for this line, not for those that go on with the definition",
            "give each of them the condition, or define $NAME for all and use it under a condition",
        ),
    ],
)
def test_definitions_that_are_not_what_they_look_like(text: str, message: str, hint: str) -> None:
    (found,) = read(text).found
    assert (found.severity, found.message, found.hint) == (Severity.NOTE, message, hint)
