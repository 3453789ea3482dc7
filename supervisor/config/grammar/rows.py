"""TEMPORARY aggregator."""
import importlib, pkgutil
from alived.supervisor.config import grammar
ROWS = ()
MODELS = {}
for info in pkgutil.iter_modules(grammar.__path__):
    if info.name in ("rows", "table", "row", "later", "vrrp", "lvs"):
        continue
    try:
        module = importlib.import_module(f"alived.supervisor.config.grammar.{info.name}")
    except ImportError as error:
        print("grammar", info.name, error)
        continue
    ROWS += getattr(module, "ROWS", ())
    MODELS |= getattr(module, "MODELS", {})
