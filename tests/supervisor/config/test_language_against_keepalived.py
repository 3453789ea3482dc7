"""Debian's keepalived reads the same texts, and finds the same words in the same lines.

`Unknown keyword 'x'` shows what keepalived takes for the first word of a statement after all substitutions, so that a
file of nothing but unknown words is a view of its reader.
"""

import os
import re
import shutil
import subprocess
from itertools import takewhile
from pathlib import Path

import pytest

from alived.supervisor.config.diagnostics import INCLUDED, Report
from alived.supervisor.config.language import Context, read_lines
from alived.supervisor.config.source import Line

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("keepalived"), reason="needs root and keepalived"),
]

END = "the_end"
COMPLAINT = re.compile(r"\((?:(?P<file>[^()]*): )?Line (?P<line>\d+)\) Unknown keyword '(?P<word>.*)'$")
PIECE = re.compile(r'"[^"]*"|[{}]|[^{}"]+')
FIRST = re.compile(r'[ \t\r\f\v]*(?:"([^"]*)"|([^ \t\r\f\v"]+))')
Word = tuple[str, int, str]
"""File, if it is an included one; line; word."""

CASES = {
    "comments": 'xa\nxb # c\nxc#d\nxd! e\n"xe # f" g\nxh "i" # j "k\nxi\\# j\nxj "a" ! "b"\n#\n ! \n\nxk\\\\#l\n',
    "a backslash at the end continues no line": "xa \\\nxb\nxc\\\nxd # e \\\nxe\n",
    "characters between words": "xa\tb\r\nxb \r\n\txf\x0bg\x0ch\n",
    "conditions": "@foo xa\n@me xb\n@^me xc\n@^foo xd\n@me\n@me @me xf\n@ me xg\n@^ xi\n @me xj\n@me@me xk\n@me\txl\n",
    "conditions before braces": "@me xa {\n@no xb {\n@me }\n@no }\n",
    "condition after a brace": "foo { @me xa\nfoo { @no xb }\n} @me xc\n",
    "condition from a definition": "$IF=@me\n$IF xa\n$IN=@no\n$IN xb\n$A=me\n@$A xh\n@${A} xi\n@^$A xj\n",
    "definition under a condition": "@me $A=xa\n@no $A=xb\n$A\n@me $M= \\\nxe \\\nxf\n$M\n",
    "definition of several lines under a false condition": "@no $M= \\\nxc \\\nxd\n$M\n",
    "names": "$A=1\n$B2=2\n$_C=3\n$3=4\nxa$A\nxb${A}y\nxc$Ay\nxf$A.y\nxi${B2}\nxj${_C}\n",
    "what ends a name": "$A=1\nxd$A,y\nxe$A)\nxr$$A\nxv$A\ty\n",
    "blanks around the equals sign": "$E =6\n$F= 7\n$G=\nxk$E\nxl${F}\nxm${G}n\n  $H=xz\n  $H\n$C=  sp  \nx${C}y\n",
    "values": '$A=foo # comment\nx$A\n$B="x y"\n$B\n$E=a=b\nx$E\n$F=a{b\nx$F }\n$G=$\nx$G\n$J="a # b"\n$J\n',
    "quoted": '$A=b\nfoo "c $A d"\n"x${A}"\n"xn $A"\n"xm $A "\n',
    "undefined": 'xu$UN\n"xv ${UN}"\nxw "${VAR:-x}"\nxx $1 $(foo)\n',
    "late": "$A=10.${B}\n$B=0\nx${A}\n$B=1\nx${A}\n$C=$B\ny$C\n",
    "names made of parts": "$N=1\n$V1=yes\n$W=V\nxa${V${N}}\nxb${${W}1}\n",
    "several values in one line": "$A=1\nxf$A,$A\nx$A,${A}\nx$A)$A(\n",
    "definition from a definition": "$N=$A=5\n$N\nx$A\n$D=$\n${D}B=7\nx$B\n",
    "predefined": '"x${_PWD}"\nx${_INSTANCE}\nx${_RANDOM 5 5}\nx${_RANDOM a}\n',
    "predefined and defined": "$_PWD=foo\nx${_PWD}\n$_RANDOM=4\nx${_RANDOM}\n",
    "several lines": "$M= \\\nxa \\\nxb \\\n xc\nxd\n$M\nxe\n${M}\n",
    "first line with text": "$M=xa \\\nxb \\\nxc\n$M\nyy $M\n$M yy\n",
    "empty line ends a definition": "$M= \\\nxa \\\n\nxb\nxc\n$M\n",
    "comments in a definition": "$M= \\\nxa # foo \\\n# whole \\\nxb # end\nxc\n$M\n",
    "a backslash that is escaped continues a definition": "$H=a\\\\\nxh\nx$H\n$H\n",
    "redefined": "$A= \\\nxa \\\nxb\n$A=xc\n$A\n$A= \\\nxd \\\nxe\n$A\n",
    "nested": "$R= \\\nxa${N} \\\nxb\n$M= \\\nxc \\\n$N=1 \\\n$R \\\n$N=2 \\\n$R \\\nxd\n$M\n",
    "one within the other's first line": "$R=xa \\\nxb\n$M=$R \\\nxc\nxx $M\n$M\n",
    "definition of one line with several": "$R= \\\nxa \\\nxb\n$M=$R\n$M\nxy $M\nxz ${M}\n",
    "blocks in a definition": "$A= \\\nxa$I { \\\nxb \\\n}\n~SEQ(I,1,2) $A\n",
    "sequence": "~SEQ(I,3) x$I\n~SEQ(I,-2) x$I\n~SEQ(I,0) x$I\n~SEQ(J,2,4) y$J\n~SEQ(K,4,2) z$K\n",
    "sequence with a step": "~SEQ(L,1,2,6) w$L\n~SEQ(M,6,-2,1) v$M\n~SEQ(P,5,1,5) t$P\n~SEQ(J,1,2,1) y\n",
    "sequence in hexadecimal": "~SEQx(Q,8,12) s$Q\n~SEQ(U,0x10,016) p$U\n~SEQx(A1,0,3) z${A1}\n",
    "blanks in a sequence": "~SEQ ( S , 1 , 2 ) r$S\n~SEQ(T,1,2)q$T\n~SEQ(L,+1,3) w$L\n~SEQ(M,,3) u$M\n ~SEQ(N,1) v\n",
    "sequence of definitions": "$A=2\n~SEQ(I,$A) x$I\n~SEQ(J,1,${A}) y$J\n~SEQ(K,1,2) ~SEQ(L,1,${K}) z${K}.${L}\n",
    "sequence under a condition": "@me ~SEQ(M,1,2) w$M\n@no ~SEQ(M,1,2) v\n~SEQ(R,1,2) @me x$R\n~SEQ(R,1,2) @no y\n",
    "sequence from a definition": "$S=~SEQ(N,1,2) v$N\n$S\n",
    "sequence with blocks": "~SEQ(O,1,2) u$O { t$O }\ns$O\n",
    "variable afterwards": "~SEQ(P,1,2) r$P\nq$P\n~SEQ(Q,1,2) $R=$Q\np$R\n$I=9\n~SEQ(I,1,2) x$I\nx$I\n",
    "no sequence": "~FOO(A) x\n~ foo\nfoo ~SEQ(R,1,2) x$R\n",
    "list": "~LST(I,a,b,c) x$I\n~LST ( V , 1 ) x$V\n~LST(W,1,2)x$W\n~LST(D,a\\,b) x$D\n",
    "list with empty values": "~LST(X,a,,c) x${X}y\n~LST(R,) x${R}y\n",
    "list of several": "~LST({K,L},{1,2},{3,4}) x${K}.${L}\n~LST({ M , N },{ 1 , 2 } , { 3,4 }) x${M}${N}\n",
    "list of several that are one": "~LST({T},{1},{2}) x${T}\n",
    "list with too few values": "~LST({Y,Z},1,2) x${Y}.${Z}\n",
    "list ends at the first parenthesis": "~LST(H,(a),b) x${H}\n",
    "list is not of definitions": "$V=1,2\n~LST(H1,$V) x${H1}\n",
    "list and sequence": "~LST({G,H},{1,2},{3,4}) ~SEQ(G1,5,6) y${G}.${H}.${G1}\n~SEQ(I,1,2) ~LST(J,a,b) x${I}${J}\n",
    "sequence of several lines": "$M= \\\nxa$I \\\n~SEQ(J,1,2) xb${I}.${J} \\\n$K=7 \\\nxc$K\n~SEQ(I,1,2) $M\n",
    "sequence of text and several lines": "$M= \\\nxa$I \\\nxb$I\n~SEQ(I,1,2) zz $M\n",
    "after a brace": "foo { $A=xc\n$A\n} xe } xf { xg\nxi{xj\n{ xk\n",
    "include": "include a.conf\nxz${B}\n",
    "include by a pattern": "include [ab]?conf\nxz\ninclude {a,b,zz}.conf\ninclude nope*\n",
    "include relative to a file": "include d/c.conf\nxz\n",
    "include under a condition": "@me include b.conf\n@no include a.conf\nxz\n",
    "include from a definition": "$F=a.conf\ninclude $F\n$I=include b.conf\n$I\n$J=include\n$J a.conf\n",
    "include takes the rest of the line": "include a.conf b.conf\ninclude\nxz\n",
    "definitions go into a file and out": "$A=x1\ninclude v.conf\nx$A\n",
    "nothing to include": "include nope.conf\nincluder nope*.conf\nxz\n",
}

