"""Weights, and the lines that name a tracker: which ones keepalived takes, leaves out or takes for others."""

import pytest

from alived.ipc.model.interfaces import InterfaceDelay, LinkbeatInterface, LinkbeatType
from alived.ipc.model.tracking import InitFile, ParamMatch, TrackedInterface, Weight
from alived.ipc.model.vrrp import TrackedScript
from alived.supervisor.config.diagnostics import Severity
from alived.supervisor.config.forms.form import Form, UnfitError
from alived.supervisor.config.forms.interfaces import DelayLine, LinkbeatLine
from alived.supervisor.config.forms.trackers import (
    InitFileOptions,
    Milliseconds,
    ParamMatchOption,
    ProcessCommand,
    ScriptSeconds,
)
from alived.supervisor.config.forms.tracking import (
    TRACK_BFD,
    TRACK_FILE,
    TRACK_INTERFACE,
    TRACK_PROCESS,
    TRACK_SCRIPT,
    Tracked,
    TrackerWeight,
)

ALL = (TRACK_INTERFACE, TRACK_SCRIPT, TRACK_FILE, TRACK_PROCESS, TRACK_BFD)


def read(form: Form, text: str) -> tuple[object, list[str]]:
    """The value, and what is said of it as `SEVERITY word`."""
    words = tuple(text.split())
    reading = form.read(words, text)
    assert reading.used <= len(words)
    return reading.value, [f"{found.severity} {words[found.index or 0]}" for found in reading.problems]


@pytest.mark.parametrize("form", ALL)
def test_a_name_and_a_weight(form: Form) -> None:
    assert read(form, "x") == (Tracked("x"), [])
    assert read(form, "x weight -20") == (Tracked("x", -20), [])
    assert read(form, "x weight 0 reverse") == (Tracked("x", 0, True), [])


@pytest.mark.parametrize("form", [TRACK_SCRIPT, TRACK_FILE, TRACK_PROCESS, TRACK_BFD])
def test_noreverse_overrules_a_definition(form: Form) -> None:
    assert read(form, "x weight 5 noreverse") == (Tracked("x", 5, False), [])


@pytest.mark.parametrize("form", ALL)
def test_lines_that_are_left_out(form: Form) -> None:
    assert read(form, "x wieght 5") == (None, ["error wieght"])
    assert read(form, "x weight") == (None, ["error weight"])


@pytest.mark.parametrize("form", ALL)
def test_a_weight_that_is_no_weight(form: Form) -> None:
    assert read(form, "x weight 255") == (Tracked("x"), ["error 255"])
    assert read(form, "x weight much") == (Tracked("x"), ["error much"])


@pytest.mark.parametrize("form", [TRACK_INTERFACE, TRACK_SCRIPT])
def test_254_counts_as_253(form: Form) -> None:
    assert read(form, "x weight 254") == (Tracked("x", 253), ["warning 254"])
    assert read(form, "x weight -254") == (Tracked("x", -253), ["warning -254"])


def test_where_254_is_a_weight_and_where_it_is_none() -> None:
    assert read(TRACK_FILE, "x weight 254") == (Tracked("x", 254), [])
    assert read(TRACK_PROCESS, "x weight -254") == (Tracked("x", -254), [])
    assert read(TRACK_BFD, "x weight 254") == (Tracked("x"), ["error 254"])


def test_an_option_that_is_none() -> None:
    assert read(TRACK_INTERFACE, "x weight 5 noreverse") == (Tracked("x", 5), ["error noreverse"])
    assert read(TRACK_SCRIPT, "x weight 5 back") == (Tracked("x", 5), ["error back"])
    assert read(TRACK_FILE, "x weight 5 back") == (None, ["error back"])
    assert read(TRACK_BFD, "x weight 5 back") == (None, ["error back"])


@pytest.mark.parametrize("line", ["x", '"a b"', "x weight 5", "x weight 5 reverse", "x weight -5 noreverse"])
def test_what_is_written_of_a_line_is_read_as_the_same(line: str) -> None:
    words = ("a b",) if line[0] == '"' else tuple(line.split())
    assert TRACK_SCRIPT.write(TRACK_SCRIPT.read(words, line).value) == line


