"""dump.py: a configuration as text, from which the same configuration is read again."""

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import HealthCheck, given, settings

import alived
from alived.ipc.model.config import Config
from alived.supervisor.config.dump import dump
from alived.supervisor.config.inspection import Identity
from alived.supervisor.config.load import load, load_text
from tests.supervisor.config.conftest import FakeMachine
from tests.supervisor.config.generated import CONFIGURATIONS

HERE = Path(__file__).parent
FILES = [*sorted((HERE / "language/valid").glob("*.conf")), *sorted(HERE.parents[2].glob("examples/two-hosts/*.conf"))]
HEAD = f"# the configuration as alived {alived.__version__} understands it"
