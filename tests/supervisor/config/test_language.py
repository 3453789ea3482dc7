"""What lines come of a text, where they are, and what is said: comments, conditions, files, and how it all ends."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alived.supervisor.config.diagnostics import Code, Report, Severity
from alived.supervisor.config.files import MAX_SIZE, SourceText
from alived.supervisor.config.language import Context, host, read_lines
from alived.supervisor.config.limits import Limits
from tests.supervisor.config.language_kit import read


def test_ordinary_lines_are_passed_on_as_they_are() -> None:
    lines = read("vrrp_instance A {\n\n    priority 100\n}\n").lines
    assert [tuple(line) for line in lines] == [
        ("k.conf", 1, "vrrp_instance A {", None),
        ("k.conf", 3, "    priority 100", None),
        ("k.conf", 4, "}", None),
    ]


def test_a_line_keeps_its_columns_and_shows_its_comment() -> None:
    (line,) = read("  @me priority 100 # why\n").lines
    place = line.place(line.text.index("100"), len(line.text))
    assert line.text == "      priority 100"
    assert (place.line, place.column, place.length, place.source) == (1, 16, 3, "  @me priority 100 # why")


def test_an_escaped_comment_character_is_a_character() -> None:
    (line,) = read("a b\\#c \\!d e\n").lines
    place = line.place(line.text.index("e"), len(line.text))
    assert line.text == "a b#c !d e"
    assert (place.column, place.length) == (12, 1)


def test_windows_line_ends_and_no_line_end_at_all() -> None:
    assert read("a\r\nb # c\r\nd").texts == ["a", "b", "d"]


def test_a_backslash_at_the_end_of_an_ordinary_line() -> None:
    result = read("priority 100 \\\nnopreempt\n")
    assert result.texts == ["priority 100\\", "nopreempt"]
    assert result.said == (
        "k.conf:1:13: note: this backslash does not continue the line\n"
        "  1 | priority 100 \\\n"
        "    |             ^\n"
        "  help: only a definition, $NAME= …, can go on; here it belongs to the last word"
    )


def test_conditions() -> None:
    assert read("@me a\n@^me b\n@you c\n@^you d\n@me\n").texts == ["a", "d"]


def test_the_default_id_is_the_first_part_of_the_host_name() -> None:
    assert Context().config_id == host()
    assert "." not in host()


def test_an_included_line_tells_from_where() -> None:
    result = read("a {\n  include d/*.conf\n}\n", {"d/x.conf": "include y.conf\n", "d/y.conf": "b $U\n"})
    assert result.texts == ["a {", "b $U", "b $U", "}"]
    assert result.found[0].render() == (
        "d/y.conf:1:3: note: nothing defines $U\n"
        "  1 | b $U\n"
        "    |   ^^\n"
        "  included from d/x.conf:1:9\n"
        "  included from k.conf:2:11\n"
        "  help: it stays in the text as it is"
    )


def test_the_directory_of_the_file() -> None:
    files = {"/etc/k/d/x.conf": "b ${_PWD}\n"}
    assert read("include d/x.conf\na ${_PWD}\n", files, path="/etc/k/k.conf").texts == ["b /etc/k/d", "a /etc/k"]


def test_a_file_that_includes_itself() -> None:
    result = read("a\ninclude *.conf\nb\n", {"o.conf": "c\ninclude k.conf\n"})
    assert result.texts == ["a", "c", "b"]
    assert [(found.code, str(found.place)) for found in result.found] == [
        (Code.INCLUDE_LOOP, "k.conf:2:9"),
        (Code.INCLUDE_LOOP, "o.conf:2:9"),
    ]
    assert result.found[0].render() == (
        "k.conf:2:9: error: 'k.conf' includes itself\n"
        "  2 | include *.conf\n"
        "    |         ^^^^^^\n"
        "  help: it is not read again; a pattern like *.conf also matches the file that it stands in"
    )


def test_includes_that_are_nested_too_deep() -> None:
    files = {f"{number}.conf": f"include {number + 1}.conf\n" for number in range(100)}
    result = read("include 0.conf\nafter\n", files)
    assert result.texts == []
    (found,) = result.found
    assert (found.code, found.message) == (
        Code.TOO_MUCH,
        "more than 40 includes, definitions and sequences within each other",
    )
    assert len(found.place.chain) == 40


def test_a_plain_include_that_matches_nothing_is_a_note() -> None:
    result = read("include conf.d/*.conf\na\n")
    assert result.texts == ["a"]
    assert [(found.severity, found.code) for found in result.found] == [(Severity.NOTE, Code.MISSING_FILE)]


def test_a_demanded_file_that_is_missing() -> None:
    assert read("includem nope.conf\n").said == (
        "k.conf:1:10: error: there is no file 'nope.conf'\n"
        "  1 | includem nope.conf\n"
        "    |          ^^^^^^^^^\n"
        "  help: put it there, or ask with a plain 'include', which keepalived does not mind; alived goes on without it"
    )


def test_include_check_holds_until_the_end_of_its_file() -> None:
    result = read("include a.conf\ninclude nope\n", {"a.conf": "include_check\ninclude nope\n"})
    assert result.texts == ["include_check"]
    assert [(found.severity, found.place.file) for found in result.found] == [
        (Severity.ERROR, "a.conf"),
        (Severity.NOTE, "k.conf"),
    ]


@pytest.mark.parametrize(("word", "severity"), [("include", Severity.NOTE), ("includer", Severity.ERROR)])
def test_folders_and_executable_files_are_not_read(word: str, severity: Severity) -> None:
    result = read(f"{word} d\n{word} x\n", {"d/y": "", "x": "a\n"}, executable=frozenset({"x"}))
    assert result.texts == []
    assert [(found.severity, found.message) for found in result.found] == [
        (severity, "'d' cannot be included: this is a folder"),
        (severity, "'x' cannot be included: it is executable, as no configuration should be"),
    ]


def test_a_demanded_file_that_is_executable() -> None:
    assert read("includer x.conf\n", {"x.conf": "a\n"}, executable=frozenset({"x.conf"})).said == (
        "k.conf:1:10: error: 'x.conf' cannot be included: it is executable, as no configuration should be\n"
        "  1 | includer x.conf\n"
        "    |          ^^^^^^\n"
        "  help: chmod a-x x.conf; alived goes on without it"
    )


def test_a_line_that_is_too_long_is_left_out() -> None:
    result = read(f"a\n{'x' * 70_000}\nb\n# {'x' * 70_000}\nc\n")
    assert result.texts == ["a", "b", "c"]
    assert [(found.code, found.place.line) for found in result.found] == [(Code.TOO_MUCH, 2), (Code.TOO_MUCH, 4)]
    assert all(len(found.render()) < 500 for found in result.found)


def test_the_text_of_all_files_is_limited() -> None:
    result = read("~SEQ(I,1,100) include a\nb\n", {"a": "x\n" * 50}, limits=Limits(characters=2000))
    assert len(result.lines) < 1000
    assert result.found[-1].code is Code.TOO_MUCH
    assert result.found[-1].hint == "the rest of the configuration is not read"


def test_a_file_on_disk(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("a\ninclude sub/*.conf\n")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub/b.conf").write_text("b\n")
    (tmp_path / "sub/.hidden.conf").write_text("hidden\n")
    (tmp_path / "sub/link.conf").symlink_to("../a.conf")
    (tmp_path / "sub/gone.conf").symlink_to("nowhere")
    report = Report()
    assert [line.text for line in read_lines(tmp_path / "a.conf", Context(), report)] == ["a", "b"]
    assert [(found.code, found.message.partition(": ")[2]) for found in report.diagnostics()] == [
        (Code.MISSING_FILE, "No such file or directory"),
        (Code.INCLUDE_LOOP, ""),
    ]


@pytest.mark.parametrize("data", [b"a\0b\n", b"x" * (MAX_SIZE + 1)], ids=["NUL", "too large"])
def test_a_file_without_text_is_not_included(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("include b.conf\na\n")
    (tmp_path / "b.conf").write_bytes(data)
    report = Report()
    assert [line.text for line in read_lines(tmp_path / "a.conf", Context(), report)] == ["a"]
    assert [found.code for found in report.diagnostics()] == [Code.MISSING_FILE]


def test_an_included_file_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text("include b.conf\n")
    (tmp_path / "b.conf").write_bytes(b"a \xe9\n")
    report = Report()
    assert [line.text for line in read_lines(tmp_path / "a.conf", Context(), report)] == ["a \ufffd"]
    (found,) = report.diagnostics()
    assert (found.code, found.place.line, found.place.column) == (Code.ENCODING, 1, 3)
    assert [step.words for step in found.place.chain] == ["included from"]


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "b.conf")
    (tmp_path / "a.conf").write_text("includea b.conf\na\n")
    report = Report()
    assert [line.text for line in read_lines(tmp_path / "a.conf", Context(), report)] == ["a"]
    assert "not a regular file" in report.diagnostics()[0].message


PIECES = (
    *("$A", "${A}", "${B}", "$A=", "$B=", "$M= \\\n", "\\\n", "\n", " ", "{", "}", '"', "'", "#", "!", "\\", "~", "$"),
    *("@me ", "@^me ", "~SEQ(A,1,3) ", "~SEQx(B,$A) ", "~LST(A,x,y) ", "~LST({A,B},{1,2}) ", "~SEQ(", ")", ",", "x"),
    *("include a.conf\n", "include *\n", "includea {a,b}\n", "include_check -match\n", "random_seed 3\n"),
    *("${_RANDOM 1 9}", "${_ENV X}"),
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(PIECES), max_size=60).map("".join))


@settings(deadline=None, max_examples=200)
@given(text=TEXTS, included=TEXTS)
def test_anything_can_be_read(text: str, included: str) -> None:
    limits = Limits(steps=2_000, characters=200_000)
    result = read(text, {"a.conf": included}, environment={"X": "$A"}, limits=limits)
    for line in result.lines:
        assert "\n" not in line.text
        for start, end in ((0, 0), (0, len(line.text)), (len(line.text) // 2, len(line.text) // 2 + 1)):
            place = line.place(start, end)
            assert place.line >= 1
            assert 1 <= place.column <= len(place.source) + 1
            assert place.length >= 1
    for found in result.found:
        assert found.place.line >= 1 or "are not shown" in found.message
        assert found.render()


def test_reading_takes_linear_time() -> None:
    """By counting what is done, not by a clock: each step is one line or one substitution."""
    nasty = [
        "$A=" + "${B}" * 5000 + "\n$B=" + "${C}" * 5000 + "\n$C=\n${A}\n",
        "${A" * 20_000 + "\n",
        "$A=x\n" + "$A," * 20_000 + "\n",
        '"\\' * 30_000 + "#\n",
        "{@me " * 10_000 + "\n",
        "~SEQ(A,1,1) " * 5_000 + "x\n",
        "include " + "{a,b}" * 500 + "\n",
        "include " + "{" * 1000 + "}" * 1000 + "\n",
        "$A=${B}$\n$B={A}\nx ${A}${B}\n",
    ]
    for text in nasty:
        result = read(text, limits=Limits(steps=100_000))
        assert len(result.lines) <= 50_000
        assert all(len(line.text) <= 200_000 for line in result.lines)


def test_a_source_text_needs_no_file() -> None:
    report = Report()
    assert [line.file for line in read_lines(SourceText("x.conf", "a\n"), Context(), report)] == ["x.conf"]
