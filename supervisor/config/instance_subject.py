"""What every part of build_vrrp.py knows of the instance it judges, and how it says what does not work."""

from alived.ipc.record import record
from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.sections import Section


def flag(section: Section, word: str, settings: Section, inherited: str) -> bool:
    """A keyword for yes or no, or that word of global_defs; no if neither is given."""
    own = section.find(word, bool)
    return own if own is not None else bool(settings.find(inherited, bool))


@record()
class Subject:
    """A vrrp_instance block that is being made an instance."""

    name: str
    section: Section
    settings: Section
    """global_defs, all of them together."""
    report: Report
    strict: bool
    """It keeps to the RFC, by strict_mode or vrrp_strict."""

    def flag(self, word: str, inherited: str) -> bool:
        """A keyword for yes or no, or that word of global_defs; no if neither is given."""
        return flag(self.section, word, self.settings, inherited)

    def place(self, *words: str) -> Place:
        """Where the first of these words that is given stands; else where the name of the instance does."""
        return next((self.section.where(word) for word in words if self.section.has(word)), self.header)

    @property
    def header(self) -> Place:
        """Where the name of the instance stands."""
        return self.section.header_place() if self.section.header else self.section.place

    def ended(self, *words: str) -> Place:
        """The same with all lines to the end of the block, for what keepalived says there."""
        return self.section.ending(self.place(*words))

    def conflict(self, message: str, hint: str, *words: str) -> None:
        """A warning that things do not go together, at the first of `words` that is given."""
        self.report.warning(Code.CONFLICT, message, self.place(*words), hint)

    def left_out(self, code: Code, message: str, hint: str, *words: str) -> None:
        """An error for which the instance cannot run."""
        self.report.error(code, message, self.place(*words), f"{self.name} is left out; {hint}")
