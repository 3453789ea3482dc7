"""Passwords that are the stars which `alived --dump-conf` writes instead of one without --show-secrets."""

from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.sections import Section
from alived.supervisor.config.wording import SECRET


def advise_of_stars(section: Section, word: str, report: Report) -> None:
    """Advice at each time that a word for a password was given these: it is a valid one, and hardly the one meant."""
    for entry in section.given(word):
        if entry.value == SECRET:
            message = "these are the stars of a dump, which did not have the password"
            hint = "they are used as the password; write the real one, or dump with --show-secrets"
            report.advice(Code.HIDDEN_SECRET, message, entry.place(0), hint)
