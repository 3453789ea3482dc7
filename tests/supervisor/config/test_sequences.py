"""Sequences and lists: the lines that they make, where these are said to be, and what is said of mistakes."""

import pytest

from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.limits import Limits
from tests.supervisor.config.language_kit import read


@pytest.mark.parametrize(
    ("head", "values"),
    [
        ("~SEQ(I,3)", ["1", "2", "3"]),
        ("~SEQ(I,-2)", ["-1", "-2"]),
        ("~SEQ(I,0)", ["1", "0"]),
        ("~SEQ(I,4,2)", ["4", "3", "2"]),
        ("~SEQ(I,1,2,6)", ["1", "3", "5"]),
        ("~SEQ(I,3,-2,-4)", ["3", "1", "-1", "-3"]),
        ("~SEQ(I,0x10,021)", ["16", "17"]),
        ("~SEQx(I,0x90,0x10,0xc0)", ["90", "a0", "b0", "c0"]),
        ("~SEQ ( I , 1 , 2 )", ["1", "2"]),
        ("~LST(I, a,b , ,c)", ["a", "b", "", "c"]),
    ],
)
def test_one_variable(head: str, values: list[str]) -> None:
    assert read(f"{head} x.${{I}}.y\n").texts == [f"x.{value}.y" for value in values]


def test_several_variables_and_several_sequences() -> None:
    text = "~LST({A,B},{1,2},{3,4}) ~SEQ(C,7,8) x ${A}.${B}.$C\n"
    assert read(text).texts == ["x 1.2.7", "x 1.2.8", "x 3.4.7", "x 3.4.8"]


def test_the_inner_one_may_depend_on_the_outer_one() -> None:
    assert read("~SEQ(A,1,2) ~SEQ(B,1,$A) x ${A}${B}\n").texts == ["x 11", "x 21", "x 22"]


def test_what_is_repeated_can_be_anything() -> None:
    text = "$M= \\\na $I { \\\n~SEQ(J,1,$I) b ${I}${J} \\\n@you c \\\n}\n~SEQ(I,1,2) $M\n~SEQ(I,1,2) $D=$I\nd $D\n"
    assert read(text).texts == ["a 1 {", "b 11", "}", "a 2 {", "b 21", "b 22", "}", "d 2"]


def test_a_line_tells_its_values() -> None:
    result = read("$M= \\\n  a ${I}${J}\n~SEQ(I,1,2) ~LST(J,x,y) $M\n")
    place = result.lines[2].place(4, 6)
    assert result.lines[2].text == "  a 2x"
    assert (place.line, place.column, place.length, place.source) == (2, 5, 8, "  a ${I}${J}")
    assert [f"{step.words} {step.place}" for step in place.chain] == [
        "in definition $M used at k.conf:3:25",
        "with value 1 of ~LST at k.conf:3:13",
        "with $I = 2 of ~SEQ at k.conf:3:1",
    ]


def test_all_of_65024_instances() -> None:
    text = "$V= \\\nvrrp_instance v.${A}.${B}.${C} { \\\n}\n~SEQ(A,0,7) ~SEQ(B,0,31) ~SEQ(C,1,254) $V\n"
    texts = read(text).texts
    assert len(set(texts)) == 65_025
    assert (texts[0], texts[-2]) == ("vrrp_instance v.0.0.1 {", "vrrp_instance v.7.31.254 {")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("~SEQ(I) x", "it takes a variable and one to three numbers"),
        ("~SEQ(,1) x", "it takes a variable and one to three numbers"),
        ("~SEQ(I,1,1,1,1) x", "it takes at most three numbers: start, step and end"),
        ("~SEQ(I,1,0,5) x", "its step is 0"),
        ("~SEQ(I,1,-1,5) x", "with a step of -1 nothing leads from 1 to 5"),
        ("~SEQ(I,a) x", "'a' is not a number"),
        ("~SEQ(I,1.5) x", "'1.5' is not a number"),
        ("~SEQ(I,08) x", "'08' is not a number; with a leading 0 it is octal"),
        ("~SEQx(I,-1) x", "~SEQx takes only positive numbers"),
        ("~SEQ(I,1,2 x", "its ')' is missing"),
        ("~SEQ I (1,2) x", "after its name a '(' must follow"),
        ("~LST(I) x", "it takes a variable and at least one value"),
        ("~LST(I,a b) x", "a value may have no blank and no brace in it; several stand in '{…}' with commas"),
        ("~LST({I,J,{1,2}) x", "a value may have no blank and no brace in it; several stand in '{…}' with commas"),
        ("~LST({I},{1,2}) x", "2 values are more than its 1 variables"),
        ("~LST(,1) x", "a variable has no name"),
    ],
)
def test_mistakes(line: str, why: str) -> None:
    result = read(f"{line}\ny\n")
    assert result.texts == ["y"]
    assert [(found.code, found.message, found.hint) for found in result.found] == [
        (Code.SEQUENCE, f"this {line[:4]} cannot be read: {why}", "the line is left out")
    ]


def test_a_sequence_of_a_billion() -> None:
    result = read("a\n~SEQ(I,1,1000000000) x\ny\n")
    assert result.texts == ["a"]
    assert result.said == (
        "k.conf:2:1: error: this asks for 1,000,000,000 lines; more than 4,000,000 are not made\n"
        "  2 | ~SEQ(I,1,1000000000) x\n"
        "    | ^^^^^^^^^^^^^^^^^^^^\n"
        "  help: the rest of the configuration is not read"
    )


def test_sequences_that_multiply() -> None:
    result = read("~SEQ(I,1,2000) ~SEQ(J,1,5000) x\n")
    assert result.texts == []
    assert [found.message for found in result.found] == [
        "this asks for 10,000,000 lines; more than 4,000,000 are not made"
    ]


def test_each_time_counts() -> None:
    result = read("~SEQ(I,1,500) $A=$I\n~SEQ(I,1,500) x\nlast\n", limits=Limits(steps=900))
    assert "last" not in result.texts
    assert result.found[-1].code is Code.TOO_MUCH