FILES = {
    "a.conf": "xa\n",
    "b.conf": "xb\n$B=bb\n",
    "d/c.conf": "xc\ninclude e.conf\nyc\n",
    "d/e.conf": "xe\n",
    "v.conf": "$A\n$A=v\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return tmp_path


@pytest.mark.parametrize("name", CASES)
def test_the_same_words_in_the_same_lines(name: str, folder: Path) -> None:
    path = folder / "k.conf"
    path.write_text(CASES[name] + END + "\n", newline="")
    assert ours(path) == keepalived(path)


def keepalived(path: Path) -> list[Word]:
    """The words that keepalived does not know, when it reads the file for the first time."""
    command = ["keepalived", "-t", "-i", "me", "-f", os.fspath(path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    words: list[Word] = []
    for line in result.stderr.split("\n"):
        match = COMPLAINT.match(line)
        if match and match["word"] == END:
            return words
        if match and match["word"] not in "{}":
            file = "" if match["file"] in (None, "k.conf") else Path(match["file"]).name
            words.append((file, int(match["line"]), match["word"]))
    raise AssertionError(result.stderr)


def ours(path: Path) -> list[Word]:
    return [word for line in read_lines(path, Context("me"), Report()) for word in words(line, path) if word[2] != END]


def words(line: Line, path: Path) -> list[Word]:
    """The first word of each statement in a line, in the line that keepalived would name: where it was asked for."""
    steps = line.origin.steps if line.origin else ()
    asked = [step.place for step in takewhile(lambda step: step.words != INCLUDED, steps)]
    number = asked[-1].line if asked else line.number
    file = asked[-1].file if asked else line.file
    statements = [""]
    for piece in PIECE.findall(line.text):
        statements += [""] if piece in "{}" else []
        statements[-1] += "" if piece in "{}" else piece
    found = [match for match in map(FIRST.match, statements) if match]
    return [("" if file == str(path) else Path(file).name, number, match[1] or match[2]) for match in found]


PATTERNS = (
    "a.conf",
    "nope.conf",
    "nope*.conf",
    "[ab].conf",
    "no[p]e",
    "{a,b}.conf",
    "{a,nope}.conf",
    "{no,nope}.conf",
    "{no,nope}*.conf",
    "{a,nope}*.conf",
    "d",
    "d*",
    "nodir/x.conf",
    "{a",
    "a},b",
    "run.conf",
)


@pytest.mark.parametrize("word", ["include", "includer", "includem", "includew", "includeb", "includea"])
def test_the_same_demands_of_files(word: str, folder: Path) -> None:
    for name in FILES:
        (folder / name).write_text("global_defs {\n}\n")
    (folder / "run.conf").write_text("\n")
    (folder / "run.conf").chmod(0o755)
    assert {pattern: refused(folder, f"{word} {pattern}\n") for pattern in PATTERNS} == {
        pattern: exit_code(folder, f"{word} {pattern}\n") == MISSING for pattern in PATTERNS
    }


@pytest.mark.parametrize("words", ["", "match", "wildcard_match", "brace_match", "+match"])
def test_the_same_demands_of_all_includes(words: str, folder: Path) -> None:
    head = f"global_defs {{\ninclude_check {words}\n}}\n"
    texts = [f"{head}include {pattern}\n" for pattern in PATTERNS if "nope" in pattern]
    assert [refused(folder, text) for text in texts] == [exit_code(folder, text) == MISSING for text in texts]


MISSING = 6
"""Exit status of keepalived when a demanded file is missing."""


def refused(folder: Path, text: str) -> bool:
    (folder / "k.conf").write_text(text)
    report = Report()
    list(read_lines(folder / "k.conf", Context("me"), report))
    return any(found.is_complaint for found in report.diagnostics())


def exit_code(folder: Path, text: str) -> int:
    (folder / "k.conf").write_text(text)
    command = ["keepalived", "-t", "-f", os.fspath(folder / "k.conf")]
    return subprocess.run(command, capture_output=True, timeout=20, check=False).returncode
