"""Who is told of changes of instances and groups."""

import pytest

from alived.ipc.model.checker import Notify, NotifyKind
from alived.ipc.model.common import Program
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.settings import Fifo, Mail, MailServer, Settings
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.telling import told

TRUE = Program(argv=("/bin/true",), uid=0, gid=0)
FALSE = Program(argv=("/bin/false",), uid=0, gid=0)
QUIET = VrrpInstance(name="VI_1", interface="eth0", virtual_router_id=1)
LOUD = VrrpInstance(name="VI_2", interface="eth0", virtual_router_id=2, smtp_alert=True, notify_priority_changes=True)
GROUP = SyncGroup(name="G", members=("VI_1", "VI_2"), smtp_alert=True)
MAIL = Mail(to=("a@x.example",), server=MailServer(host="192.0.2.25"))


def test_without_programs_pipes_and_mail_nobody_is_told() -> None:
    assert told(Settings(), [QUIET, LOUD], [GROUP], []) == ()


def test_programs_of_instances_and_groups() -> None:
    group = SyncGroup(
        name="G", members=("VI_1",), notify_master=TRUE, notify_backup=FALSE, notify_fault=TRUE, notify_stop=FALSE,
        notify=TRUE,
    )  # fmt: skip
    own = Notify(name="VI_2", master=TRUE, says_deleted=True)
    assert told(Settings(), [QUIET, LOUD], [group], [own, "something else"]) == (
        own,
        Notify(kind=NotifyKind.GROUP, name="G", master=TRUE, backup=FALSE, fault=TRUE, stop=FALSE, any_state=TRUE),
    )


def test_mail_needs_somebody_to_get_it_and_a_server() -> None:
    assert told(Settings(mail=MAIL), [QUIET, LOUD], [GROUP], []) == (
        Notify(name="VI_2", smtp_alert=True),
        Notify(kind=NotifyKind.GROUP, name="G", smtp_alert=True),
    )
    for mail in (Mail(to=MAIL.to), Mail(server=MAIL.server)):
        assert told(Settings(mail=mail), [QUIET, LOUD], [GROUP], []) == ()


@pytest.mark.parametrize("word", ["notify_fifo", "vrrp_notify_fifo"])
def test_a_pipe_is_told_of_everything(word: str) -> None:
    settings = Settings(**{word: Fifo(path="/run/fifo")})  # type: ignore[arg-type]
    assert told(settings, [QUIET, LOUD], [GROUP], []) == (
        Notify(name="VI_1"),
        Notify(name="VI_2", priority_changes=True),
        Notify(kind=NotifyKind.GROUP, name="G"),
    )
