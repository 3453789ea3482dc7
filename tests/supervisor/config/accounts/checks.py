"""Checks of real servers as keepalived and as alived understands them (common.py).

A program's timeout of 0 is delay_loop; an empty name that a name server is asked for is the root's.
"""

import re
from dataclasses import astuple

from alived.ipc.model.checks import (
    BfdCheck,
    Check,
    Connecting,
    DnsCheck,
    FileCheck,
    HttpCheck,
    MiscCheck,
    Paced,
    SmtpCheck,
    SslCheck,
    UdpCheck,
    Url,
)
from tests.supervisor.config.accounts.common import Account, program_read
from tests.supervisor.config.dumped import Part


def check_said(part: Part) -> Account:
    """A check of a real server."""
    kind = part.value("Keepalive method").split(",")[0]
    if kind == "BFD_CHECK":
        return {"kind": kind, "name": part.value("Name"), "alpha": part.has("Alpha is ON")}
    account: Account = {
        "kind": kind,
        "alpha": part.value("Alpha") == "yes",
        "delay_loop": _microseconds(part, "Delay loop"),
        "warmup": _microseconds(part, "Warmup"),
        "retry": int(part.value("Retries")),
        "delay_before_retry": _microseconds(part, "Delay before retry", "Default delay before retry"),
        "log_all_failures": part.value("Log all failures") == "yes",
    }
    if kind == "MISC_CHECK":
        program = f"{part.value('script')}, uid:gid {part.value('uid:gid')}"
        # 0 is delay_loop
        timeout = float(part.value("timeout")) or account["delay_loop"]
        return account | {"program": program, "timeout": timeout, "dynamic": part.value("dynamic") == "YES"}
    address, port = _endpoint(part.value("Dest"))
    source, source_port = _endpoint(part.value("Bind to", "[]:0"))
    account |= {
        "to": (address, port),
        "from": (source, source_port, part.value("Bind i/f", "")),
        "fwmark": int(part.value("Mark", "0")),
        "connect_timeout": float(part.value("Timeout")),
    }
    return account | _specially_said(kind, part)


def _specially_said(kind: str, part: Part) -> Account:
    if kind in ("HTTP_GET", "SSL_GET"):
        return {
            "protocol": part.value("Keepalive method").rpartition(" ")[2],
            "sni": part.has("Enable SNI set"),
            "fast_recovery": part.has("Fast recovery set"),
            "urls": [_url_said(url) for url in _urls(part)],
        }
    if kind == "SMTP_CHECK":
        return {"helo": part.value("helo")}
    if kind == "DNS_CHECK":
        return {"type": part.value("Type"), "name": part.value("Name") or "."}
    if kind == "UDP_CHECK":
        required = part.value("Require reply") == "yes"
        return {
            "payload": int(part.value("Payload len", "0")),
            "reply": required,
            "lengths": (int(part.value("Min reply length")), int(part.value("Max reply length"))) if required else (),
        }
    return {}


def check_read(check: Check) -> Account:
    """A check of a real server."""
    kind = type(check).__name__.removesuffix("Check").upper() + "_CHECK"
    kind = {"HTTP_CHECK": "HTTP_GET", "SSL_CHECK": "SSL_GET"}.get(kind, kind)
    if isinstance(check, BfdCheck):
        return {"kind": kind, "name": check.name, "alpha": check.alpha}
    if isinstance(check, FileCheck):
        return {"kind": kind, "name": check.track_file}
    account = _paced(kind, check)
    if isinstance(check, MiscCheck):
        program = program_read(check.program)
        return account | {"program": program, "timeout": check.misc_timeout, "dynamic": check.misc_dynamic}
    assert isinstance(check, Connecting)
    account |= {
        "to": (check.address, check.port),
        "from": (check.bindto, check.bind_port, check.bind_if),
        "fwmark": check.fwmark,
        "connect_timeout": check.connect_timeout,
    }
    return account | _specially_read(check)


def _paced(kind: str, check: Paced) -> Account:
    return {
        "kind": kind,
        "alpha": check.alpha,
        "delay_loop": check.delay_loop,
        "warmup": check.warmup,
        "retry": check.retry,
        "delay_before_retry": check.delay_before_retry,
        "log_all_failures": check.log_all_failures,
    }


def _specially_read(check: Connecting) -> Account:
    if isinstance(check, HttpCheck | SslCheck):
        return {
            "protocol": check.http_protocol.value,
            "sni": check.enable_sni,
            "fast_recovery": check.fast_recovery,
            "urls": [_url_read(url) for url in check.urls],
        }
    if isinstance(check, SmtpCheck):
        return {"helo": check.helo_name}
    if isinstance(check, DnsCheck):
        return {"type": check.type.value, "name": check.name}
    if isinstance(check, UdpCheck):
        required = check.require_reply is not None
        return {
            "payload": len(check.payload),
            "reply": required,
            "lengths": (check.min_reply_length, check.max_reply_length) if required else (),
        }
    return {}


def _urls(part: Part) -> list[Part]:
    starts = [number for number, (_, line) in enumerate(part.lines) if line.startswith("Checked url = ")]
    ends = [*starts[1:], len(part.lines)]
    return [Part("url", "", part.lines[start:end]) for start, end in zip(starts, ends, strict=True)]


def _url_said(part: Part) -> Account:
    stacks = [line for _, line in part.lines if line.startswith("Regex stack")]
    offsets = re.findall(r"\d+", part.value("Regex min offset", ""))
    return {
        "path": part.value("Checked url"),
        "digest": part.value("digest", ""),
        "codes": part.below("HTTP Status Code(s)"),
        "regex": part.value("Regex", '""')[1:-1],
        "regex_no_match": part.has("Regex no match"),
        "least": int(offsets[0]) if offsets else 0,
        "stack": tuple(int(size) for line in stacks for size in re.findall(r"\d+", line)),
    }


def _url_read(url: Url) -> Account:
    return {
        "path": url.path,
        "digest": url.digest,
        "codes": [
            str(code.first) if code.first == code.last else f"{code.first}-{code.last}" for code in url.status_code
        ],
        "regex": url.regex,
        "regex_no_match": url.regex_no_match,
        "least": url.regex_min_offset,
        "stack": astuple(url.regex_stack) if url.regex_stack else (),
    }


def _microseconds(part: Part, word: str, otherwise: str = "") -> float:
    said = part.value(word, part.value(otherwise)) if otherwise else part.value(word)
    return int(said.split()[0]) / 1_000_000


def _endpoint(text: str) -> tuple[str, int]:
    address, _, port = text.rpartition(":")
    return address.strip("[]"), int(port)
