"""What instances track, and groups of instances, as keepalived and as alived understands them (common.py).

`Timeout = 0 sec` of a script is its interval (keepalived.conf(5)).
"""

from alived.ipc.model.bfd import BfdInstance
from alived.ipc.model.checker import VrrpScript
from alived.ipc.model.groups import SyncGroup
from alived.ipc.model.tracking import TrackFile, TrackProcess
from tests.supervisor.config.accounts.common import Account, program_read, weights_read, weights_said
from tests.supervisor.config.dumped import Part


def group_said(part: Part) -> Account:
    """A vrrp_sync_group."""
    return {
        "members": part.below("VRRP member instances"),
        "weights": part.has("sync group tracking weight set"),
        "interfaces": weights_said(part, "Tracked interfaces"),
        "scripts": weights_said(part, "Tracked scripts"),
        "files": weights_said(part, "Tracked files"),
        "processes": weights_said(part, "Tracked process"),
        "bfd": weights_said(part, "Tracked BFDs"),
        "smtp_alert": part.value("Using smtp notification") == "yes",
        "notify_priority_changes": part.value("Notify priority changes", "no") == "yes",
        "master": part.value("Master state transition script", ""),
        "any": part.value("Generic state transition script", ""),
    }


def group_read(group: SyncGroup) -> Account:
    """A vrrp_sync_group."""
    return {
        "members": list(group.members),
        "weights": group.sync_group_tracking_weight,
        "interfaces": weights_read(group.track_interfaces),
        "scripts": weights_read(group.track_scripts),
        "files": weights_read(group.track_files),
        "processes": weights_read(group.track_processes),
        "bfd": weights_read(group.track_bfds),
        "smtp_alert": group.smtp_alert,
        "notify_priority_changes": group.notify_priority_changes,
        "master": program_read(group.notify_master),
        "any": program_read(group.notify),
    }


def script_said(part: Part) -> Account:
    """A vrrp_script."""
    interval = float(part.value("Interval").split()[0])
    return {
        "program": f"{part.value('Command')}, uid:gid {part.value('Script uid:gid')}",
        "interval": interval,
        "timeout": float(part.value("Timeout").split()[0]) or interval,
        "weight": part.value("Weight"),
        "rise": int(part.value("Rise")),
        "fall": int(part.value("Fall")),
    }


def script_read(script: VrrpScript) -> Account:
    """A vrrp_script."""
    return {
        "program": program_read(script.program),
        "interval": script.interval,
        "timeout": script.timeout,
        "weight": str(script.weight),
        "rise": script.rise,
        "fall": script.fall,
    }


def file_said(part: Part) -> Account:
    """A track_file."""
    return {"file": part.value("File"), "weight": part.value("Weight")}


def file_read(file: TrackFile) -> Account:
    """A track_file."""
    return {"file": file.file, "weight": str(file.weight)}


def process_said(part: Part) -> Account:
    """A vrrp_track_process."""
    return {
        "process": " ".join((part.value("Process"), part.value("Parameters", ""))).strip(),
        "match": part.value("Param match", "none"),
        "quorum": int(part.value("Min processes")),
        "quorum_max": int(part.value("Max processes", "-1")),
        "weight": part.value("Weight"),
        "terminate_delay": float(part.value("Terminate delay", "0s").rstrip("s")),
        "fork_delay": float(part.value("Fork delay", "0s").rstrip("s")),
        "full_command": part.value("Full command") == "true",
    }


def process_read(process: TrackProcess) -> Account:
    """A vrrp_track_process."""
    return {
        "process": " ".join(process.process),
        "match": process.param_match.value,
        "quorum": process.quorum,
        "quorum_max": -1 if process.quorum_max is None else process.quorum_max,
        "weight": str(process.weight),
        "terminate_delay": process.terminate_delay,
        "fork_delay": process.fork_delay,
        "full_command": process.full_command,
    }


def bfd_said(part: Part) -> Account:
    """A bfd_instance."""
    milliseconds = {
        word: float(part.value(line).split()[0]) / 1000
        for word, line in (
            ("min_rx", "Required min RX interval"),
            ("min_tx", "Desired min TX interval"),
            ("idle_tx", "Desired idle TX interval"),
        )
    }
    return {
        "neighbor": part.value("Neighbor IP"),
        "source": part.value("Source IP", ""),
        **milliseconds,
        "multiplier": int(part.value("Detection multiplier")),
        "ttl": int(part.value("TTL", "0")) or int(part.value("hoplimit", "0")),
        "max_hops": int(part.value("max_hops")),
        "passive": part.value("passive") == "true",
        "vrrp": part.value("send event to VRRP process") == "Yes",
        "checker": part.value("send event to checker process") == "Yes",
    }


def bfd_read(bfd: BfdInstance) -> Account:
    """A bfd_instance."""
    return {
        "neighbor": bfd.neighbor_ip,
        "source": bfd.source_ip,
        "min_rx": bfd.min_rx,
        "min_tx": bfd.min_tx,
        "idle_tx": bfd.idle_tx,
        "multiplier": bfd.multiplier,
        "ttl": bfd.ttl,
        "max_hops": bfd.max_hops,
        "passive": bfd.passive,
        "vrrp": bfd.vrrp or not bfd.checker,
        "checker": bfd.checker or not bfd.vrrp,
    }
