"""The import rules of ARCHITECTURE.md, read from the source: who may know whom, and what pure files may touch."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("ipc", "supervisor", "workers", "ctl")

MAY_IMPORT: dict[str, tuple[str, ...]] = {
    "ipc": ("alived.ipc",),
    "supervisor": ("alived.ipc", "alived.supervisor"),
    "workers/vrrp": ("alived.ipc", "alived.workers.vrrp"),
    "workers/checker": ("alived.ipc", "alived.workers.checker"),
    "workers/lvs": ("alived.ipc", "alived.workers.lvs"),
    "ctl": ("alived.ipc", "alived.ctl", "alived.workers.vrrp.wire"),
}
"""Room -> what of ours it may import. The bare package `alived` (its version) is everybody's."""

PURE = (
    "ipc/codec.py",
    "ipc/record.py",
    "ipc/renaming.py",
    "supervisor/changes.py",
    "supervisor/departed.py",
    "supervisor/disturbance.py",
    "supervisor/disturbance_vrrp.py",
    "supervisor/dumpfiles.py",
    "supervisor/effects.py",
    "supervisor/names.py",
    "supervisor/patience.py",
    "supervisor/reload.py",
    "supervisor/restart.py",
    "supervisor/router.py",
    "supervisor/scheduling.py",
    "supervisor/config/telling.py",
    "workers/vrrp/agenda.py",
    "workers/vrrp/kernel/filter_listing.py",
    "workers/vrrp/retry.py",
    "workers/vrrp/allowance.py",
    "workers/vrrp/events.py",
    "workers/vrrp/fsm.py",
    "workers/vrrp/heritage.py",
    "workers/vrrp/link_delay.py",
    "workers/vrrp/priority.py",
    "workers/vrrp/pulse.py",
    "workers/vrrp/rivals.py",
    "workers/vrrp/stats.py",
    "workers/vrrp/sync_group.py",
    "workers/vrrp/timers.py",
    "workers/vrrp/tracked.py",
    "workers/vrrp/translate.py",
    "workers/vrrp/watch.py",
    "workers/vrrp/kernel/concerns.py",
    "workers/vrrp/kernel/encap.py",
    "workers/vrrp/kernel/filter_rules.py",
    "workers/vrrp/kernel/held.py",
    "workers/vrrp/kernel/interfaces.py",
    "workers/vrrp/kernel/link_alias.py",
    "workers/vrrp/kernel/link_plan.py",
    "workers/vrrp/kernel/linkmessage.py",
    "workers/vrrp/kernel/nlmessage.py",
    "workers/vrrp/kernel/routes.py",
    "workers/vrrp/kernel/rtnetlink.py",
    "workers/vrrp/kernel/rules.py",
    "workers/vrrp/transport/buffers.py",
    "workers/vrrp/transport/headers.py",
    "workers/vrrp/transport/pace.py",
    "workers/vrrp/transport/place.py",
    "workers/vrrp/transport/window.py",
    "workers/vrrp/wire/advert.py",
    "workers/vrrp/wire/ah.py",
    "workers/vrrp/wire/checksum.py",
    "workers/vrrp/wire/datagram.py",
    "workers/vrrp/wire/dialect.py",
    "workers/vrrp/wire/garp.py",
    "workers/vrrp/wire/inspection.py",
    "workers/vrrp/wire/judge.py",
    "workers/vrrp/wire/neighbour.py",
    "workers/vrrp/wire/record.py",
    "workers/vrrp/wire/reception.py",
    "workers/vrrp/wire/rejection.py",
    "workers/vrrp/wire/trailer.py",
    "workers/vrrp/wire/writer.py",
    "workers/checker/ledger.py",
    "workers/checker/mail_text.py",
    "workers/checker/notify_plan.py",
    "workers/checker/schedule.py",
    "workers/checker/verdict.py",
    "workers/checker/watch/events.py",
    "workers/checker/watch/matching.py",
    "workers/checker/watch/number.py",
    "workers/checker/watch/paths.py",
    "workers/checker/watch/quorum.py",
    "workers/lvs/nftjson.py",
    "workers/lvs/plan.py",
    "workers/lvs/ruleset.py",
    "workers/lvs/table.py",
    "ctl/adverts.py",
    "ctl/tables.py",
    "ctl/why.py",
)

IMPURE = {"socket", "zmq", "asyncio", "time", "logging", "subprocess", "pyroute2", "select", "threading", "os"}

ONLY_HERE = {
    "zmq": ("ipc/bus.py",),
    "psutil": ("ctl/processes.py",),
    "msgpack": ("ipc/codec.py",),
    "aiosmtplib": ("workers/checker/mail.py",),
}
"""Library -> the files that may import it."""


def sources() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def imports(path: Path) -> set[str]:
    """Dotted names of everything that a file imports, at whatever depth."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_what_it_may(path: Path) -> None:
    relative = str(path.relative_to(ROOT))
    allowed = next((allowed for room, allowed in MAY_IMPORT.items() if relative.startswith(room + "/")), ())
    ours = {name for name in imports(path) if within(name, ("alived",)) and name != "alived"}
    assert not {name for name in ours if not within(name, allowed)}
    assert not imports(path) & set(ROOMS), "say alived.ROOM"


@pytest.mark.parametrize("relative", PURE)
def test_a_pure_file_touches_nothing(relative: str) -> None:
    found = {name.partition(".")[0] for name in imports(ROOT / relative)}
    assert not found & IMPURE


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_library_with_one_door_is_entered_there(path: Path) -> None:
    relative = str(path.relative_to(ROOT))
    found = {name.partition(".")[0] for name in imports(path)}
    for library, doors in ONLY_HERE.items():
        assert library not in found or relative in doors


def test_nothing_in_the_daemon_can_start_a_shell_or_run_text() -> None:
    forbidden = {"eval", "exec", "system", "popen"}
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                assert name not in forbidden, f"{path}:{node.lineno}"
                assert not any(keyword.arg == "shell" for keyword in node.keywords), f"{path}:{node.lineno}"
        assert not imports(path) & {"pickle", "marshal", "shelve"}


def test_every_room_has_its_map() -> None:
    for path in sources():
        assert ast.get_docstring(ast.parse(path.read_text())), f"{path} does not say what lives there"
    for package in {path.parent for path in sources()}:
        assert (package / "__init__.py").exists(), package
