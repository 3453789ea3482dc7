"""What is watched rather than run: numbers in files (track_file) and running processes (vrrp_track_process).

`files.py` and `processes.py` are the front doors: they are configured, watch, and tell. Under them, for files:
`inotify.py` (the kernel's news of directories), `paths.py` PURE (which directories decide on what a path leads to) and
`number.py` PURE (what a file says). For processes: `proc.py` (what /proc says of them), `connector.py` (the kernel's
news of them), `events.py` PURE (the form of that news), `endings.py` (their ends), `matching.py` PURE (which
processes are meant) and `quorum.py` PURE (whether they are enough, and for long enough).
"""
