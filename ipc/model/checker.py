"""What the checker worker runs: scripts, notify programs, checks of real servers."""

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


@record(kw_only=True)
class Notify:
    """Programs to run when an instance changes state, in the order of keepalived.conf(5)."""

    instance: str
    master: Program | None = None
    backup: Program | None = None
    fault: Program | None = None
    stop: Program | None = None
    any_state: Program | None = None
    """`notify`: run after the others with INSTANCE, the name, the state and the effective priority."""
    master_rx_lower_pri: Program | None = None
    """Run when a master hears an advert of lower priority."""
    deleted: Program | None = None
    """Run when a reload removes the instance."""
    says_deleted: bool = False
    """`notify_deleted`: all are told DELETED then, and not FAULT."""

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"notify {self.instance}"
