"""What a section answers, and how words that do not belong are taken; the messages are in test_messages.py."""

import pytest

from alived.supervisor.config.diagnostics import COMPARED_MOST, Code, Place, Report, Severity
from alived.supervisor.config.grammar.table import ROOTS, WORDS
from alived.supervisor.config.parser import parse
from alived.supervisor.config.reading import read
from alived.supervisor.config.sections import Section, name_of
from alived.supervisor.config.source import Line


def top(text: str) -> tuple[Section, Report]:
    report = Report()
    lines = [Line("f", number, line) for number, line in enumerate(text.split("\n"), 1)]
    return read(parse(lines, ROOTS, report).statements, report), report


def test_values_defaults_and_what_is_inherited() -> None:
    (section,) = top("vrrp_instance I {\nadvert_int 2\nadvert_int 3\n}\n")[0].sections("vrrp_instance")
    assert section.get("advert_int", float) == section.find("advert_int", float) == 3.0
    assert section.get("preempt_delay", float) == 0.0
    assert section.find("preempt_delay", float) is None
    assert section.get("garp_master_delay", float, 9.0) == 9.0
    assert section.header == ("I",)


@pytest.mark.parametrize(("before", "used"), [("", "0177"), ("umask 022", "0022"), ("umask 0", "0")])
def test_the_umask_that_holds_instead_is_named_as_it_is_written(before: str, used: str) -> None:
    _, report = top(f"global_defs {{\n{before}\numask 9999\n}}\n")
    (hint,) = [found.hint for found in report.diagnostics() if found.code is Code.BAD_VALUE]
    assert hint == f"{used} is used"


def test_every_time_that_a_word_was_given() -> None:
    (section,) = top("vrrp_instance I {\nadvert_int 2\nadvert_int 3 x\n}\n")[0].sections("vrrp_instance")
    first, second = section.given("advert_int")
    assert (first.value, str(first.place()), str(first.place(0))) == (2.0, "f:2:1", "f:2:12")
    assert str(second.place(1)) == "f:3:14"
    assert section.order == ["advert_int", "advert_int"]


def test_the_lines_of_a_list_block() -> None:
    (section,) = top("vrrp_instance I {\n track_script {\n  a weight 2\n  b\n }\n}\n")[0].sections("vrrp_instance")
    lines = section.entries("track_script")
    assert [line.value.name for line in lines] == ["a", "b"]
    assert [str(line.place(index)) for line, index in zip(lines, (2, None), strict=True)] == ["f:3:12", "f:4:3"]


def test_the_words_of_a_list_block_where_each_is_an_entry() -> None:
    whole, _ = top("vrrp_sync_group G {\n group {\n  a b\n  c\n }\n}\n")
    (section,) = whole.sections("vrrp_sync_group")
    words = section.entries("group")
    assert [word.value for word in words] == ["a", "b", "c"]


def test_places() -> None:
    whole, _ = top("\nvrrp_instance I {\n  advert_int 2\n  nopreempt\n}\n")
    (section,) = whole.sections("vrrp_instance")
    assert whole.place == Place("")
    assert str(section.place) == "f:2:1"
    assert str(section.header_place()) == "f:2:15"
    assert str(section.where("advert_int")) == "f:3:14"
    assert str(section.where("nopreempt")) == "f:4:3"
    assert str(section.where("priority")) == "f:2:1"


def test_blocks_given_in_parts_are_one() -> None:
    whole, _ = top("global_defs {\nrouter_id a\n}\nglobal_defs {\nvrrp_garp_master_delay 1\nrouter_id b\n}\n")
    settings = whole.merged("global_defs")
    assert settings.get("router_id", str) == "b"
    assert settings.get("vrrp_garp_master_delay", float) == 1
    assert settings.header == ()


def test_asking_for_another_type_than_the_grammar_gives_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="global_defs router_id is 'a', not int"):
        top("global_defs {\nrouter_id a\n}\n")[0].merged("global_defs").get("router_id", int)


