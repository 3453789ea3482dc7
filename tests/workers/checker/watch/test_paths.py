"""Which names decide on what a path leads to."""

import pytest

from alived.workers.checker.watch.paths import LINKS_MOST, Step, steps


@pytest.mark.parametrize(
    ("path", "links", "way"),
    [
        ("/n", {}, [("/", "n")]),
        ("/run/a/n", {}, [("/", "run"), ("/run", "a"), ("/run/a", "n")]),
        ("//run/./n", {}, [("/", "run"), ("/run", "n")]),
        ("/run/../n", {}, [("/", "run"), ("/", "n")]),
        ("/run/n", {"/run/n": "m"}, [("/", "run"), ("/run", "n"), ("/run", "m")]),
        ("/run/n", {"/run/n": "../m"}, [("/", "run"), ("/run", "n"), ("/", "m")]),
        ("/run/n", {"/run/n": "/m"}, [("/", "run"), ("/run", "n"), ("/", "m")]),
        (
            "/etc/c/n",
            {"/etc/c/n": "now/n", "/etc/c/now": "v1"},
            [("/", "etc"), ("/etc", "c"), ("/etc/c", "n"), ("/etc/c", "now"), ("/etc/c", "v1"), ("/etc/c/v1", "n")],
        ),
    ],
)
def test_ways(path: str, links: dict[str, str], way: list[tuple[str, str]]) -> None:
    found = steps(path, links.get)
    assert [(step.directory, step.name) for step in found] == way
    assert [step.last for step in found] == [False] * (len(way) - 1) + [True]


def test_a_circle_ends() -> None:
    assert steps("/a", {"/a": "b", "/b": "a"}.get) == (Step("/", "a", last=False), Step("/", "b", last=False))


def test_as_many_links_as_the_kernel_follows() -> None:
    links = {f"/{number}": f"{number + 1}" for number in range(LINKS_MOST)}
    assert steps("/0", links.get)[-1] == Step("/", str(LINKS_MOST), last=True)
    assert not steps("/0", {**links, f"/{LINKS_MOST}": "end"}.get)[-1].last


def test_the_root_is_no_file() -> None:
    assert steps("/", lambda _: None) == ()
