"""One file for each kind of check of a real server: `async probe(check) -> Outcome`, one try, its sockets closed.

``tcp``  TCP_CHECK
"""
