"""log.py: a line of log survives the pipe; a full pipe never blocks; last words arrive."""

import logging
import os
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from alived.ipc import log

single_lines = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=200)


@given(st.sampled_from([logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL]), single_lines)
def test_what_is_rendered_is_parsed_again(level: int, text: str) -> None:
    (line,) = log.render(level, text).splitlines() or [""]
    assert log.parse(line.encode()) == (log.priority(level), text)


def test_each_line_of_a_traceback_has_the_prefix() -> None:
    assert log.render(logging.ERROR, "a\nb") == "<3>a\n<3>b\n"


@given(st.binary(max_size=50))
def test_any_bytes_are_a_line(data: bytes) -> None:
    parsed = log.parse(data)
    assert 0 <= parsed.level <= 7


def test_last_words_are_errors() -> None:
    assert log.parse(b"Fatal Python error: Segmentation fault\n") == (
        log.ERROR,
        "Fatal Python error: Segmentation fault",
    )


def test_a_full_pipe_drops_counts_and_says_so() -> None:
    reader, writer = os.pipe2(os.O_NONBLOCK)
    handler = log.PipeHandler(writer)
    record = logging.makeLogRecord({"msg": "x" * 1000, "levelno": logging.INFO})
    for _ in range(200):
        handler.emit(record)
    os.read(reader, 1 << 20)
    handler.emit(logging.makeLogRecord({"msg": "room again", "levelno": logging.INFO}))
    lines = os.read(reader, 1 << 20).decode().splitlines()
    assert lines[0].startswith("<4>")
    assert "log messages were dropped" in lines[0]
    assert lines[1] == "<6>room again"
    os.close(reader)
    os.close(writer)


def test_a_process_that_faults_speaks_into_its_stream() -> None:
    reader, writer = os.pipe()
    program = (
        "import ctypes, logging, sys\n"
        "from alived.ipc import log\n"
        "log.to_pipe(int(sys.argv[1]), logging.INFO)\n"
        "logging.getLogger('x').info('before')\n"
        "ctypes.string_at(0)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(writer)], pass_fds=[writer], check=False, timeout=30)
    os.close(writer)
    with os.fdopen(reader, "rb") as stream:
        lines = [log.parse(line) for line in stream]
    assert lines[0] == (log.INFO, "before")
    assert (log.ERROR, "Fatal Python error: Segmentation fault") in lines
