"""The command `alived`: options in, an exit code out. What does not live here: the daemon (boot.py).

Exit codes are keepalived's. A mistake of the user's is one line on standard error, never a traceback.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import alived
from alived.supervisor import exitcodes
from alived.supervisor.config.diagnostics import Code
from alived.supervisor.config.load import Loaded, load
from alived.supervisor.options import SIGNALS, Options, UsageError, parse, parser

SECURITY = {Code.SCRIPT_SECURITY, Code.INSECURE_SCRIPT}
"""What alone makes a verdict that scripts are not secure."""


def main(argv: Sequence[str] | None = None) -> int:
    """Do what a command line asks for; `argv` is without the program's name, None: this process's."""
    try:
        options = parse(sys.argv[1:] if argv is None else argv)
    except UsageError as error:
        return _fail(str(error), exitcodes.FAILED)
    if options.help:
        sys.stdout.write(parser().format_help())
    elif options.version:
        sys.stdout.write(f"alived {alived.__version__}\n")
    elif options.signum:
        sys.stdout.write(f"{int(SIGNALS[options.signum])}\n")
    elif options.explain:
        return _explain(options.explain)
    else:
        for option in options.without_effect:
            sys.stderr.write(f"alived: {option} has no effect yet\n")
        if options.dump_conf:
            return _dump(options)
        return _test(options) if options.config_test else _run(options)
    return exitcodes.OK


def _run(options: Options) -> int:
    from alived.supervisor.boot import run  # noqa: PLC0415  a configuration test needs neither zmq nor netlink

    return run(options)


def _test(options: Options) -> int:
    loaded = load(options.config_file, options.config_id)
    code = verdict(loaded)
    if options.json:
        import json  # noqa: PLC0415  the common test does not need it

        found = [diagnostic.document() for diagnostic in loaded.diagnostics]
        sys.stdout.write(json.dumps({"verdict": code, "diagnostics": found}, indent=2, ensure_ascii=False) + "\n")
        return code
    text = _text(loaded)
    if options.config_test_log is None:
        sys.stderr.write(text)
    else:
        try:
            _write(options.config_test_log, text)
        except OSError as error:
            return _fail(f"cannot write {options.config_test_log}: {error.strerror}", exitcodes.FAILED)
    return code


def _text(loaded: Loaded) -> str:
    return "".join(f"{diagnostic.render()}\n" for diagnostic in loaded.diagnostics)


def _dump(options: Options) -> int:
    from alived.supervisor.config.dump import dump  # noqa: PLC0415  a configuration test does not need it

    loaded = load(options.config_file, options.config_id)
    sys.stderr.write(_text(loaded))
    sys.stdout.write(dump(loaded.config, show_secrets=options.show_secrets))
    return verdict(loaded)


def _explain(word: str) -> int:
    from alived.supervisor.config.explain import UnknownWordError, explain  # noqa: PLC0415  the same

    try:
        sys.stdout.write(explain(word))
    except UnknownWordError as error:
        return _fail(str(error), exitcodes.FAILED)
    return exitcodes.OK


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="replace")


def verdict(loaded: Loaded) -> int:
    """Exit code of a configuration test."""
    complaints = {diagnostic.code for diagnostic in loaded.diagnostics if diagnostic.is_complaint}
    if Code.UNREADABLE in complaints:
        return exitcodes.NO_CONFIG
    if complaints and complaints <= SECURITY:
        return exitcodes.SCRIPT_SECURITY
    return exitcodes.COMPLAINTS if complaints else exitcodes.OK


def _fail(message: str, code: int) -> int:
    sys.stderr.write(f"alived: {message}\n")
    return code
