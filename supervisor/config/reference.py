"""`python -m alived.supervisor.config.reference`: the reference page of the manual, on standard output."""

import sys

from alived.supervisor.config.explain import reference

if __name__ == "__main__":
    sys.stdout.write(reference())
