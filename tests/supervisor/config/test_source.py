"""From a stretch of a finished line back to the file."""

import pytest

from alived.supervisor.config.diagnostics import Place
from alived.supervisor.config.source import Line, Origin, Splice, Step

NET = Step("in the definition of $NET", Place("f", 1, 1, 4, "$NET=10.0"))
ROUND = Step("with $I = 7 of ~SEQ", Place("f", 3, 1, 4, "~SEQ(I, 1, 9) a"))
SOURCE = "  $NET.0.1 dev ${DEV} x # remark"
#         0123456789012345678901234
LINE = Line(
    "f",
    2,
    "  10.0.0.1 dev eth0 x",
    Origin(SOURCE, (Splice(2, 6, 2, 6, NET), Splice(15, 19, 15, 21, Step("$DEV", NET.place))), (ROUND,)),
)


def test_a_line_as_it_stands_in_its_file() -> None:
    assert Line("f", 4, "  a b").place(4, 5) == Place("f", 4, 5, 1, "  a b")


@pytest.mark.parametrize(
    ("stretch", "column", "length", "definition"),
    [
        ((2, 10), 3, 8, NET),
        ((2, 6), 3, 4, NET),
        ((6, 10), 7, 4, None),
        ((11, 14), 12, 3, None),
        ((20, 21), 23, 1, None),
    ],
)
def test_a_stretch_beside_or_within_a_definition(
    stretch: tuple[int, int], column: int, length: int, definition: Step | None
) -> None:
    place = LINE.place(*stretch)
    assert (place.column, place.length, place.source) == (column, length, SOURCE)
    assert place.chain == ((definition, ROUND) if definition else (ROUND,))


def test_a_word_that_is_a_definition_and_nothing_else() -> None:
    place = LINE.place(15, 19)
    assert place.source[place.column - 1 : place.column - 1 + place.length] == "${DEV}"
