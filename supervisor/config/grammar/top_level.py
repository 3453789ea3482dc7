"""Rows of the top level: the plain words, and the blocks global_defs and vrrp_instance.

The row of every other block stands with the rows of what may be in it.
"""

from alived.ipc.model.settings import Settings
from alived.supervisor.config.forms.combined import Optional
from alived.supervisor.config.forms.numbers import UNSIGNED_MAX, Flag, Seconds
from alived.supervisor.config.forms.settings import IncludeChecks
from alived.supervisor.config.forms.text import Body, Text
from alived.supervisor.config.grammar.row import Row

_NAMESPACE = Text("the name of a network namespace")

ROWS: tuple[Row, ...] = (
    Row(block="", word="global_defs", form=Body(), meaning="settings of the whole daemon", many=True),
    Row(block="", word="vrrp_instance", form=Body(), meaning="a virtual router on one interface", many=True),
    Row(block="", word="instance", form=Text("a name"), attribute="instance",
        meaning="name of this daemon, where several run on one machine"),
    Row(block="", word="net_namespace", form=_NAMESPACE, attribute="net_namespace",
        meaning="network namespace to run in"),
    Row(block="", word="net_namespace_ipvs", form=Optional(_NAMESPACE, alone=""), attribute="net_namespace_ipvs",
        meaning="network namespace that virtual servers are in; without a name: the one that the daemon is started in"),
    Row(block="", word="namespace_with_ipsets", form=Flag(), attribute="namespace_with_ipsets",
        meaning="use ipsets in a network namespace on kernels before 3.13"),
    Row(block="", word="use_pid_dir", form=Flag(), attribute="use_pid_dir",
        meaning="pid files are in a directory of their own"),
    Row(block="", word="child_wait_time", form=Seconds(0, UNSIGNED_MAX, whole=True), attribute="child_wait_time",
        meaning="seconds that the workers have to end"),
    Row(block="", word="linkbeat_use_polling", form=Flag(), attribute="linkbeat_use_polling",
        meaning="ask for the link of every interface, as with linkbeat_interfaces"),
    Row(block="", word="include_check", form=IncludeChecks(), attribute="include_check",
        meaning="what is wrong with an include that finds no file, or cannot read one"),
)  # fmt: skip
MODELS: dict[str, type] = {"": Settings}
