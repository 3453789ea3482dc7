"""The command line: keepalived's options, all of them."""

from pathlib import Path

import pytest

from alived.supervisor.options import Options, UsageError, parse, parser


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        ("", Options()),
        ("-f a.conf", Options(config_file=Path("a.conf"))),
        ("--use-file=a.conf", Options(config_file=Path("a.conf"))),
        ("-n -l -D", Options(dont_fork=True, log_console=True, log_detail=True)),
        ("-nlD", Options(dont_fork=True, log_console=True, log_detail=True)),
        ("--dont-fork --log-console", Options(dont_fork=True, log_console=True)),
        ("-V -I", Options(dont_release_vrrp=True, dont_release_ipvs=True)),
        ("-G", Options(no_syslog=True)),
        ("-S 3", Options(log_facility=19)),
        ("-S local7", Options(log_facility=23)),
        ("-S user", Options(log_facility=1)),
        ("--log-facility=daemon", Options(log_facility=3)),
        ("-p /a/pid", Options(pid_file=Path("/a/pid"))),
        ("--runtime-dir /a", Options(runtime_dir=Path("/a"), pid_file=Path("/a/alived.pid"))),
        ("-t", Options(config_test=True)),
        ("-t -f a", Options(config_test=True, config_file=Path("a"))),
        ("-tlog", Options(config_test=True, config_test_log=Path("log"))),
        ("--config-test=log", Options(config_test=True, config_test_log=Path("log"))),
        ("--config-test", Options(config_test=True)),
        ("--signum=STOP", Options(signum="STOP")),
        ("-v", Options(version=True)),
        ("--help", Options(help=True)),
        ("-x -M --perf=all", Options(without_effect=("--snmp", "--core-dump-pattern", "--perf"))),
        ("-Mcore -s one", Options(without_effect=("--namespace", "--core-dump-pattern"))),
        ("-i one", Options(config_id="one")),
        ("-t --json --strict", Options(config_test=True, json=True, strict=True)),
        ("-d --show-secrets", Options(dump_conf=True, show_secrets=True)),
        ("explain priority", Options(explain="priority")),
    ],
)
def test_options(argv: str, expected: Options) -> None:
    assert parse(argv.split()) == expected


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ("--no-such-option", "unrecognized arguments: --no-such-option"),
        ("-f", "argument -f/--use-file: expected one argument"),
        ("-S local8", "argument -S/--log-facility: there is no syslog facility local8"),
        ("--signum=DANCE", "argument --signum: invalid choice: 'DANCE'"),
        ("keepalived.conf", "unrecognized arguments: keepalived.conf"),
        ("explain", "write: alived explain KEYWORD"),
        ("explain a b", "write: alived explain KEYWORD"),
        ("-t keepalived.conf", "unexpected argument keepalived.conf"),
        ("--debug D", "unexpected argument D"),
    ],
)
def test_a_wrong_command_line_is_one_line(argv: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(argv.split())
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


KEEPALIVED = """
    -f --use-file= -P --vrrp -C --check -B --no_bfd --all -l --log-console -D --log-detail -S --log-facility= -G
    --no-syslog -u --umask= -X --release-vips -V --dont-release-vrrp -I --dont-release-ipvs -R --dont-respawn -n
    --dont-fork -d --dump-conf -p --pid= -r --vrrp_pid= -T --genhash -c --checkers_pid= -a --address-monitoring -b
    --bfd_pid= -x --snmp -A --snmp-agent-socket= -s --namespace= -m --core-dump -M --core-dump-pattern= -e --all-config
    -i --config-id= --signum= -t --config-test= -v --version -h --help -g --log-file= --flush-log-file --perf=
    --no-mem-check --debug=
    """
"""Of keepalived --help and keepalived(8), 2.2.7."""


@pytest.mark.parametrize("option", KEEPALIVED.split())
def test_every_option_of_keepalived_is_known(option: str) -> None:
    values = {"--log-facility=": "user", "-S": "user", "--signum=": "STOP"}
    takes_value = option in ("-f", "-S", "-u", "-p", "-r", "-c", "-b", "-A", "-s", "-i", "-g")
    argv = [option, values.get(option, "1")] if takes_value else [option + (values.get(option, "1") * ("=" in option))]
    parse(argv)
    assert option.rstrip("=") in parser().format_help()
