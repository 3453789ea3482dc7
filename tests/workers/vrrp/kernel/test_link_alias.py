"""What is noted at made interfaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alived.workers.vrrp.kernel.link_alias import LONGEST, Note, read, written

BEFORE = {("ipv4", "eth0", "arp_ignore"): 0, ("ipv4", "", "igmp_link_local_mcast_reports"): 1}


def test_a_note_comes_back() -> None:
    note = Note("vrrp_instance A for B", BEFORE)
    assert written(note) == (
        "alived ipv4//igmp_link_local_mcast_reports=1,ipv4/eth0/arp_ignore=0 for vrrp_instance A for B"
    )
    assert read(written(note)) == note
    assert read(written(Note("V", {}))) == Note("V", {})


def test_a_long_name_is_cut_not_the_settings() -> None:
    note = read(written(Note("ä" * 300, BEFORE)))
    assert note is not None
    assert note.before == BEFORE
    assert len(written(Note("ä" * 300, BEFORE)).encode()) in (LONGEST - 1, LONGEST)


@pytest.mark.parametrize("alias", ["", "uplink", "alived", "alive for V", "to the router for V"])
def test_what_others_wrote_is_none(alias: str) -> None:
    assert read(alias) is None


@given(st.text())
def test_nothing_raises(text: str) -> None:
    read(text)
    note = read(f"alived {text} for V")
    assert note is None or all(len(key) == 3 for key in note.before)
