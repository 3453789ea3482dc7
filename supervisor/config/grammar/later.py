"""Words that alived reads and does not act on yet, and what happens instead: the one list of them."""

LATER: dict[tuple[str, str], str] = {}
