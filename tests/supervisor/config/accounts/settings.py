"""global_defs as keepalived and as alived understands it (common.py)."""

from alived.ipc.model.settings import Settings
from tests.supervisor.config.accounts.common import Account
from tests.supervisor.config.dumped import Part

SECTION = "Global definitions"
FLAGS = {"true": True, "false": False, "on": True, "off": False, "unset": None}


def settings_said(part: Part) -> Account:
    """What concerns instances, mail and checks."""
    alert, *alerts = (FLAGS[part.value(f"Default smtp_alert{word}")] for word in ("", "_vrrp", "_checker"))
    return {
        "mail": (
            part.value("Email notification from", ""),
            part.below("Email notification to"),
            part.value("Smtp server", ""),
            int(part.value("Smtp server port", "25")),
            part.value("Smtp HELO name", ""),
            float(part.value("Smtp server connection timeout", "30")),
        ),
        "alerts": [alert, *(alert if own is None else own for own in alerts)],
        "log_all_failures": FLAGS[part.value("Checkers log all failures")],
        "multicast": (part.value("VRRP IPv4 mcast group"), part.value("VRRP IPv6 mcast group")),
        "garp": [
            float(part.value(f"Gratuitous {word}"))
            for word in (
                *("ARP delay", "ARP repeat", "ARP refresh timer", "ARP refresh repeat"),
                *("ARP lower priority delay", "ARP lower priority repeat", "ARP interval", "NA interval"),
            )
        ],
        "answers": [
            FLAGS[part.value(f"Send advert after receive {word} priority advert")] for word in ("lower", "higher")
        ],
        "version": int(part.value("VRRP default protocol version")),
        "checks": [
            FLAGS[part.value(f"VRRP {word}")]
            for word in ("check unicast_src", "skip check advert addresses", "strict mode")
        ],
        "auto priority": (int(part.value("Max auto priority")), int(part.value("Min auto priority delay").split()[0])),
        "priority": [int(part.value(f"{name} process priority")) for name in ("VRRP", "Checker", "BFD")],
        "umask": int(part.value("umask"), 8),
        "startup_delay": float(part.value("vrrp_startup_delay", "0")),
        "script security": part.has("Script security enabled"),
    }


def settings_read(settings: Settings) -> Account:
    """The same."""
    mail, vrrp = settings.mail, settings.vrrp
    garp = vrrp.announcing
    return {
        "mail": (
            mail.sender,
            list(mail.to),
            mail.server.host if mail.server else "",
            mail.server.port if mail.server else 25,
            mail.helo_name,
            mail.connect_timeout,
        ),
        "alerts": [mail.alert, mail.alert_vrrp, mail.alert_checker],
        "log_all_failures": settings.checker_log_all_failures,
        "multicast": (vrrp.mcast_group4, vrrp.mcast_group6),
        "garp": [
            *(garp.master_delay, garp.master_repeat, garp.master_refresh, garp.master_refresh_repeat),
            *(garp.lower_prio_delay, garp.lower_prio_repeat, garp.interval, vrrp.gna_interval),
        ],
        "answers": [not vrrp.lower_prio_no_advert, vrrp.higher_prio_send_advert],
        "version": vrrp.version,
        "checks": [vrrp.check_unicast_src, vrrp.skip_check_adv_addr, vrrp.strict],
        "auto priority": (settings.auto_priority.most, settings.auto_priority.min_delay),
        "priority": [one.priority for one in (settings.vrrp_process, settings.checker_process, settings.bfd_process)],
        "umask": settings.files.umask,
        "startup_delay": vrrp.startup_delay,
        "script security": settings.enable_script_security,
    }
