"""The command `alived`: what it prints and how it exits. The daemon itself is replaced here."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

import alived
from alived.supervisor.cli import main
from alived.supervisor.options import Options

CLEAN = "global_defs {\nrouter_id x\n}\n"
SCRIPT = """
global_defs {
    dynamic_interfaces
}
vrrp_script S {
    script /usr/bin/true
}
vrrp_instance I {
    interface eth0
    virtual_router_id 1
    virtual_ipaddress { 10.0.0.1 }
    track_script { S }
}
"""


def judge(tmp_path: Path, text: str, *options: str) -> int:
    (tmp_path / "a.conf").write_text(text)
    return main(["-t", "-f", str(tmp_path / "a.conf"), *options])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CLEAN, 0),
        ("", 0),
        ("global_defs {\nvrrp_strict\n}\n", 0),
        ("global_defs {\nrouter_id a b\n}\n", 0),
        ("global_defs {\nvrrp_garp_interval 0\n}\n", 5),
        ("global_defs {\nrouterid a\n}\n", 5),
        ("global_defs {\n", 5),
        (SCRIPT, 6),
        (SCRIPT + "strange\n", 5),
        (SCRIPT + "global_defs {\nenable_script_security\nscript_user root\n}\n", 0),
        ("\0", 4),
    ],
)
def test_exit_codes_of_a_configuration_test(text: str, code: int, tmp_path: Path) -> None:
    assert judge(tmp_path, text) == code


def test_a_script_that_others_can_change_is_a_matter_of_security(tmp_path: Path) -> None:
    script = tmp_path / "check"
    script.write_text("#!/bin/sh\n")
    script.chmod(0o777)
    text = SCRIPT.replace("/usr/bin/true", str(script))
    text += "global_defs {\nenable_script_security\nscript_user root\n}\n"
    assert judge(tmp_path, text) == 6
    assert judge(tmp_path, text + "strange\n") == 5


def test_the_verdict_goes_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(tmp_path, "routerid x\n") == 5
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"{tmp_path}/a.conf:1:1: error: `routerid` is not a keyword of the top level\n")


def test_a_clean_file_is_judged_in_silence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(tmp_path, CLEAN) == 0
    assert capsys.readouterr() == ("", "")


def test_or_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.conf").write_text("routerid x\n")
    assert main([f"--config-test={tmp_path}/log", "-f", str(tmp_path / "a.conf")]) == 5
    assert capsys.readouterr() == ("", "")
    assert "`routerid` is not a keyword" in (tmp_path / "log").read_text()


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.conf").write_text(CLEAN)
    assert main([f"--config-test={tmp_path}/no/log", "-f", str(tmp_path / "a.conf")]) == 1
    assert capsys.readouterr().err == f"alived: cannot write {tmp_path}/no/log: No such file or directory\n"


def test_or_as_a_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judge(tmp_path, "global_defs {\n  routerid x\n}\n", "--json") == 5
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out) == {
        "verdict": 5,
        "diagnostics": [
            {
                "severity": "error",
                "code": "unknown-keyword",
                "complaint": True,
                "message": "`routerid` is not a keyword of global_defs",
                "hint": "did you mean `router_id`?",
                "file": f"{tmp_path}/a.conf",
                "line": 2,
                "column": 3,
                "length": 8,
                "end_line": 2,
                "chain": [],
            }
        ],
    }


@pytest.mark.parametrize(("config_id", "code"), [("one", 0), ("two", 5)])
def test_lines_for_a_configuration_id(config_id: str, code: int, tmp_path: Path) -> None:
    assert judge(tmp_path, "global_defs {\n@two routerid x\n@one router_id x\n}\n", "-i", config_id) == code


def test_the_configuration_as_understood(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.conf").write_text(SCRIPT.replace("interface eth0", "interface eth0\n priority 7"))
    assert main(["--dump-conf", "-f", str(tmp_path / "a.conf")]) == 6
    out, err = capsys.readouterr()
    assert "    priority 7\n" in out
    assert "script-security" not in out
    assert "enable_script_security" in err


def test_what_a_keyword_means(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "advert_int"]) == 0
    out, _ = capsys.readouterr()
    assert out.startswith("advert_int, in vrrp_instance\n")
    assert "default: 1\n" in out


def test_a_word_that_is_none_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "advertint"]) == 1
    assert capsys.readouterr() == ("", "alived: there is no keyword advertint; did you mean advert_int?\n")


def test_a_missing_configuration(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-t", "-f", str(tmp_path / "no.conf")]) == 4
    assert "cannot read the configuration: No such file or directory" in capsys.readouterr().err


def test_version_help_and_signal_numbers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"alived {alived.__version__}\n"
    assert main(["--help"]) == 0
    assert "--runtime-dir DIR" in capsys.readouterr().out
    for name, number in {"STOP": 15, "RELOAD": 1, "DATA": 10, "STATS": 12, "STATS_CLEAR": 63, "JSON": 36}.items():
        assert main([f"--signum={name}"]) == 0
        assert capsys.readouterr().out == f"{number}\n"


def test_a_wrong_option_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--what"]) == 1
    assert capsys.readouterr() == ("", "alived: unrecognized arguments: --what; see alived --help\n")


def test_otherwise_the_daemon_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked: list[Options] = []

    def run(options: Options) -> int:
        asked.append(options)
        return 7

    boot = ModuleType("alived.supervisor.boot")
    vars(boot)["run"] = run
    monkeypatch.setitem(sys.modules, "alived.supervisor.boot", boot)
    monkeypatch.setattr(sys, "argv", ["alived", "-n", "-x", "--runtime-dir", str(tmp_path)])
    assert main() == 7
    assert capsys.readouterr().err == "alived: --snmp has no effect yet\n"
    (options,) = asked
    assert options.dont_fork
    assert options.runtime_dir == tmp_path
