"""What is said around checks is taken up once, however many blocks say it."""

from alived.ipc.model.checks import DnsCheck, TcpCheck
from alived.supervisor.config.diagnostics import Report
from alived.supervisor.config.parser import parse
from alived.supervisor.config.reading import read
from alived.supervisor.config.sections import Section
from alived.supervisor.config.source import Line
from alived.supervisor.config.surroundings import Surroundings


def blocks(text: str) -> list[Section]:
    """The virtual_server blocks of a text."""
    lines = (Line("k.conf", number, line) for number, line in enumerate(text.splitlines(), 1))
    return read(parse(lines, frozenset(), Report()).statements, Report()).sections("virtual_server")


def test_blocks_that_say_the_same_share_it() -> None:
    first, second, third, fourth = blocks(
        """
        virtual_server 10.0.0.1 80 {
            delay_loop 6
            quorum 2
        }
        virtual_server 10.0.0.2 80 {
            delay_loop 6
        }
        virtual_server 10.0.0.3 80 {
            delay_loop 7
        }
        virtual_server 10.0.0.4 80 {
            quorum 3
        }
        """
    )
    around = Surroundings({})
    assert around.within(first) is around.within(second)
    assert around.within(third) is not around.within(first)
    assert around.within(fourth) is around


def test_each_kind_has_its_defaults_once() -> None:
    around = Surroundings({"delay_loop": 7.0})
    assert around.attributes(TcpCheck) is around.attributes(TcpCheck)
    assert (around.attributes(TcpCheck)["retry"], around.attributes(TcpCheck)["delay_before_retry"]) == (1, 1.0)
    assert (around.attributes(DnsCheck)["retry"], around.attributes(DnsCheck)["delay_before_retry"]) == (3, 7.0)
    assert (around.attributes(DnsCheck)["warmup"], around.attributes(TcpCheck)["warmup"]) == (7.0, 7.0)