def test_the_search_for_similar_words_ends_in_a_file_full_of_others() -> None:
    hints = [found.hint for found in top("routerid x\n" * 5000)[1].diagnostics()]
    searches = hints.count("did you mean `router_id`?")
    assert searches <= COMPARED_MOST / len(WORDS[""]) + 1
    assert hints[searches:] == ["it is ignored"] * (5000 - searches)


def test_blocks_within_an_unknown_block_are_read_as_keepalived_does() -> None:
    whole, report = top("cluster G {\n  delay_loop 1\n  virtual_server 10.0.0.1 80 {\n  }\n}\n")
    assert [section.header for section in whole.sections("virtual_server")] == [("10.0.0.1", "80")]
    (found,) = report.diagnostics()
    assert (found.code, found.place.line, found.place.end_line) == (Code.UNKNOWN_KEYWORD, 1, 5)


def test_an_unknown_block_is_one_finding_about_all_of_its_lines() -> None:
    _, report = top("vvrp_script chk {\n  script a\n  interval 2\n}\n")
    (found,) = report.diagnostics()
    assert (found.place.line, found.place.end_line) == (1, 4)
    assert found.hint == "did you mean `vrrp_script`? Its block, to line 4, is skipped"


@pytest.mark.parametrize(
    ("lines", "end"),
    [
        ("authentication {\nauth_type PASS\n}\npriority 5\n", 5),
        ("priority 5\nnopreempt\n", 5),
        ("", 3),
    ],
)
def test_a_list_without_a_block_is_a_finding_about_all_that_keepalived_takes_for_it(lines: str, end: int) -> None:
    whole, report = top(f"vrrp_instance I {{\ntrack_interface eth0\n{lines}}}\n")
    (found,) = [found for found in report.diagnostics() if found.is_complaint]
    assert (found.message, found.place.line, found.place.end_line) == ("`track_interface` needs a block", 2, end)
    assert whole.sections("vrrp_instance")[0].has("priority") is ("priority" in lines)


def test_a_block_without_a_block_is_a_finding_about_its_line() -> None:
    _, report = top("vrrp_instance I {\nauthentication\npriority 5\n}\n")
    (found,) = report.diagnostics()
    assert (found.place.line, found.place.end_line) == (2, 0)


def test_words_before_the_brace_of_a_list() -> None:
    whole, report = top("vrrp_instance I {\nvirtual_ipaddress here {\n10.0.0.1\n}\n}\n")
    (found,) = report.diagnostics()
    assert (found.severity, str(found.place)) == (Severity.WARNING, "f:2:19")
    assert len(whole.sections("vrrp_instance")[0].entries("virtual_ipaddress")) == 1


@pytest.mark.parametrize(
    ("block", "severity"),
    [
        ("vrrp_instance", Severity.WARNING),
        ("vrrp_sync_group", Severity.WARNING),
        ("track_group", Severity.WARNING),
        ("virtual_server_group", Severity.WARNING),
        ("vrrp_script", Severity.NOTE),
        ("track_file", Severity.NOTE),
        ("vrrp_track_process", Severity.NOTE),
        ("bfd_instance", Severity.NOTE),
    ],
)
def test_more_than_a_name(block: str, severity: Severity) -> None:
    whole, report = top(f"{block} one more {{\n}}\n")
    assert name_of(whole.sections(block)[0], report) == "one"
    (found,) = [found for found in report.diagnostics() if found.code is Code.IGNORED]
    assert (found.severity, found.place.source[found.place.column - 1 :]) == (severity, "more {")


def test_a_word_that_is_given_twice_with_two_values_is_worth_advice() -> None:
    whole, report = top("vrrp_instance I {\npriority 1\npriority 1\npriority 2\n}\n")
    assert whole.sections("vrrp_instance")[0].get("priority", int) == 2
    (found,) = report.diagnostics()
    assert (found.severity, found.code, str(found.place)) == (Severity.ADVICE, Code.DUPLICATE, "f:4:10")
    assert found.hint == "this one is used, not that of line 3"
