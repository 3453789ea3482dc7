"""Patterns with braces as csh and glob(3) take them, and what include_check demands."""

import pytest

from alived.supervisor.config.includes import ALL, NOTHING, VARIANTS, Demand, TooManyError, demands, find
from tests.supervisor.config.language_kit import MemoryFiles

EVERYTHING = MemoryFiles(dict.fromkeys(("a", "ab", "acd", "ace", "x{y", "dir/a"), ""))


@pytest.mark.parametrize(
    ("pattern", "paths", "missing"),
    [
        ("a", ["a"], []),
        ("a{b,c{d,e}}", ["ab", "acd", "ace"], []),
        ("{a,}{b,}", ["ab", "a"], ["b", ""]),
        ("{ab,no}", ["ab"], ["no"]),
        ("x{y", ["x{y"], []),
        ("a*", ["a", "ab", "acd", "ace"], []),
        ("{a?,dir/*,no*}", ["ab", "dir/a"], []),
        ("no*", [], ["no*"]),
    ],
)
def test_what_a_pattern_means(pattern: str, paths: list[str], missing: list[str]) -> None:
    found = find(pattern, "", NOTHING, EVERYTHING)
    assert ([*found.paths], [*found.missing]) == (paths, missing)
    assert not found.demanded


def test_a_pattern_is_relative_to_its_folder() -> None:
    assert find("a", "dir", NOTHING, EVERYTHING).paths == ("dir/a",)


def test_braces_that_multiply() -> None:
    with pytest.raises(TooManyError):
        find("{a,b}" * 20, "", NOTHING, EVERYTHING)


@pytest.mark.parametrize(
    ("words", "before", "after"),
    [
        ([], NOTHING, ALL),
        (["match"], Demand.BRACE, Demand.MATCH),
        (["match", "wildcard_match"], NOTHING, Demand.MATCH | Demand.WILDCARD),
        (["+match", "-brace_match"], Demand.BRACE, Demand.MATCH),
        (["-match"], ALL, ALL & ~Demand.MATCH),
        (["nonsense"], NOTHING, NOTHING),
    ],
)
def test_include_check(words: list[str], before: Demand, after: Demand) -> None:
    assert demands(words, before) == after


def test_the_strictest_variant_demands_everything() -> None:
    assert VARIANTS["includea"] == ALL
    assert all(demand & ALL == demand for demand in VARIANTS.values())
