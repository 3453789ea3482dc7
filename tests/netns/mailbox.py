"""`python -m tests.netns.mailbox PORT FILE`: an SMTP server that writes each mail into a file, as it came.

What does not live here: what mails should say.
"""

import socketserver
import sys
from pathlib import Path

END = "=" * 40


class Session(socketserver.StreamRequestHandler):
    """One connection."""

    file: Path

    def handle(self) -> None:
        """Say yes to everything."""
        self.wfile.write(b"220 mailbox\r\n")
        envelope: list[str] = []
        while line := self.rfile.readline().decode().strip():
            word = line.partition(" ")[0]
            if word == "DATA":
                self.wfile.write(b"354 go on\r\n")
                text = []
                while (part := self.rfile.readline().decode()) != ".\r\n":
                    text.append(part.rstrip("\r\n"))
                with self.file.open("a") as file:
                    file.write("\n".join([*envelope, *text, END, ""]))
                envelope = []
            elif word in ("MAIL", "RCPT"):
                envelope.append(line)
            self.wfile.write(b"221 bye\r\n" if word == "QUIT" else b"250 ok\r\n")
            if word == "QUIT":
                break


def main() -> None:
    """Serve until killed."""
    socketserver.TCPServer.request_queue_size = 100
    Session.file = Path(sys.argv[2])
    with socketserver.TCPServer(("127.0.0.1", int(sys.argv[1])), Session) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
