"""Secrets that the configuration names a file for: read if nobody but root can read or change them."""

import os
from stat import S_IMODE, S_ISREG

OTHERS = 0o027
"""Permission bits that none may have: the group may read, and nothing else."""

LONGEST = 4096
"""Bytes."""


class SecretError(Exception):
    """A file is not used; the text says why and begins as what follows the file's name."""

    def __init__(self, reason: str, hint: str) -> None:
        super().__init__(reason)
        self.hint = hint
        """What to do."""


def read_secret(path: str) -> str:
    """What a file says, without the blanks around it. SecretError. Does not wait for a FIFO or a device."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SecretError(f"cannot be read: {reason}", "the key is left out") from None
    try:
        _check(os.fstat(descriptor), path)
        content = os.read(descriptor, LONGEST + 1)
    finally:
        os.close(descriptor)
    try:
        if len(content) > LONGEST:
            raise SecretError(f"is longer than {LONGEST} bytes", "the key is left out")
        return content.decode().strip()
    except UnicodeDecodeError:
        raise SecretError("is not text", "write the key as hex:DIGITS; it is left out") from None


def _check(status: os.stat_result, path: str) -> None:
    """That the file is root's alone; it is looked at when it is open, so that it stays what was looked at."""
    if not S_ISREG(status.st_mode):
        raise SecretError("is not a regular file", "the key is left out")
    if status.st_uid not in (0, os.geteuid()):
        raise SecretError("does not belong to root", f"the key is left out; chown root:root {path}")
    if S_IMODE(status.st_mode) & OTHERS:
        raise SecretError(
            f"can be read or changed by others (mode {S_IMODE(status.st_mode):04o})",
            f"the key is left out; chmod 0600 {path}",
        )
