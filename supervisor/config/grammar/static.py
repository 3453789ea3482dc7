"""static_ipaddress, static_routes and static_rules (keepalived.conf(5), "Static routes/addresses/rules")."""

from alived.supervisor.config.forms.addresses import AddressLine
from alived.supervisor.config.forms.routes import RouteLine
from alived.supervisor.config.forms.rules import RuleLine
from alived.supervisor.config.forms.text import Lines
from alived.supervisor.config.grammar.row import Row

ROWS = (
    Row(
        block="",
        word="static_ipaddress",
        form=Lines(AddressLine(static=True)),
        meaning="addresses that are on the machine whoever is master",
        many=True,
    ),
    Row(
        block="",
        word="static_routes",
        form=Lines(RouteLine(static=True)),
        meaning="routes that are there whoever is master",
        many=True,
    ),
    Row(
        block="",
        word="static_rules",
        form=Lines(RuleLine(static=True)),
        meaning="policy routing rules that are there whoever is master",
        many=True,
    ),
)
