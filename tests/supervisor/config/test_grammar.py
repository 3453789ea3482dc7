"""Every row of the grammar: it is read where it belongs, complained of where it is wrong, and has its default."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from alived.ipc import codec
from alived.ipc.codec import decode, encode
from alived.ipc.messages import Configure
from alived.ipc.model.checks import RealServerChecks
from alived.ipc.model.common import Program
from alived.ipc.model.config import Config
from alived.ipc.model.lvs import VirtualServer
from alived.ipc.model.settings import Fifo, Settings
from alived.ipc.model.vrrp import VrrpInstance
from alived.supervisor.config.diagnostics import Code, Diagnostic, Report, Severity
from alived.supervisor.config.forms.form import Reading
from alived.supervisor.config.forms.numbers import Flag
from alived.supervisor.config.forms.programs import Script
from alived.supervisor.config.forms.text import Body, Lines
from alived.supervisor.config.forms.tracking import Tracked
from alived.supervisor.config.grammar.later import LATER
from alived.supervisor.config.grammar.row import Row
from alived.supervisor.config.grammar.table import DEFAULTS, HOMES, MODELS, ROOTS, ROWS, TABLE
from alived.supervisor.config.grammar.virtual_server import REAL
from alived.supervisor.config.lexer import Lexer
from alived.supervisor.config.load import load_text
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.sections import Entry, Section
from alived.supervisor.config.source import Line
from tests.supervisor.config.minimal import BLOCKS, Sample, minimal, with_value, without_block
from tests.supervisor.config.samples import SAMPLES, bad_of, entry_form, form_of, good_of
from tests.supervisor.config.texts import top_of

KEYWORDS = (Path(__file__).parent / "keywords.txt").read_text().splitlines()

WRONG = {Code.BAD_VALUE, Code.UNKNOWN_KEYWORD, Code.WRONG_BLOCK, Code.IGNORED}
"""What nothing in order is called."""
ASIDE = {Code.OLD_WORD, Code.NOT_IMPLEMENTED}
"""What is said of a keyword whatever its value is."""


def ident(row: Row) -> str:
    return f"{row.block or 'top'}/{row.word}"


every_row = pytest.mark.parametrize("row", ROWS, ids=ident)
of_values = pytest.mark.parametrize("row", [row for row in ROWS if not isinstance(form_of(row), Body)], ids=ident)
of_blocks = pytest.mark.parametrize("row", [row for row in ROWS if isinstance(form_of(row), (Body, Lines))], ids=ident)


def said_of(sample: Sample, machine: Machine) -> list[Diagnostic]:
    """What is said of the line that matters, but for what has nothing to do with its value."""
    loaded = load_text(sample.text, "k", machine)
    return [found for found in loaded.diagnostics if found.place.line == sample.line and found.code not in ASIDE]


def entries(sample: Sample, row: Row) -> list[Entry]:
    """What was read of the keyword that matters."""
    section = section_of(top_of(sample.text, Report()), row.block)
    if isinstance(form := form_of(row), Lines) and form.named:
        section = section.sections(row.word)[0]
    return section.given(row.spelling_of or row.word)


def section_of(top: Section, block: str) -> Section:
    for word in filter(None, block.split("/")):
        top = top.sections(word)[0]
    return top


def read(row: Row, words: str) -> Reading:
    """What the form of a row, or of its entries, makes of some words."""
    (segment,) = Lexer(Report()).segments(Line("k", 1, f"word {words}"))
    return entry_form(row).read(segment.arguments, segment.tail.lstrip())


# --- a good case, and a bad one ---------------------------------------------------------------------------------------


@of_values
def test_a_good_value_is_read(row: Row, machine: Machine) -> None:
    for words in good_of(row):
        sample = with_value(row, words)
        wrong = [found.render() for found in said_of(sample, machine) if found.code in WRONG]
        complaints = [text for text in wrong if ": advice: " not in text]
        assert not complaints, complaints
        value = entries(sample, row)[-1].value
        assert value == read(row, words).value
        assert read(row, entry_form(row).write(value)).value == value


@of_values
def test_a_bad_value_is_pointed_at(row: Row, machine: Machine) -> None:
    for bad in bad_of(row):
        sample = with_value(row, bad.text)
        found = [found for found in said_of(sample, machine) if found.code is not QUIRKS.get((row.block, row.word))]
        assert [(one.code, one.place.column) for one in found] == [(bad.code, sample.column(bad.at))], bad
        assert found[0].message
        assert found[0].hint
        if isinstance(form_of(row), Flag):
            assert found[0].severity is Severity.NOTE


QUIRKS = {("virtual_server", "hashed"): Code.CONFLICT}
"""Words that are complained of by themselves."""


@of_blocks
def test_a_block_is_read(row: Row, machine: Machine) -> None:
    sample = with_value(row, good_of(row)[0] if isinstance(form_of(row), Lines) else "")
    assert not [found for found in said_of(sample, machine) if found.is_complaint and found.code in WRONG]
    assert (row.spelling_of or row.word) in section_of(top_of(sample.text, Report()), row.block).order


@of_blocks
def test_a_keyword_without_its_block_is_pointed_at(row: Row, machine: Machine) -> None:
    (found,) = said_of(without_block(row), machine)
    assert (found.code, found.place.column) == (Code.BAD_VALUE, 1)


@every_row
def test_a_keyword_in_a_block_that_does_not_know_it_is_pointed_at(row: Row, machine: Machine) -> None:
    other = "SSL" if ("SSL", row.word) not in TABLE else "garp_group"
    loaded = load_text(f"{other} {{\n{row.word}\n}}\n", "k", machine)
    (found,) = [found for found in loaded.diagnostics if found.place.line == 2]
    assert (found.code, found.place.column) == (Code.WRONG_BLOCK, 1)
    assert found.hint.startswith("it belongs in ")


# --- the value in the model -------------------------------------------------------------------------------------------


def item_of(config: Config, block: str) -> Any:
    """The object that the words of a block describe."""
    cls = MODELS[block]
    if cls is Settings:
        return config.settings
    objects = [*config.vrrp, *config.checker, *config.lvs, *config.kept]
    if block.startswith("vrrp_instance"):
        instance = next(item for item in objects if isinstance(item, VrrpInstance))
        return instance.auth_hmac if block.endswith("auth_hmac") else instance
    if block == REAL:
        return next(item for item in objects if isinstance(item, VirtualServer)).real_servers[0]
    if block.startswith(REAL):
        check = next(item for item in objects if isinstance(item, RealServerChecks)).checks[-1]
        return check.urls[0] if block.endswith("/url") else check  # type: ignore[union-attr]  # only HttpCheck has it
    return next(item for item in objects if type(item) is cls)


def at(item: Any, path: str) -> Any:
    for name in path.split("."):
        item = getattr(item, name)
    return item


WITHOUT_EFFECT = {
    "virtual_server hashed",  # it is the kernel that sets the flag
    "vrrp_instance vrf",  # it is for instances without an interface
}
"""Words whose value does not reach the model in the least configuration."""

CONNECTING = [block for block in HOMES["connect_ip"] if not block.endswith("MISC_CHECK")]

COMPUTED = {
    ("", "use_pid_dir"): False,  # a daemon with a name has a directory of its own
    ("bfd_instance", "ttl"): 255,  # that of IPv4
    ("vrrp_instance/auth_hmac", "active_key"): 1,  # the first key
    **{(block, "connect_ip"): "10.0.0.2" for block in CONNECTING},  # the address of the real server
    **{(block, "connect_port"): 80 for block in CONNECTING},  # its port
}
"""What holds instead of a default that depends on other words."""


@pytest.mark.parametrize("block", sorted({row.block for row in ROWS} & MODELS.keys()))
def test_the_defaults_are_what_the_object_has(block: str, machine: Machine) -> None:
    item = item_of(load_text(minimal(block), "k", machine).config, block)
    given = BLOCKS[block].words if block else ()
    rows = [row for row in ROWS if row.block == block and row.attribute is not None and row.word not in given]
    held = {row.word: at(item, str(row.attribute)) for row in rows}
    assert held == {row.word: COMPUTED.get((block, row.word), DEFAULTS[block, row.word]) for row in rows}


def in_model(value: Any, held: Any) -> Any:
    """A value of a form as the model holds it: names looked up, and what it does not say filled in."""
    if isinstance(value, Script) and isinstance(held, Program):
        return replace(held, argv=value.argv)
    if isinstance(value, Tracked):
        said = {"weight": value.weight, "reverse": value.reverse}
        return replace(held, name=value.name, **{name: part for name, part in said.items() if part is not None})
    if isinstance(value, Fifo):
        return replace(value, uid=held.uid, gid=held.gid)
    return value.encode() if isinstance(held, bytes) and isinstance(value, str) else value


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.attribute and not isinstance(row.form, Body) and row.key not in WITHOUT_EFFECT],
    ids=ident,
)
def test_a_value_reaches_its_attribute(row: Row, machine: Machine) -> None:
    for words in good_of(row):
        config = load_text(with_value(row, words).text, "k", machine).config
        held = at(item_of(config, row.block), str(row.attribute))
        if row.many or isinstance(row.form, Lines):
            held = held[-1]
        assert held == in_model(read(row, words).value, held), words
        assert_travels(config)


def assert_travels(config: Config) -> None:
    """Every object is what its annotations say, also those that nobody is sent yet."""
    for objects in config.all_slices.values():
        message = Configure(generation=1, put=objects)
        assert decode(encode(message)).message == message
    for item in (config.settings, *config.kept):
        cls: Any = type(item)
        assert codec._decoder(cls)(codec._encoder(cls)(item)) == item


# --- the table itself -------------------------------------------------------------------------------------------------


def test_no_row_stands_twice() -> None:
    assert len(TABLE) == len(ROWS)


def test_no_keyword_has_been_lost() -> None:
    assert set(KEYWORDS) <= {row.key for row in ROWS}
    assert sorted(set(KEYWORDS)) == KEYWORDS


def test_every_keyword_is_written_down() -> None:
    assert {row.key for row in ROWS} <= set(KEYWORDS), "add it to keywords.txt"


def test_every_form_has_samples() -> None:
    forms = {type(entry_form(row)) for row in ROWS} - {Body}
    assert forms <= SAMPLES.keys()


def test_every_row_says_what_it_means_in_one_line() -> None:
    for row in ROWS:
        if row.spelling_of:
            assert not row.meaning, row.key
            assert not TABLE[row.block, row.spelling_of].spelling_of, row.key
        else:
            assert row.meaning.isprintable(), row.key
            assert row.meaning.strip(" .") == row.meaning != "", row.key


def test_every_block_is_a_keyword_that_takes_one() -> None:
    for block in {row.block for row in ROWS} - {""}:
        outer, _, word = block.rpartition("/")
        assert isinstance(TABLE[outer, word].form, Body), block


def test_what_is_inherited_is_of_the_same_type() -> None:
    for row in ROWS:
        if row.inherits:
            block, _, word = row.inherits.rpartition(" ")
            types = [{type(read(one, words).value) for words in good_of(one)} for one in (row, TABLE[block, word])]
            assert types[0] == types[1], row.key


def test_what_holds_instead_of_something_unusable_can_be_written() -> None:
    for row in ROWS:
        if row.unusable is not None:
            assert read(row, row.form.write(row.unusable)).value == row.unusable, row.key


def test_words_that_begin_a_block_at_the_top_level_only() -> None:
    assert {"global_defs", "vrrp_instance", "vrrp_script", "virtual_server", "vrrp_sync_group", "SSL"} <= ROOTS
    assert not ROOTS & {"track_file", "garp_interval", "script", "include_check", "instance"}


def test_what_is_for_later_is_a_keyword() -> None:
    for key, instead in LATER.items():
        assert not TABLE[key].spelling_of, key
        assert instead.strip(" .") == instead != "", key
