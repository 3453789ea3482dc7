"""The lines of track_script: NAME [weight NUMBER [reverse|no_reverse]] (keepalived.conf(5), "VRRP instance(s)")."""

from collections.abc import Mapping

from alived.ipc.model import TrackedScript
from alived.supervisor.config.build_scripts import Defined
from alived.supervisor.config.diagnostics import Code, Report, nearest
from alived.supervisor.config.forms import TrackerWeight, UnfitError, Weight
from alived.supervisor.config.parser import Statement
from alived.supervisor.config.sections import Section


def read_tracked_scripts(section: Section, defined: Mapping[str, Defined], report: Report) -> tuple[TrackedScript, ...]:
    """The scripts that an instance tracks, each once; those that are not run are left out."""
    tracked: dict[str, TrackedScript] = {}
    for line in section.lines("track_script"):
        name = line.keyword.text
        known = defined.get(name)
        if known is None:
            similar = nearest(name, defined)
            report.error(
                Code.UNKNOWN_NAME,
                f"there is no vrrp_script `{name}`",
                line.keyword.place,
                f"did you mean `{similar}`?" if similar else "it is not tracked",
            )
        elif name in tracked:
            report.warning(Code.DUPLICATE, f"`{name}` is tracked already", line.keyword.place, "the first line is used")
        elif known.runs:
            weight = _weight(line, known.weight, report)
            tracked[name] = TrackedScript(name=name, weight=weight.weight, reverse=weight.reverse)
    return tuple(tracked.values())


def _weight(line: Statement, default: Weight, report: Report) -> Weight:
    """`NAME weight N [reverse|no_reverse]`."""
    if not line.arguments:
        return default
    if line.arguments[0].text != "weight":
        report.error(
            Code.UNKNOWN_KEYWORD,
            f"`{line.arguments[0].text}` is not an option of a tracked script",
            line.arguments[0].place,
            "write NAME weight NUMBER [reverse]; the script's own weight is used",
        )
        return default
    try:
        value = TrackerWeight().read(Statement(line.arguments)).value
    except UnfitError as error:
        value = error.instead or default
        report.error(
            Code.BAD_VALUE,
            f"`weight` must be {error.expected}",
            (error.token or line.arguments[0]).place,
            f"{value} is used",
        )
    return value if isinstance(value, Weight) else default
