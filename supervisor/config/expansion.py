"""A line of a file to the lines that it stands for.

As keepalived does it, in this order: `@id` decides whether the line counts; `$NAME=` defines something; `~SEQ` and
`~LST` repeat the rest of it; definitions are put in; and what has become of it is looked at again until nothing
changes. Then it is an include, or a line of the configuration. After a brace in a line all this begins anew.

What does not live here: what each of these looks like (definitions.py, sequences.py, includes.py), and how values get
into a text (substitution.py, templates.py).
"""

import re
from collections.abc import Callable, Iterator

from alived.supervisor.config import includes, sequences
from alived.supervisor.config.definitions import ASSIGNMENT, REFERENCE, Definition, Definitions
from alived.supervisor.config.diagnostics import Code, Place, Report
from alived.supervisor.config.limits import Budget
from alived.supervisor.config.sequences import SequenceError
from alived.supervisor.config.source import Line, Origin, Step
from alived.supervisor.config.substitution import UnusableError, substitute
from alived.supervisor.config.templates import Template
from alived.supervisor.config.undefined import Undefined

Include = Callable[[str, includes.Demand, Place], Iterator[Line]]
"""Gives the lines of the files that a pattern means."""

MOST_PASSES = 50
"""How often a line is looked at again."""

_CONDITION = re.compile(r"@(?P<not>\^?)(?P<id>[^ \t]*)[ \t]+")
_WORD = re.compile(r"[^ \t\r\f\v\"{}]+")
_ANEW = re.compile(r'"[^"]*"?|(?P<brace>[{}])[ \t]*(?=@|~SEQ|~LST|\$[A-Za-z_][A-Za-z0-9_]*=|include)')


