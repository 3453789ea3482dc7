"""Sections to vrrp_instance objects, with keepalived's defaults (keepalived.conf(5), "VRRP instance(s)").

Where the manual is silent, the defaults are those that keepalived 2.2 was seen to use. What does not live here: whether
instances fit together (check.py).
"""

import math
from collections.abc import Mapping

from alived.ipc.model import Announcing, InstanceRole, VrrpInstance
from alived.supervisor.config.addresses import read_addresses
from alived.supervisor.config.authentication import read_auth_pass
from alived.supervisor.config.build_scripts import Defined
from alived.supervisor.config.diagnostics import Code, Report
from alived.supervisor.config.sections import Section, name_of
from alived.supervisor.config.tracking import read_tracked_scripts

PRIORITY_DEFAULT = 100
PRIORITY_OWNER = 255


class Instances:
    """Builds the instances of one file."""

    def __init__(self, settings: Section, defined: Mapping[str, Defined], report: Report) -> None:
        self._global = settings
        self._defined = defined
        self._report = report

    def build(self, section: Section) -> VrrpInstance | None:
        """The instance of a vrrp_instance block; None, and a diagnostic, when it cannot run."""
        name = name_of(section, self._report)
        interface, vrid = section.find("interface", str), section.find("virtual_router_id", int)
        addresses = read_addresses(section, interface or "", self._report)
        track_scripts = read_tracked_scripts(section, self._defined, self._report)
        auth_pass = read_auth_pass(section, self._report)
        advert_int = self._advert_int(section)
        if name is None or addresses is None or not self._complete(section, name):
            return None
        role = section.get("state", InstanceRole)
        nopreempt, preempt_delay = self._preemption(section, role)
        return VrrpInstance(
            name=name,
            interface=interface or "",
            virtual_router_id=vrid or 0,
            role=role,
            priority=section.get("priority", int, PRIORITY_OWNER if role is InstanceRole.MASTER else PRIORITY_DEFAULT),
            advert_int=advert_int,
            auth_pass=auth_pass,
            addresses=addresses,
            track_scripts=track_scripts,
            nopreempt=nopreempt,
            preempt_delay=preempt_delay,
            skip_check_adv_addr=section.get(
                "skip_check_adv_addr", bool, self._global.get("vrrp_skip_check_adv_addr", bool)
            ),
            mcast_group=section.get("mcast_dst_ip", str, self._global.get("vrrp_mcast_group4", str)),
            announcing=self._announcing(section),
        )

    def _complete(self, section: Section, name: str) -> bool:
        missing = [word for word in ("interface", "virtual_router_id") if not section.has(word)]
        for word in missing:
            self._report.error(
                Code.MISSING, f"vrrp_instance {name} has no usable {word}", section.place, "the instance is left out"
            )
        return not missing

    def _preemption(self, section: Section, role: InstanceRole) -> tuple[bool, float]:
        """`nopreempt` and `preempt_delay` go neither with state MASTER nor with each other."""
        nopreempt, delay = section.get("nopreempt", bool), section.get("preempt_delay", float)
        for word in ("nopreempt", "preempt_delay"):
            if role is InstanceRole.MASTER and section.has(word):
                self._report.warning(
                    Code.CONFLICT,
                    f"`{word}` does not work with state MASTER",
                    section.where(word),
                    "it is left out; write state BACKUP",
                )
        if role is InstanceRole.MASTER:
            return False, 0.0
        if nopreempt and delay:
            self._report.warning(
                Code.CONFLICT,
                "`preempt_delay` does not work with nopreempt",
                section.where("preempt_delay"),
                "it is left out",
            )
            delay = 0.0
        return nopreempt, delay

    def _advert_int(self, section: Section) -> float:
        """VRRPv2 counts its interval in whole seconds (RFC 3768 section 5.3.7); keepalived rounds half up."""
        wanted = section.get("advert_int", float)
        rounded = max(1.0, math.floor(wanted + 0.5))
        if rounded != wanted:
            self._report.warning(
                Code.BAD_VALUE,
                "the advert interval of VRRP version 2 is a whole number of seconds",
                section.where("advert_int"),
                f"{rounded:g} is used",
            )
        return float(rounded)

    def _announcing(self, section: Section) -> Announcing:
        def value(word: str, otherwise: int | None = None) -> int:
            return section.get(word, int, self._global.get(f"vrrp_{word}", int, otherwise))

        return Announcing(
            master_delay=float(value("garp_master_delay")),
            master_repeat=value("garp_master_repeat"),
            master_refresh=float(value("garp_master_refresh")),
            master_refresh_repeat=value("garp_master_refresh_repeat"),
            lower_prio_delay=float(value("garp_lower_prio_delay", self._global.get("vrrp_garp_master_delay", int))),
            lower_prio_repeat=value("garp_lower_prio_repeat", self._global.get("vrrp_garp_master_repeat", int)),
            interval=self._global.get("vrrp_garp_interval", float),
        )
