"""Checks of real servers: one object for each block, and what keepalived says of those that cannot be run."""

from collections.abc import Callable, Collection
from functools import cache, partial
from typing import Any

from alived.ipc.model.checks import (
    BfdCheck,
    Check,
    DnsCheck,
    FileCheck,
    HttpCheck,
    MiscCheck,
    SmtpCheck,
    SslCheck,
    UdpCheck,
    Url,
)
from alived.ipc.model.common import Account
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.forms.lvs import family_of
from alived.supervisor.config.forms.programs import Script
from alived.supervisor.config.grammar.checks import KINDS
from alived.supervisor.config.grammar.table import block_name
from alived.supervisor.config.lvs_service import Target
from alived.supervisor.config.programs import Programs, ScriptKind
from alived.supervisor.config.repeated import first_counts
from alived.supervisor.config.sections import Section
from alived.supervisor.config.surroundings import Surroundings, plain_values

LINK_LOCAL = "fe80:"
"""What such an address begins with."""


@cache
def _kinds_in(words: tuple[str, ...]) -> tuple[str, ...]:
    """The kinds of checks that are among the words of a block."""
    return tuple(word for word in KINDS if word in words)


class Checks:
    """Builds the checks of one configuration."""

    def __init__(
        self, programs: Programs, track_files: Collection[str], bfd_instances: Collection[str], report: Report
    ) -> None:
        self._programs = programs
        self._track_files = track_files
        self._bfd_instances = bfd_instances
        self._report = report
        self._unconnected: dict[type[Any], Callable[[Section, Surroundings], list[Check]]] = {
            FileCheck: self._file_check,
            BfdCheck: self._bfd_check,
            MiscCheck: self._misc_check,
        }
        self._connected: dict[type[Any], Callable[[Section, Surroundings, dict[str, Any]], list[Check]]] = {
            HttpCheck: partial(self._http_check, HttpCheck),
            SslCheck: partial(self._http_check, SslCheck),
            SmtpCheck: self._smtp_checks,
            DnsCheck: self._dns_check,
            UdpCheck: self._udp_check,
        }
        """Kinds that have more words than the others."""

    def build(self, real_server: Section, around: Surroundings, target: Target) -> tuple[Check, ...]:
        """The checks in a real_server block, in the order of their kinds; a check that cannot be run is left out."""
        found: list[Check] = []
        for word in _kinds_in(tuple(real_server.order)):
            for section in real_server.sections(word):
                made = self._check(KINDS[word], section, around.within(section), target)
                found += self._new_sessions(made, found, section) if word == "BFD_CHECK" else made
        return tuple(found)

    def _new_sessions(self, made: list[Check], found: list[Check], section: Section) -> list[Check]:
        """What does not follow a BFD session that the real server follows already."""
        known = {check.name for check in found if isinstance(check, BfdCheck)}
        if not any(isinstance(check, BfdCheck) and check.name in known for check in made):
            return made
        message = "the real server has a BFD_CHECK of this session already"
        self._report.error(Code.DUPLICATE, message, section.where("name"), "the check is left out")
        return []

    def _check(self, cls: type[Any], section: Section, around: Surroundings, target: Target) -> list[Check]:
        if cls in self._unconnected:
            return self._unconnected[cls](section, around)
        values = {**around.attributes(cls), "address": target[0], "port": target[1]}
        if section.values:
            values |= plain_values(section)
        if not self._connects(values, section):
            return []
        if cls in self._connected:
            return self._connected[cls](section, around, values)
        return [cls(**values)]

    def _connects(self, values: dict[str, Any], section: Section) -> bool:
        """Whether a check knows where from and where to; a source of another kind is taken out."""
        address = values["address"]
        if "bindto" in values and family_of(values["bindto"]) is not family_of(address):
            message, hint = f"it is not of the same kind of address as {address}, which is checked", "it is not used"
            self._report.error(Code.CONFLICT, f"`bindto`: {message}", section.where("bindto"), hint)
            del values["bindto"]
        if address.startswith(LINK_LOCAL) and not values.get("bind_if"):
            message, hint = f"the link-local address {address} needs an interface", "add bind_if; it is not checked"
            self._report.error(Code.MISSING, message, section.where("connect_ip"), hint)
            return False
        return True

    # --- kinds --------------------------------------------------------------------------------------------------------

    def _http_check(
        self, cls: type[HttpCheck], section: Section, around: Surroundings, values: dict[str, Any]
    ) -> list[Check]:
        tls_compliant = bool(values.get("tls_compliant", False)) if cls is SslCheck else False
        virtualhost = around.values.get("virtualhost", "")
        urls = (self._url(url, virtualhost, tls_compliant=tls_compliant) for url in section.sections("url"))
        values["urls"] = tuple(url for url in urls if url)
        if values["urls"]:
            return [cls(**values)]
        hint = "add url { path / }; the check is left out, and the real server is up without it"
        message = f"this {block_name(section.block)} asks for no URL"
        self._report.error(Code.MISSING, message, section.whole, hint)
        return []

    def _url(self, section: Section, virtualhost: str, *, tls_compliant: bool) -> Url | None:
        if not section.has("path"):
            self._report.error(Code.MISSING, "this url has no path", section.whole, "add path /; it is left out")
            return None
        values = {"virtualhost": virtualhost, "tls_compliant": tls_compliant, **plain_values(section)}
        if host := section.find("virtualhost", str):
            values["virtualhost"] = host
        codes = tuple(code for entry in section.given("status_code") for code in entry.value)
        if codes:
            values["status_code"] = codes
        else:
            values.pop("status_code", None)
        if section.has("digest"):
            first_counts(section, "digest", self._report)
            values["digest"] = section.get("digest", str)
        self._regex(section, values)
        return Url(**values)

    def _regex(self, section: Section, values: dict[str, Any]) -> None:
        """Take out what cannot have an effect; keepalived only mentions it in its log."""
        options = [name for name in values if name.startswith("regex_")]
        if options and not values.get("regex"):
            message, hint = "there is no regex that this could be for", "it has no effect"
            self._report.note(Code.IGNORED, f"`{options[0]}`: {message}", section.where(options[0]), hint)
            for name in options:
                del values[name]
        most = values.get("regex_max_offset")
        if most is not None and values.get("regex_min_offset", 0) > most:
            message, hint = "regex_min_offset is more than regex_max_offset", "neither is used"
            self._report.note(Code.CONFLICT, message, section.where("regex_min_offset"), hint)
            del values["regex_min_offset"], values["regex_max_offset"]

    def _smtp_checks(self, section: Section, around: Surroundings, values: dict[str, Any]) -> list[Check]:
        """Its own check, and one for each host block, which starts from what the check says."""
        checks: list[Check] = [SmtpCheck(**values)]
        for host in section.sections("host"):
            message, hint = "the host block is an old way to check another address", "write another SMTP_CHECK"
            self._report.note(Code.OLD_WORD, message, host.place, hint)
            own = {**values, **around.within(host).attributes(SmtpCheck), **plain_values(host)}
            if self._connects(own, host):
                checks.append(SmtpCheck(**own))
        return checks

    def _dns_check(self, section: Section, _around: Surroundings, values: dict[str, Any]) -> list[Check]:
        if section.has("name"):
            first_counts(section, "name", self._report)
            values["name"] = section.get("name", str)
        return [DnsCheck(**values)]

    def _udp_check(self, section: Section, _around: Surroundings, values: dict[str, Any]) -> list[Check]:
        check = UdpCheck(**values)
        if check.min_reply_length > check.max_reply_length:
            message = f"no reply has {check.min_reply_length} bytes or more and {check.max_reply_length} or less"
            where = section.to_end("min_reply_length" if section.has("min_reply_length") else "max_reply_length")
            self._report.warning(Code.CONFLICT, message, where, "the check will always fail")
        return [check]

    def _misc_check(self, section: Section, around: Surroundings) -> list[Check]:
        script = section.find("misc_path", Script)
        if script is None:
            hint = "add misc_path; the check is left out"
            self._report.error(Code.MISSING, "this MISC_CHECK runs nothing", section.whole, hint)
            return []
        account = section.find("user", Account)
        place, user_place = section.where("misc_path"), section.where("user")
        program = self._programs.resolve(script, account, place, user_place, ScriptKind.CHECK)
        if program is None:
            return []
        values = {**around.attributes(MiscCheck), **plain_values(section), "program": program}
        values["misc_timeout"] = values["misc_timeout"] or values["delay_loop"]
        return [MiscCheck(**values)]

    def _file_check(self, section: Section, _around: Surroundings) -> list[Check]:
        values = plain_values(section)
        name = values.get("track_file")
        if name in self._track_files:
            return [FileCheck(**values)]
        code, message = Code.UNKNOWN_NAME, f"there is no track_file {name}"
        if name is None:
            code, message = Code.MISSING, "this FILE_CHECK names no track_file"
        self._report.error(code, message, section.to_end("track_file"), "the check is left out")
        return []

    def _bfd_check(self, section: Section, around: Surroundings) -> list[Check]:
        names = section.given("name")
        code, message, place = Code.MISSING, "this BFD_CHECK names no bfd_instance", section.whole
        if len(names) == 1 and len(names[0].statement.segment.arguments) == 1:
            name = names[0].value
            if name in self._bfd_instances:
                return [BfdCheck(name=name, **around.attributes(BfdCheck))]
            code, message, place = Code.UNKNOWN_NAME, f"there is no bfd_instance {name}", names[0].place(0)
        elif names:
            code, message, place = Code.CONFLICT, "a BFD_CHECK has one name", names[-1].place(0)
        self._report.error(code, message, place, "the check is left out")
        return []
