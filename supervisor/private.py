"""Writing a file that is nobody else's business, also where others may write: /tmp.

What is at its name is replaced at once and as a whole; a link there is replaced and not followed, and a reader sees the
old text or the new.
"""

import contextlib
import os
import tempfile
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600. OSError: it can't be, and what was there is there."""
    descriptor, new = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # O_EXCL, 0600
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(new).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(new).unlink()
        raise
