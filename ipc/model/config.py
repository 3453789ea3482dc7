"""A whole configuration: the objects of all kinds, and what each worker is given of them."""

from alived.ipc.model.bfd import BfdInstance
from alived.ipc.model.checker import Notify, VrrpScript
from alived.ipc.model.checks import RealServerChecks, SslContext
from alived.ipc.model.globals import CheckerGlobals, VrrpGlobals
from alived.ipc.model.groups import SyncGroup, TrackGroup
from alived.ipc.model.interfaces import GarpGroup, InterfaceDelay, LinkbeatInterface
from alived.ipc.model.lvs import LvsGlobals, VirtualServer, VirtualServerGroup
from alived.ipc.model.routing import StaticRouting
from alived.ipc.model.settings import Settings
from alived.ipc.model.tracking import TrackFile, TrackProcess
from alived.ipc.model.vrrp import VrrpInstance
from alived.ipc.record import record

VrrpObject = (
    VrrpGlobals | GarpGroup | InterfaceDelay | LinkbeatInterface | StaticRouting | SyncGroup | TrackGroup | VrrpInstance
)
CheckerObject = CheckerGlobals | VrrpScript | TrackFile | TrackProcess | Notify | RealServerChecks
LvsObject = LvsGlobals | VirtualServer
ConfigObject = (
    VrrpGlobals
    | GarpGroup
    | InterfaceDelay
    | LinkbeatInterface
    | StaticRouting
    | SyncGroup
    | TrackGroup
    | VrrpInstance
    | CheckerGlobals
    | VrrpScript
    | TrackFile
    | TrackProcess
    | Notify
    | RealServerChecks
    | LvsGlobals
    | VirtualServer
)
"""What is sent to a worker."""

KeptObject = ConfigObject | BfdInstance | SslContext | VirtualServerGroup
"""What a configuration can have."""


@record(kw_only=True)
class Config:
    """A whole configuration, cut into what each worker is given. A worker with nothing to do is not started."""

    settings: Settings = Settings()
    vrrp: tuple[VrrpObject, ...] = ()
    checker: tuple[CheckerObject, ...] = ()
    lvs: tuple[LvsObject, ...] = ()
    kept: tuple[KeptObject, ...] = ()
    """What no worker acts on yet."""

    @property
    def slices(self) -> dict[str, tuple[ConfigObject, ...]]:
        """Worker name -> its objects; workers that have none are left out."""
        return {name: objects for name, objects in self.all_slices.items() if objects}

    @property
    def all_slices(self) -> dict[str, tuple[ConfigObject, ...]]:
        """Worker name -> its objects, in start order."""
        return {"vrrp": self.vrrp, "checker": self.checker, "lvs": self.lvs}
