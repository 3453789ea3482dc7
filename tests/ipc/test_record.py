from dataclasses import field, fields, replace

from alived.ipc.record import record


@record(kw_only=True)
class Address:
    text: str
    labels: tuple[str, ...] = ()
    secret: str = field(default="", repr=False)
    remark: str = field(default="", compare=False)


@record(kw_only=True)
class Network(Address):
    bits: int = 24


@record()
class Nothing:
    pass


def test_records_are_equal_and_hash_by_their_fields() -> None:
    one, other = Address(text="10.0.0.1"), Address(text="10.0.0.2")
    assert one == Address(text="10.0.0.1", remark="what is not compared")
    assert hash(one) == hash(Address(text="10.0.0.1", remark="what is not compared"))
    assert one != other
    assert {one, other, Address(text="10.0.0.1")} == {one, other}
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())


def test_records_of_different_kinds_are_not_equal_whatever_they_hold() -> None:
    assert Network(text="10.0.0.1") != Address(text="10.0.0.1")


def test_a_record_is_shown_as_it_is_written_without_what_is_not_to_be_shown() -> None:
    network = Network(text="10.0.0.0", labels=("a",), secret="s")
    assert repr(network) == "Network(text='10.0.0.0', labels=('a',), remark='', bits=24)"
    assert repr(Nothing()) == "Nothing()"


def test_what_works_with_dataclasses_works_with_records() -> None:
    assert replace(Network(text="10.0.0.0"), bits=8) == Network(text="10.0.0.0", bits=8)
    assert [item.name for item in fields(Network)] == ["text", "labels", "secret", "remark", "bits"]


def test_a_record_has_no_room_for_anything_else() -> None:
    assert not hasattr(Address(text="10.0.0.1"), "__dict__")
