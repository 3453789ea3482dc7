"""The authentication block of a vrrp_instance: the password of VRRP version 2 (RFC 2338 section 5.3.6)."""

from typing import NamedTuple

from alived.ipc.model.authentication import AuthType
from alived.ipc.model.vrrp import Family, InstanceRole
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.instance_family import V3
from alived.supervisor.config.instance_subject import Subject
from alived.supervisor.config.sections import Section
from alived.supervisor.config.stars import advise_of_stars

AUTH_LENGTH = 8
"""Bytes of a password (RFC 2338 section 5.3.10)."""

IGNORED = "adverts are not authenticated"


class Password(NamedTuple):
    """How adverts are authenticated."""

    auth_type: AuthType = AuthType.NONE
    auth_pass: bytes = b""


def read_password(subject: Subject, version: int, family: Family) -> Password:
    """The password of an instance, and what it is used for."""
    if not subject.section.sections("authentication"):
        return Password()
    whole, report = subject.section.merged("authentication"), subject.report
    _warn_of_length(whole, report)
    advise_of_stars(whole, "auth_pass", report)
    kind = whole.find("auth_type", AuthType) or AuthType.NONE
    password = (whole.find("auth_pass", str) or "").encode()[:AUTH_LENGTH]
    if kind is AuthType.NONE:
        if password:
            report.note(Code.IGNORED, "a password needs auth_type PASS", whole.where("auth_pass"), IGNORED)
        return Password()
    if subject.strict:
        report.warning(Code.CONFLICT, "strict mode knows no authentication", whole.where("auth_type"), IGNORED)
        return Password()
    if version == V3:
        message = "VRRP version 3 has no authentication"
        report.warning(Code.CONFLICT, message, whole.where("auth_type"), f"{IGNORED}; see auth_hmac")
        return Password()
    if subject.section.sections("auth_hmac"):
        message = "`authentication` does not go with auth_hmac"
        report.warning(Code.CONFLICT, message, whole.where("auth_type"), "the password is left out")
        return Password()
    if not password:
        report.warning(Code.MISSING, f"auth_type {kind} needs an auth_pass", whole.where("auth_type"), IGNORED)
        return Password()
    if kind is AuthType.AH and family is Family.IPV6:
        report.warning(Code.CONFLICT, "auth_type AH does not go with IPv6", whole.where("auth_type"), IGNORED)
        return Password()
    return Password(kind, password)


def _warn_of_length(whole: Section, report: Report) -> None:
    for entry in whole.given("auth_pass"):
        if len(entry.value.encode()) > AUTH_LENGTH:
            message = f"a password has at most {AUTH_LENGTH} bytes"
            hint = f"only the first {AUTH_LENGTH} are used, as by keepalived"
            report.warning(Code.BAD_VALUE, message, entry.place(0), hint)


def role_with(password: Password, role: InstanceRole, priority: int, owner: int, subject: Subject) -> InstanceRole:
    """What the instance would like to be: with AH it has to hear the master's sequence number first."""
    if password.auth_type is AuthType.AH and role is InstanceRole.MASTER and priority != owner:
        subject.conflict("state MASTER does not work with auth_type AH", "it starts as BACKUP", "state")
        return InstanceRole.BACKUP
    return role
