"""Words of which the first counts when they are given again. Of most words it is the last (Section.get)."""

from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.sections import Section


def first_counts(section: Section, word: str, report: Report) -> None:
    """Take all times but the first that a word was given out of a section, with a warning at each."""
    given = section.given(word)
    for entry in given[1:]:
        hint = f"the one of {given[0].place().seen_from(entry.place())} is used"
        report.warning(Code.DUPLICATE, f"`{word}` is given already", entry.place(), hint)
    del given[1:]
