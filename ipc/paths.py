"""Where things are in the runtime directory (mode 0700; on Linux /run, memory)."""

from pathlib import Path

DEFAULT_RUNTIME_DIR = Path("/run/alived")


def bus(runtime_dir: Path) -> str:
    """Endpoint of the ROUTER that workers and alivectl talk to."""
    return f"ipc://{runtime_dir}/bus"


def events(runtime_dir: Path) -> str:
    """Endpoint on which all events are published."""
    return f"ipc://{runtime_dir}/events"


def snapshot(runtime_dir: Path) -> Path:
    """The retained messages, for a supervisor that comes after one that was killed."""
    return runtime_dir / "snapshot"


def pulse(runtime_dir: Path) -> Path:
    """When the workers were last known to be well; see supervisor/snapshot.py."""
    return runtime_dir / "pulse"
