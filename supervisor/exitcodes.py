"""Exit codes of `alived`: keepalived's where it has one."""

OK = 0
FAILED = 1
"""It could not be started: wrong usage, runs already, no runtime directory."""
NO_CONFIG = 4
"""There is no configuration to judge or to run."""
COMPLAINTS = 5
"""`-t`: keepalived would complain of the configuration, and run nevertheless."""
SCRIPT_SECURITY = 6
"""`-t`: it would complain, but only of the security of scripts."""
