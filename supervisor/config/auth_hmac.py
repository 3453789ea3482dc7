"""The auth_hmac block of a vrrp_instance: keys, read from files too, and how they are used (keepalived.conf(5))."""

from collections.abc import Mapping

from alived.ipc.model.authentication import AntiReplay, AuthHmac, HmacKey
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.fill import made
from alived.supervisor.config.forms.instances import KEY_LONGEST, KEY_SHORTEST, secret_of
from alived.supervisor.config.instance_subject import Subject
from alived.supervisor.config.machine import Machine
from alived.supervisor.config.secret_file import SecretError
from alived.supervisor.config.sections import Entry, Section

WINDOW_ADVERTS = 3
"""Advert intervals that clocks may differ if time_window is not given."""
WINDOW_LEAST = 5
"""Seconds; the same."""


def read_auth_hmac(
    subject: Subject, advert_int: float, machine: Machine, scope: Mapping[str, Section]
) -> AuthHmac | None:
    """The keys of an instance; None: adverts carry no HMAC."""
    if not subject.section.sections("auth_hmac"):
        return None
    whole = subject.section.merged("auth_hmac")
    keys = _keys(whole, subject, machine)
    if not keys:
        message = "auth_hmac has no usable key"
        subject.report.error(Code.MISSING, message, whole.place, "adverts carry no HMAC; add `key 1 hex:…`")
        return None
    active = whole.find("active_key", int) or next(iter(keys))
    if active not in keys:
        message = f"there is no key {active}"
        hint = f"adverts are signed with key {next(iter(keys))}"
        subject.report.error(Code.UNKNOWN_NAME, message, whole.where("active_key"), hint)
        active = next(iter(keys))
    if whole.has("time_window") and whole.find("anti_replay", AntiReplay) is AntiReplay.MONOTONIC:
        message = "`time_window` has no meaning with anti_replay monotonic"
        subject.report.note(Code.IGNORED, message, whole.where("time_window"), "clocks are not compared")
    window = whole.find("time_window", int) or max(int(WINDOW_ADVERTS * advert_int), WINDOW_LEAST)
    return made(AuthHmac, whole, scope, keys=tuple(keys.values()), active_key=active, time_window=window)


def _keys(whole: Section, subject: Subject, machine: Machine) -> dict[int, HmacKey]:
    """Number -> key, in the order of the file; those that cannot be used are left out."""
    keys: dict[int, HmacKey] = {}
    for entry in whole.given("key"):
        number = entry.value.number
        if number in keys:
            message = f"key {number} is given already"
            subject.report.error(Code.DUPLICATE, message, entry.place(0), "the first one holds")
        elif key := _with_secret(entry, subject, machine):
            keys[number] = key
    return keys


def _with_secret(entry: Entry, subject: Subject, machine: Machine) -> HmacKey | None:
    """The key with what its file holds, if it is in one; None, and a diagnostic, if that cannot be used."""
    key: HmacKey = entry.value
    if not key.file:
        return key
    try:
        content = machine.secret(key.file)
    except SecretError as error:
        subject.report.error(Code.KEY_FILE, f"{key.file} {error}", entry.place(1), error.hint)
        return None
    secret = secret_of(content)
    if secret is None:
        message = f"{key.file} holds no key of {KEY_SHORTEST} to {KEY_LONGEST} bytes"
        subject.report.error(Code.KEY_FILE, message, entry.place(1), "the key is left out")
        return None
    return HmacKey(number=key.number, secret=secret, file=key.file)
