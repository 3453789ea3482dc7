"""What the worker knows of this host's network, and what it puts into the kernel."""
