"""What a section answers; what the reader says to a user is in test_messages.py."""

import pytest

from alived.supervisor.config.diagnostics import Place, Report
from alived.supervisor.config.grammar.table import ROOTS
from alived.supervisor.config.lexer import lex
from alived.supervisor.config.parser import parse
from alived.supervisor.config.sections import SEARCHES_MOST, Section, read


def top(text: str) -> tuple[Section, Report]:
    report = Report()
    return read(parse(lex(text, "f", report), ROOTS, report).statements, report), report


def test_values_defaults_and_what_is_inherited() -> None:
    (section,) = top("vrrp_instance I {\nadvert_int 2\nadvert_int 3\n}\n")[0].sections("vrrp_instance")
    assert section.get("advert_int", float) == section.find("advert_int", float) == 3.0
    assert section.get("preempt_delay", float) == 0.0
    assert section.find("preempt_delay", float) is None
    assert section.get("garp_master_delay", int, 9) == 9
    assert [token.text for token in section.header] == ["I"]


def test_places() -> None:
    whole, _ = top("\nvrrp_instance I {\n  advert_int 2\n  nopreempt\n}\n")
    (section,) = whole.sections("vrrp_instance")
    assert whole.place == Place("")
    assert str(section.place) == "f:2:1"
    assert str(section.where("advert_int")) == "f:3:14"
    assert str(section.where("nopreempt")) == "f:4:3"
    assert str(section.where("priority")) == "f:2:1"


def test_blocks_given_in_parts_are_one() -> None:
    whole, _ = top("global_defs {\nrouter_id a\n}\nglobal_defs {\nvrrp_garp_master_delay 1\nrouter_id b\n}\n")
    settings = whole.merged("global_defs")
    assert settings.get("router_id", str) == "b"
    assert settings.get("vrrp_garp_master_delay", int) == 1
    assert settings.header == ()


def test_asking_for_another_type_than_the_grammar_gives_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="global_defs router_id is 'a', not int"):
        top("global_defs {\nrouter_id a\n}\n")[0].merged("global_defs").get("router_id", int)


def test_the_search_for_similar_words_ends_in_a_file_full_of_others() -> None:
    hints = [found.hint for found in top("routerid x\n" * (SEARCHES_MOST + 1))[1].diagnostics()]
    assert hints == ["did you mean `router_id`?"] * SEARCHES_MOST + ["it is ignored"]
