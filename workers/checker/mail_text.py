"""PURE: the mail that tells of something that happened: keepalived's subjects, bodies and headers.

What does not live here: how mail is sent (mail.py).
"""

from email.header import Header

from alived.ipc.model.checker import NotifyKind
from alived.ipc.model.settings import Mail
from alived.ipc.record import record
from alived.workers.checker.notify_plan import Occasion, Word


@record(kw_only=True)
class Letter:
    """What somebody is told by mail, whoever that is."""

    subject: str
    """Without the name of the router."""
    body: str


_GONE = "=> VRRP Instance is no longer owning VRRP VIPs <="

_OF_INSTANCES = {
    Word.MASTER: Letter(subject="Entering MASTER state", body="=> VRRP Instance is now owning VRRP VIPs <="),
    Word.BACKUP: Letter(subject="Entering BACKUP state", body=_GONE),
    Word.FAULT: Letter(subject="Entering FAULT state", body=_GONE),
    Word.STOP: Letter(subject="Stopping", body="=> VRRP Instance stopping <="),
    Word.DELETED: Letter(subject="Deleted", body="=> VRRP Deleted at reload <="),
}

_OF_GROUPS = {
    word: Letter(subject=f"Entering {word} state", body=f"=> All VRRP group instances are now in {word} state <=")
    for word in (Word.MASTER, Word.BACKUP, Word.FAULT)
} | {Word.STOP: Letter(subject="Stopping", body="=> All VRRP group instances are now stopping <=")}


class Secretary:
    """Knows which state of each instance and group was last mailed: the same is not mailed twice in a row."""

    def __init__(self) -> None:
        self._last: dict[str, Word] = {}
        """By key of Notify."""

    def forget(self, key: str) -> None:
        """That is another instance from now on."""
        self._last.pop(key, None)

    def letter(self, occasion: Occasion, *, no_email_faults: bool) -> Letter | None:
        """What is mailed about it; None: nothing."""
        notify, word = occasion.notify, occasion.word
        group = notify.kind is NotifyKind.GROUP
        template = (_OF_GROUPS if group else _OF_INSTANCES).get(word)
        if not notify.smtp_alert or template is None or (no_email_faults and word is Word.FAULT):
            return None
        if self._last.get(notify.key) is word and not occasion.removed:
            return None
        if occasion.removed:
            self._last.pop(notify.key, None)
        else:
            self._last[notify.key] = word
        whose = "VRRP Group" if group else "VRRP Instance"
        return Letter(subject=f"{whose} {notify.name} - {template.subject}", body=template.body)


def message(letter: Letter, mail: Mail, *, router_id: str, sender: str, date: str) -> bytes:
    """The mail as it is sent, lines ending in CR LF. `date` is one of RFC 5322."""
    subject = f"[{router_id}] {letter.subject}" if router_id else letter.subject
    lines = (
        f"Date: {date}",
        f"From: {sender}",
        f"Subject: {_header(subject)}",
        "X-Mailer: Keepalived",  # what the filters of its users look for
        f"To: {', '.join(mail.to)}",
        "",
        letter.body,
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def _header(text: str) -> str:
    """As it is if it is ASCII, as keepalived sends it; RFC 2047 says how anything else is written."""
    text = " ".join(text.split())
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=998).encode(linesep="\r\n")
