"""`python -m alived.supervisor` is the command `alived`."""

import sys

from alived.supervisor.cli import main

sys.exit(main())
