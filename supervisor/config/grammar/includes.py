"""Rows of the lines that include other files: they are gone before words are judged, and here only to be explained.

What they do is in supervisor/config/includes.py.
"""

from alived.supervisor.config.forms.text import Text
from alived.supervisor.config.grammar.row import Row

ANYWHERE = "any block"

_MEANINGS = {
    "include": "read these files here; one that is not there is passed over",
    "includer": "as include, and each file that is found must be one that can be read",
    "includem": "as include, and a name without wildcards and braces must be there",
    "includew": "as includem, and a pattern with wildcards must find something",
    "includeb": "as include, and each alternative in braces must be there",
    "includea": "as include, and all must be as each of the others wants it",
}

ROWS: tuple[Row, ...] = tuple(
    Row(block=ANYWHERE, word=word, form=Text("the path of a file, or a pattern of paths"), meaning=meaning, many=True)
    for word, meaning in _MEANINGS.items()
)
