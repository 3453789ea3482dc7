"""What the checker worker runs beside the checks of real servers: scripts, and how changes are told."""

from enum import StrEnum

from alived.ipc.model.common import Program
from alived.ipc.model.tracking import UNWEIGHTED, Weight
from alived.ipc.record import record


@record(kw_only=True)
class VrrpScript:
    """One vrrp_script block that some instance tracks."""

    name: str
    program: Program
    weight: Weight = UNWEIGHTED
    """For instances that track it without saying one."""
    interval: float = 1.0
    timeout: float = 1.0
    """After this long the whole process group is killed and the run has failed."""
    fall: int = 1
    """Failures in a row before it is down."""
    rise: int = 1
    """Successes in a row before it is up."""
    init_fail: bool = False

    @property
    def key(self) -> str:
        """Identity across reloads; what it runs is `program`."""
        return f"vrrp_script {self.name}"


class NotifyKind(StrEnum):
    """Of what a change is told; the value is the word that programs and pipes get."""

    INSTANCE = "INSTANCE"
    GROUP = "GROUP"


@record(kw_only=True)
class Notify:
    """How changes of one instance or sync group are told: programs, in the order of keepalived.conf(5), and mail.

    When there is a pipe, every instance and group has one of these, since all are told there.
    """

    kind: NotifyKind = NotifyKind.INSTANCE
    name: str
    master: Program | None = None
    backup: Program | None = None
    fault: Program | None = None
    stop: Program | None = None
    any_state: Program | None = None
    """`notify`: run after the others with the kind, the name, the state and the effective priority."""
    master_rx_lower_pri: Program | None = None
    """Run when a master hears an advert of lower priority."""
    deleted: Program | None = None
    """Run when a reload removes the instance."""
    says_deleted: bool = False
    """`notify_deleted`: all are told DELETED then, and not FAULT."""
    smtp_alert: bool = False
    """Changes are told by mail, and there is somewhere to send it."""
    priority_changes: bool = False
    """`notify_priority_changes`: changes of priority are told in the pipes."""

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"notify {self.name}" if self.kind is NotifyKind.INSTANCE else f"notify_group {self.name}"
