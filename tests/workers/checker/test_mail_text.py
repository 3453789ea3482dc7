"""The mail that is written: keepalived's, word by word."""

import email
import email.policy

import pytest

from alived.ipc.model.checker import Notify, NotifyKind
from alived.ipc.model.settings import Mail
from alived.workers.checker.mail_text import Letter, Secretary, message
from alived.workers.checker.notify_plan import Occasion, Word

INSTANCE = Notify(name="VI_1", smtp_alert=True)
GROUP = Notify(kind=NotifyKind.GROUP, name="G1", smtp_alert=True)
DATE = "Sun, 22 Nov 2026 22:37:19 +0000"


def letter(notify: Notify, word: Word, *, removed: bool = False, faults: bool = False) -> Letter | None:
    occasion = Occasion(notify=notify, word=word, priority=1, removed=removed)
    return Secretary().letter(occasion, no_email_faults=faults)


@pytest.mark.parametrize(
    ("notify", "word", "subject", "body"),
    [
        (INSTANCE, Word.MASTER, "VRRP Instance VI_1 - Entering MASTER state",
         "=> VRRP Instance is now owning VRRP VIPs <="),
        (INSTANCE, Word.BACKUP, "VRRP Instance VI_1 - Entering BACKUP state",
         "=> VRRP Instance is no longer owning VRRP VIPs <="),
        (INSTANCE, Word.FAULT, "VRRP Instance VI_1 - Entering FAULT state",
         "=> VRRP Instance is no longer owning VRRP VIPs <="),
        (INSTANCE, Word.STOP, "VRRP Instance VI_1 - Stopping", "=> VRRP Instance stopping <="),
        (INSTANCE, Word.DELETED, "VRRP Instance VI_1 - Deleted", "=> VRRP Deleted at reload <="),
        (GROUP, Word.MASTER, "VRRP Group G1 - Entering MASTER state",
         "=> All VRRP group instances are now in MASTER state <="),
        (GROUP, Word.BACKUP, "VRRP Group G1 - Entering BACKUP state",
         "=> All VRRP group instances are now in BACKUP state <="),
        (GROUP, Word.FAULT, "VRRP Group G1 - Entering FAULT state",
         "=> All VRRP group instances are now in FAULT state <="),
        (GROUP, Word.STOP, "VRRP Group G1 - Stopping", "=> All VRRP group instances are now stopping <="),
    ],
)  # fmt: skip
def test_subjects_and_bodies(notify: Notify, word: Word, subject: str, body: str) -> None:
    assert letter(notify, word) == Letter(subject=subject, body=body)


@pytest.mark.parametrize("word", [Word.LOWER_PRIORITY, Word.MASTER_PRIORITY, Word.BACKUP_PRIORITY])
def test_there_is_no_mail_of_anything_else(word: Word) -> None:
    assert letter(INSTANCE, word) is None


def test_there_is_no_mail_if_nobody_wants_it() -> None:
    assert letter(Notify(name="VI_1"), Word.MASTER) is None


def test_faults_can_be_left_out_and_then_the_state_after_them_is_no_news() -> None:
    secretary = Secretary()
    occasions = [Occasion(notify=INSTANCE, word=word, priority=1) for word in (Word.BACKUP, Word.FAULT, Word.BACKUP)]
    assert [bool(secretary.letter(occasion, no_email_faults=True)) for occasion in occasions] == [True, False, False]
    assert [bool(secretary.letter(occasion, no_email_faults=False)) for occasion in occasions] == [False, True, True]


def test_a_removal_is_told_after_the_same_word_and_forgotten() -> None:
    secretary = Secretary()
    fault = Occasion(notify=INSTANCE, word=Word.FAULT, priority=1)
    removal = Occasion(notify=INSTANCE, word=Word.FAULT, priority=1, removed=True)
    told = [secretary.letter(occasion, no_email_faults=False) for occasion in (fault, removal, fault)]
    assert [found and found.subject for found in told] == ["VRRP Instance VI_1 - Entering FAULT state"] * 3


def test_another_instance_of_the_name_is_another_one() -> None:
    secretary = Secretary()
    master = Occasion(notify=INSTANCE, word=Word.MASTER, priority=1)
    assert secretary.letter(master, no_email_faults=False) is not None
    assert secretary.letter(master, no_email_faults=False) is None
    secretary.forget(INSTANCE.key)
    assert secretary.letter(master, no_email_faults=False) is not None


def test_the_bytes_are_those_of_keepalived() -> None:
    """As an SMTP server got them from keepalived 2.2.7."""
    found = letter(INSTANCE, Word.MASTER)
    assert found is not None
    mail = Mail(to=("a@x.example", "b@y.example"))
    assert message(found, mail, router_id="R1", sender="k@z.example", date=DATE) == (
        b"Date: Sun, 22 Nov 2026 22:37:19 +0000\r\n"
        b"From: k@z.example\r\n"
        b"Subject: [R1] VRRP Instance VI_1 - Entering MASTER state\r\n"
        b"X-Mailer: Keepalived\r\n"
        b"To: a@x.example, b@y.example\r\n"
        b"\r\n"
        b"=> VRRP Instance is now owning VRRP VIPs <=\r\n"
        b"\r\n"
    )


def test_a_subject_is_one_line_whatever_a_name_is() -> None:
    odd = Letter(subject="VRRP Instance Zürich\r\nBcc: x@y.example - Stopping", body="b")
    data = message(odd, Mail(to=("a@x.example",)), router_id="", sender="k@z.example", date=DATE)
    assert data.isascii()
    parsed = email.message_from_bytes(data, policy=email.policy.default)
    assert parsed["Subject"] == "VRRP Instance Zürich Bcc: x@y.example - Stopping"
    assert parsed["Bcc"] is None
