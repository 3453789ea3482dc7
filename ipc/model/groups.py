"""Groups of instances: those that change state together, and those that watch the same static addresses."""

from alived.ipc.model.common import Program
from alived.ipc.model.tracking import (
    TrackedBfd,
    TrackedFile,
    TrackedInterface,
    TrackedProcess,
    TrackedVirtualServer,
)
from alived.ipc.model.vrrp import TrackedScript
from alived.ipc.record import record


@record(kw_only=True)
class SyncGroup:
    """One vrrp_sync_group block: instances of which all are master or none is."""

    name: str
    members: tuple[str, ...]
    """Names of instances, at least one; each is in one group only."""
    track_scripts: tuple[TrackedScript, ...] = ()
    """What a group tracks, each of its members does."""
    track_interfaces: tuple[TrackedInterface, ...] = ()
    track_files: tuple[TrackedFile, ...] = ()
    track_processes: tuple[TrackedProcess, ...] = ()
    track_bfds: tuple[TrackedBfd, ...] = ()
    track_virtual_servers: tuple[TrackedVirtualServer, ...] = ()
    """alived_track_virtual_server."""
    sync_group_tracking_weight: bool = False
    """Members keep the weights of what they track themselves, although their priorities then differ."""
    notify_master: Program | None = None
    notify_backup: Program | None = None
    notify_fault: Program | None = None
    notify_stop: Program | None = None
    notify: Program | None = None
    """Run at each of these, with GROUP, the name, the state and the priority."""
    notify_priority_changes: bool = False
    smtp_alert: bool = False

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"vrrp_sync_group {self.name}"


@record(kw_only=True)
class TrackGroup:
    """One track_group block: instances that are in fault while a static address, route or rule of the group is gone."""

    name: str
    members: tuple[str, ...]
    """Names of instances."""

    @property
    def key(self) -> str:
        """Identity across reloads."""
        return f"track_group {self.name}"
