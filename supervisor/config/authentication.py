"""The authentication block of a vrrp_instance: the password of VRRP version 2 (RFC 2338 section 5.3.6)."""

from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.sections import Section

AUTH_LENGTH = 8
"""Bytes of a password (RFC 2338 section 5.3.10)."""


def read_auth_pass(section: Section, report: Report) -> bytes:
    """The password of an instance; empty when adverts are not authenticated."""
    whole = section.merged("authentication")
    kind, password = whole.get("auth_type", str), whole.get("auth_pass", str).encode()
    if kind == "AH":
        report.warning(
            Code.NOT_IMPLEMENTED,
            "alived does not implement auth_type AH",
            whole.where("auth_type"),
            "adverts are not authenticated",
        )
        return b""
    if kind and not password:
        report.warning(
            Code.MISSING, "auth_type PASS needs an auth_pass", whole.where("auth_type"), "adverts are not authenticated"
        )
    if password and not kind:
        report.note(
            Code.IGNORED, "a password needs auth_type PASS", whole.where("auth_pass"), "adverts are not authenticated"
        )
        return b""
    if len(password) > AUTH_LENGTH:
        report.warning(
            Code.BAD_VALUE,
            f"a password has at most {AUTH_LENGTH} bytes",
            whole.where("auth_pass"),
            f"only the first {AUTH_LENGTH} are used, as by keepalived",
        )
    return password[:AUTH_LENGTH]
