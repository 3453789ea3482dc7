"""Names of routing tables and the like, as iproute2 and keepalived 2.4 look them up."""

import pytest

from alived.supervisor.config.forms.network import NameKind
from alived.supervisor.config.iproute import IprouteNames
from tests.supervisor.config.conftest import FakeMachine


def names(**texts: str) -> IprouteNames:
    """The names of a machine with some files; `usr__x__y` is /usr/share/iproute2/x/y."""
    places = {"usr": "/usr/share/iproute2", "etc": "/etc/iproute2"}
    paths = {}
    for name, text in texts.items():
        head, _, rest = name.partition("__")
        paths[f"{places[head]}/{rest.replace('__', '/').replace('_d/', '.d/').replace('_conf', '.conf')}"] = text
    return IprouteNames(FakeMachine({}, {}, paths))


@pytest.mark.parametrize(
    ("kind", "name", "number"),
    [
        (NameKind.TABLE, "5", 5),
        (NameKind.TABLE, "0x10", 16),
        (NameKind.TABLE, "010", 8),
        (NameKind.TABLE, "08", None),
        (NameKind.TABLE, "4294967295", 4294967295),
        (NameKind.TABLE, "4294967296", None),
        (NameKind.TABLE, "main", 254),
        (NameKind.TABLE, "blue", None),
        (NameKind.SCOPE, "link", 253),
        (NameKind.SCOPE, "256", None),
        (NameKind.PROTOCOL, "bird", 12),
        (NameKind.DSFIELD, "cs1", None),
        (NameKind.REALM, "256", None),
        (NameKind.IPPROTO, "udp", 17),
        (NameKind.IPPROTO, "200", None),
        (NameKind.IPPROTO, "nosuch", None),
    ],
)
def test_a_number_or_what_has_a_name_without_any_file(kind: NameKind, name: str, number: int | None) -> None:
    assert names().number(kind, name) == number


def test_a_file_of_names() -> None:
    found = names(etc__rt_tables="# comment\n100 blue # the blue one\n\nx bad\n1 two words\n0x65\tgreen\n")
    assert [found.number(NameKind.TABLE, name) for name in ("blue", "green", "bad", "two")] == [100, 101, None, None]


def test_a_number_that_a_file_names_otherwise_has_lost_its_own_name() -> None:
    found = names(etc__rt_tables="254 principal\n")
    assert found.number(NameKind.TABLE, "principal") == 254
    assert found.number(NameKind.TABLE, "main") is None
    assert found.number(NameKind.TABLE, "local") == 255


def test_the_administrators_file_takes_the_place_of_the_distributions() -> None:
    found = names(usr__rt_tables="1 theirs\n", etc__rt_tables="2 mine\n", usr__rt_realms="7 others\n")
    assert found.number(NameKind.TABLE, "mine") == 2
    assert found.number(NameKind.TABLE, "theirs") is None
    assert found.number(NameKind.REALM, "others") == 7


def test_parts_are_added_and_one_of_the_administrator_hides_its_namesake() -> None:
    found = names(
        usr__rt_tables_d__a_conf="1 theirs\n",
        usr__rt_tables_d__b_conf="2 hidden\n",
        etc__rt_tables_d__b_conf="3 mine\n",
        etc__rt_tables_d__notes="4 nothing\n",
    )
    wanted = ("theirs", "hidden", "mine", "nothing")
    assert [found.number(NameKind.TABLE, name) for name in wanted] == [1, None, 3, None]


def test_the_directories_may_be_others() -> None:
    found = IprouteNames(FakeMachine({}, {}, {"/a/rt_tables": "1 blue\n", "/b/rt_realms": "2 red\n"}), "/a", "/b")
    assert found.number(NameKind.TABLE, "blue") == 1
    assert found.number(NameKind.REALM, "red") == 2
    assert found.where(NameKind.REALM) == "/b/rt_realms"
