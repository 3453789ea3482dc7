"""Rows of vrrp_instance about telling others: gratuitous ARP, notify programs, mail (keepalived.conf(5))."""

from functools import partial

from alived.supervisor.config.forms.combined import Optional
from alived.supervisor.config.forms.instances import GarpExtraIf
from alived.supervisor.config.forms.numbers import INT_MAX, TIMER_MAX, UNSIGNED_MAX, Boolean, Integer, Seconds
from alived.supervisor.config.forms.programs import Command, Script
from alived.supervisor.config.forms.text import Text
from alived.supervisor.config.grammar.row import Row, spelling
from alived.supervisor.config.grammar.vrrp_instance import IFNAME_LONGEST, INSTANCE

DELAY = Seconds(0, int(TIMER_MAX), whole=True)
REPEAT = Integer(1, UNSIGNED_MAX, raised=True)

_row = partial(Row, block=INSTANCE)
_program = partial(Row, block=INSTANCE, form=Command(account=True))

GARP: tuple[Row, ...] = (
    _row(word="garp_master_delay", form=DELAY, attribute="announcing.master_delay",
        inherits="global_defs vrrp_garp_master_delay",
        meaning="seconds from becoming master to the second burst of gratuitous ARP, 0: none"),
    _row(word="garp_master_repeat", form=REPEAT, attribute="announcing.master_repeat",
        inherits="global_defs vrrp_garp_master_repeat", meaning="messages in a burst, for each address"),
    _row(word="garp_master_refresh", form=Seconds(0, UNSIGNED_MAX, whole=True), unusable=0.0,
        attribute="announcing.master_refresh", inherits="global_defs vrrp_garp_master_refresh",
        meaning="seconds between bursts while master, 0: none"),
    _row(word="garp_master_refresh_repeat", form=REPEAT, attribute="announcing.master_refresh_repeat",
        inherits="global_defs vrrp_garp_master_refresh_repeat", meaning="messages in such a burst, for each address"),
    _row(word="garp_lower_prio_delay", form=DELAY, attribute="announcing.lower_prio_delay",
        inherits="global_defs vrrp_garp_lower_prio_delay",
        meaning="seconds from an advert of lower priority to a second burst, 0: none"),
    _row(word="garp_lower_prio_repeat", form=Integer(0, INT_MAX), attribute="announcing.lower_prio_repeat",
        inherits="global_defs vrrp_garp_lower_prio_repeat",
        meaning="messages in such a burst, for each address, 0: none"),
    _row(word="garp_extra_if", form=GarpExtraIf(), attribute="announcing.extra",
        inherits="global_defs vrrp_garp_extra_if",
        meaning="seconds between bursts on macvlans of addresses elsewhere, with all: on every other interface, too"),
    spelling(INSTANCE, "vmac_garp_intvl", "garp_extra_if", old=True),
)  # fmt: skip

NOTIFY: tuple[Row, ...] = (
    _program(word="notify_master", meaning="program to run on becoming master"),
    _program(word="notify_backup", meaning="program to run on becoming backup"),
    _program(word="notify_fault", meaning="program to run on a fault"),
    _program(word="notify_stop", meaning="program to run when the daemon stops"),
    _row(word="notify_deleted", form=Optional(Command(account=True), alone=Script(())),
        meaning="when a reload removes the instance, say DELETED and not FAULT, and run this program"),
    _program(word="notify", meaning="program to run at each of these, with what happened as last arguments"),
    _program(word="notify_master_rx_lower_pri",
        meaning="program to run when a master hears an advert of lower priority"),
    _row(word="notify_priority_changes", form=Boolean(), attribute="notify_priority_changes",
        inherits="vrrp_sync_group notify_priority_changes", meaning="write changes of priority to the notify FIFOs"),
    _row(word="smtp_alert", form=Boolean(), attribute="smtp_alert", inherits="global_defs smtp_alert_vrrp",
        meaning="send mail when its state changes"),
    _row(word="lvs_sync_daemon_interface", form=Text("the name of an interface", IFNAME_LONGEST), old=True,
        attribute="lvs_sync_daemon_interface", meaning="use lvs_sync_daemon in global_defs; with this, the interface "
        "that connections are synchronised on"),
)  # fmt: skip

ROWS: tuple[Row, ...] = (*GARP, *NOTIFY)