class Expansion:
    """All that is known while a configuration is read, and what comes of each of its lines."""

    def __init__(
        self, config_id: str, definitions: Definitions, budget: Budget, include: Include, report: Report
    ) -> None:
        self.demand = includes.NOTHING
        """What `include_check` has said last."""
        self._config_id = config_id
        self._definitions = definitions
        self._budget = budget
        self._include = include
        self._report = report
        self._undefined = Undefined(definitions, report)
        self._templates: dict[int, Template] = {}
        """By the identity of their lines."""
        self._unfinished: Definition | None = None
        """Goes on in the next line of the file."""
        self._within: list[str] = []
        """Definitions of several lines of which the lines are being made."""

    @property
    def is_defining(self) -> bool:
        """Whether the next line of the file is one of a definition."""
        return self._unfinished is not None

    def lines(self, line: Line) -> Iterator[Line]:
        """What a line of a file stands for; it has no comment any more. TooMuchError."""
        if self._unfinished is not None:
            self._continue(self._unfinished, line)
        elif line.text and not line.text.isspace():
            return self._expand(line)
        return iter(())

    def _expand(self, line: Line) -> Iterator[Line]:
        following: list[Definition] = []
        try:
            yield from self._work(line, following)
        except UnusableError as error:
            self._report.error(error.code, str(error), line.place(*error.span), error.hint)
        for definition in following:
            yield from self._body(definition, line, 1)

    def _work(self, line: Line, following: list[Definition]) -> Iterator[Line]:
        """The line itself; definitions of several lines that it ends with go into `following`. UnusableError."""
        for _ in range(MOST_PASSES):
            at = _begin(line.text)
            if line.text.startswith("@", at):
                match = self._condition(line, at)
                if match is None:
                    return
                line, at = _blanked(line, match.end()), match.end()
            text, first = line.text, line.text[at : at + 1]
            if first == "$" and (match := ASSIGNMENT.match(text, at)):
                self._define(line, match)
                return
            if first == "~" and sequences.begins(text, at):
                yield from self._sequence(line, at)
                return
            if first == "~" or "$" not in text:
                break
            if first == "$" and (definition := self._alone(text, at)):
                yield from self._body(definition, line, 0)
                return
            made = substitute(line, self._definitions)
            if made is None:
                break
            line = made.line
            following[:0] = made.following
            self._budget.spend(made.count, len(line.text), line)
        else:
            raise UnusableError(Code.SELF_REFERENCE, "definitions change this line without end", (0, 0), "")
        yield from self._finish(line)

    def _condition(self, line: Line, at: int) -> re.Match[str] | None:
        """The condition that a line begins with; None: the line is not meant for this machine."""
        match = _CONDITION.match(line.text, at)
        if match is None or (match["id"] == self._config_id) != bool(match["not"]):
            return match
        if line.text.endswith("\\") and ASSIGNMENT.match(line.text, match.end()):
            hint = "give each of them the condition, or define $NAME for all and use it under a condition"
            message = "this condition is only for this line, not for those that go on with the definition"
            self._report.note(Code.DEFINITION, message, line.place(at, match.end() - 1), hint)
        return None

    def _alone(self, text: str, at: int) -> Definition | None:
        """The definition of several lines that is all that a line refers to."""
        match = REFERENCE.match(text, at)
        if match is None or match.end() < len(text):
            return None
        definition = self._definitions.get(match["braced"] or match["bare"])
        return definition if definition and definition.lines else None

    def _define(self, line: Line, match: re.Match[str]) -> None:
        name, value = match["name"], line.text[match.end() :].rstrip(" \t")
        if not value.endswith("\\"):
            step = Step(f"in definition ${name} of", line.place(match.start(), match.end()))
            self._definitions.define(Definition(name, value, step))
            return
        self._unfinished = Definition(name, lines=[])
        self._definitions.define(self._unfinished)
        self._continue(self._unfinished, _blanked(line, match.end()))

    def _continue(self, definition: Definition, line: Line) -> None:
        """One more line of a definition; without a backslash at its end it is the last."""
        text = line.text.rstrip(" \t")
        body = text.removesuffix("\\").rstrip(" \t")
        if body and not body.isspace() and definition.lines is not None:
            definition.lines.append(_with_text(line, body))
        if text.endswith("\\"):
            return
        self._unfinished = None
        if not definition.lines:
            definition.lines = None
        self._definitions.define(definition)
        if not body:
            message = f"the definition of ${definition.name} ends here, though the line before asks for more"
            hint = "an empty line or a comment within a definition needs a backslash at its end as well"
            self._report.note(Code.DEFINITION, message, line.place(0, 0), hint)

    def _body(self, definition: Definition, user: Line, first: int) -> Iterator[Line]:
        """The lines of a definition, from one of them on; `user` is the line that refers to it."""
        at = _begin(user.text)
        place = user.place(at, len(user.text))
        if definition.name in self._within:
            way = " -> ".join(f"${name}" for name in (*self._within, definition.name))
            message = f"the definition of ${definition.name} refers to itself: {way}"
            hint = "take this line out of it; keepalived hangs here, alived leaves the line out"
            self._report.error(Code.SELF_REFERENCE, message, place, hint)
            return
        lines = (definition.lines or [])[first:]
        self._budget.spend(len(lines), sum(len(line.text) for line in lines), user)
        steps = (Step(f"in definition ${definition.name} used at", place), *(user.origin.steps if user.origin else ()))
        shared = Origin(None, (), steps)
        self._within.append(definition.name)
        with self._budget.deeper(place):
            for line in lines:
                made = self._template(line).fill(self._definitions, shared)
                if made is not None:
                    yield made
                else:
                    source, splices, _ = line.origin or shared
                    yield from self._expand(line._replace(origin=Origin(source, splices, steps)))
        self._within.pop()

    def _sequence(self, line: Line, at: int) -> Iterator[Line]:
        """The rest of the line once for each value."""
        text = line.text
        try:
            head = sequences.head(text, at)
            inside = text[head.start : head.end]
            if head.kind != "LST" and "$" in inside:
                inside = self._numbers(inside)
            sequence = sequences.read(head.kind, inside)
        except SequenceError as error:
            message = f"this {text[at : at + 4]} cannot be read: {error}"
            self._report.error(Code.SEQUENCE, message, line.place(at, len(text)), "the line is left out")
            return
        place = line.place(at, head.end + 1)
        rest = _blanked(line, head.end + 1)
        source, splices, steps = rest.origin or Origin(rest.text)
        template = Template(rest)
        with self._budget.times(sequence.count, place):
            for number, row in enumerate(sequence.rows, 1):
                for name, value in zip(sequence.names, row, strict=True):
                    self._definitions.define(Definition(name, value))
                # What ~LST lists can be passwords.
                value = f"value {number}" if head.kind == "LST" else f"${sequence.names[0]} = {row[0]}"
                step = Step(f"with {value} of ~{head.kind} at", place)
                origin = Origin(source, splices, (step, *steps))
                made = template.fill(self._definitions, origin)
                self._budget.spend(1, len(rest.text), line)
                if made is not None:
                    yield made
                else:
                    yield from self._repeat(rest._replace(origin=origin))

    def _repeat(self, line: Line) -> Iterator[Line]:
        """What is repeated. Most often that is another sequence or a definition, which need not take the long way."""
        at = _begin(line.text)
        if sequences.begins(line.text, at):
            return self._sequence(line, at)
        definition = self._alone(line.text, at) if line.text.startswith("$", at) else None
        return self._body(definition, line, 0) if definition else self._expand(line)

    def _numbers(self, inside: str) -> str:
        """The parameters of a sequence with definitions put in; the first is the name of its variable."""
        name, comma, numbers = inside.partition(",")
        line = Line("", 0, numbers)
        for _ in range(MOST_PASSES):
            try:
                made = substitute(line, self._definitions)
            except UnusableError as error:
                raise SequenceError(str(error)) from error
            if made is None:
                return name + comma + line.text
            line = made.line
        raise SequenceError("definitions change its parameters without end")

    def _template(self, line: Line) -> Template:
        """The template of a line of a definition."""
        template = self._templates.get(id(line))
        if template is None or template.line is not line:
            template = self._templates[id(line)] = Template(line)
        return template

    def _finish(self, line: Line) -> Iterator[Line]:
        """A line in its final text: an include, or one of the configuration; after a brace it may be something else."""
        text, at = line.text, _begin(line.text)
        word = _WORD.match(text, at)
        if word and word[0] in includes.VARIANTS and (pattern := text[word.end() :].strip()):
            begin = text.index(pattern, word.end())
            demand = self.demand | includes.VARIANTS[word[0]]
            yield from self._include(pattern, demand, line.place(begin, begin + len(pattern)))
            return
        for match in _ANEW.finditer(text) if "{" in text or "}" in text else ():
            if match["brace"]:
                cut = match.end("brace")
                yield from self._finish(_with_text(line, text[:cut]))
                with self._budget.deeper(line.place(cut, len(text))):
                    yield from self._expand(_blanked(line, cut))
                return
        if word:
            self._obey(word[0], text[word.end() :].split())
        if "$" in text:
            self._undefined.look(line)
        if text.endswith("\\"):
            message = "this backslash does not continue the line"
            hint = "only a definition, $NAME= …, can go on; here it belongs to the last word"
            self._report.note(Code.CONTINUATION, message, line.place(len(text) - 1, len(text)), hint)
        self._budget.spend(1, len(text), line)
        if text and not text.isspace():
            yield line

    def _obey(self, word: str, arguments: list[str]) -> None:
        """Keywords that change how the rest is read."""
        if word == "include_check":
            self.demand = includes.demands(arguments, self.demand)
        elif word == "random_seed" and arguments and arguments[0].isdecimal() and len(arguments[0]) <= 10:
            self._definitions.seed(int(arguments[0]))


def _begin(text: str) -> int:
    """Offset of the first character that is not blank."""
    return len(text) - len(text.lstrip(" \t\r\f\v"))


def _with_text(line: Line, text: str) -> Line:
    """The line with another text of which every offset is the same."""
    origin = line.origin or Origin(None)
    return Line(line.file, line.number, text, origin._replace(source=line.text) if origin.source is None else origin)


def _blanked(line: Line, end: int) -> Line:
    """The line with blanks up to an offset."""
    return _with_text(line, " " * end + line.text[end:])