def test_how_lines_of_the_model_are_written() -> None:
    assert TRACK_SCRIPT.write(TrackedScript(name="x", weight=-15)) == "x weight -15 noreverse"
    assert TRACK_INTERFACE.write(TrackedInterface(name="eth1")) == "eth1 weight 0"


@pytest.mark.parametrize(
    ("form", "text", "value"),
    [
        (TrackerWeight(), "-253 reverse", Weight(-253, reverse=True)),
        (TrackerWeight(-254, 254), "254", Weight(254)),
        (ScriptSeconds(), "0.25", 0.25),
        (Milliseconds(1, 1000), "3.312", 3.312),
        (InitFileOptions(), "", InitFile()),
        (InitFileOptions(), "overwrite -3", InitFile(value=-3, overwrite=True)),
        (ProcessCommand(), "nginx -g x", ("nginx", "-g", "x")),
        (ParamMatchOption(), "", ParamMatch.EXACT),
        (ParamMatchOption(), "initial", ParamMatch.INITIAL),
        (DelayLine(), "eth0 2", InterfaceDelay(name="eth0", down=2.0, up=2.0)),
        (DelayLine(), "eth0 2 0.5", InterfaceDelay(name="eth0", down=2.0, up=0.5)),
        (LinkbeatLine(), "eth0", LinkbeatInterface(name="eth0")),
        (LinkbeatLine(), "eth0 ETHTOOL", LinkbeatInterface(name="eth0", type=LinkbeatType.ETHTOOL)),
    ],
)
def test_values(form: Form, text: str, value: object) -> None:
    assert read(form, text) == (value, [])
    written = form.write(value)
    assert read(form, written) == (value, [])


@pytest.mark.parametrize(
    ("form", "text", "value", "said"),
    [
        (ScriptSeconds(), "0", 1.0, ["warning 0"]),
        (Milliseconds(1, 1000), "1001", 1001.0, ["advice 1001"]),
        (InitFileOptions(), "300", InitFile(value=300), ["warning 300"]),
        (InitFileOptions(), "5x", InitFile(), ["error 5x"]),
        (InitFileOptions(), "5 overwite", InitFile(value=5), ["error overwite"]),
        (DelayLine(), "eth0", None, ["note eth0"]),
        (DelayLine(), "eth0 256", None, ["error 256"]),
        (DelayLine(), "eth0 1 x", None, ["error x"]),
        (LinkbeatLine(), "eth0 mii", LinkbeatInterface(name="eth0"), ["error mii"]),
        (LinkbeatLine(), "eth0 MII x", LinkbeatInterface(name="eth0", type=LinkbeatType.MII), ["error x"]),
    ],
)
def test_values_that_are_taken_for_others(form: Form, text: str, value: object, said: list[str]) -> None:
    assert read(form, text) == (value, said)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        (TrackerWeight(), "254"),
        (TrackerWeight(), "x"),
        (ScriptSeconds(), "4295"),
        (ScriptSeconds(), "-1"),
        (Milliseconds(1000, 10000), "5"),
        (Milliseconds(1, 1000), "4294968"),
        (ParamMatchOption(), "all"),
        (DelayLine(), ""),
    ],
)
def test_values_that_are_refused(form: Form, text: str) -> None:
    with pytest.raises(UnfitError):
        read(form, text)


def test_what_can_be_used_of_a_weight() -> None:
    with pytest.raises(UnfitError) as error:
        TrackerWeight().read(("5", "revers"), "5 revers")
    assert (error.value.instead, error.value.similar, error.value.index) == (Weight(5), "reverse", 1)


def test_problems_say_what_is_used_instead() -> None:
    (problem,) = TRACK_SCRIPT.read(("x", "weight", "254"), "").problems
    assert (problem.severity, problem.hint) == (Severity.WARNING, "253 is used")
