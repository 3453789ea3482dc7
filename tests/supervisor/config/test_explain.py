"""What `alived explain` says, and that the manual's page says the same."""

from pathlib import Path

import pytest

from alived.supervisor.config.explain import UnknownWordError, explain, reference
from alived.supervisor.config.grammar.table import ROWS

PAGE = Path(__file__).parents[3] / "docs" / "reference.md"


def test_a_word_of_one_block() -> None:
    assert explain("advert_int") == (
        "advert_int, in vrrp_instance\n"
        "  seconds between adverts: whole ones in version 2, at most 40.95 in version 3\n"
        "  value:   a number of seconds from 0.01 to 255\n"
        "  default: 1\n"
    )


def test_a_word_that_inherits_and_one_in_several_blocks() -> None:
    text = explain("connect_timeout")
    assert "connect_timeout, in virtual_server/real_server/TCP_CHECK\n" in text
    assert "  or as:   connect_timeout of virtual_server/real_server, if that is given\n" in text


def test_a_block_names_its_words() -> None:
    assert "  holds:   fall init_fail interval rise script timeout user weight\n" in explain("vrrp_script")


def test_a_word_that_may_stand_alone() -> None:
    text = "  value:   a whole number from 1 to 2678400, or nothing for 360\n"
    assert text in explain("persistence_timeout")


def test_a_secret_and_a_spelling() -> None:
    assert "it is not shown in logs and dumps" in explain("auth_pass")
    assert "another spelling of lvs_sched" in explain("lb_algo")


def test_a_word_that_has_no_effect_yet() -> None:
    assert "not yet: alived reads it and does not act on it: it is not run" in explain("quorum_up")


@pytest.mark.parametrize("word", sorted({row.word for row in ROWS}))
def test_every_word_can_be_explained(word: str) -> None:
    assert explain(word).startswith(f"{word}, in ")


def test_a_line_that_includes_files() -> None:
    assert explain("includer") == (
        "includer, in any block\n"
        "  as include, and each file that is found must be one that can be read\n"
        "  value:   the path of a file, or a pattern of paths\n"
        "  often:   it may be given more than once\n"
    )
    with pytest.raises(UnknownWordError, match="did you mean includer"):
        explain("includerr")


def test_a_word_that_is_none() -> None:
    with pytest.raises(UnknownWordError, match="there is no keyword advertint; did you mean advert_int"):
        explain("advertint")


def test_the_page_of_the_manual_is_made_from_the_same_table() -> None:
    assert PAGE.read_text() == reference(), "run make reference"
