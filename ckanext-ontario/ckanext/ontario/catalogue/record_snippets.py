"""Programs that get a record, its table and its file: curl, Python and R, to paste and run.

Pure: imports neither CKAN nor SQLAlchemy. Addresses are percent-encoded and then quoted by the
rules of each language, so that nothing a ministry typed becomes part of a program.
"""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

TOKEN = "ONTARIO_TOKEN"  # noqa: S105 -- the variable's name, not a token
"""Environment variable in which programs keep the internal portal's token."""

ROWS = 5
"""How many rows of a table the programs ask for."""

WORDS = {
    "en": {"record": "The record", "rows": "Rows of the table", "file": "The file"},
    "fr": {"record": "La fiche", "rows": "Des lignes du tableau", "file": "Le fichier"},
}
"""Comments of the programs."""

_SAFE_IN_ADDRESS = "%/:=&?~#+!,;@*.-_"


@dataclass(frozen=True)
class Wanted:
    """What the programs get: full addresses, empty for what there is not."""

    record: str
    rows: str = ""
    file: str = ""
    file_name: str = ""
    token: bool = False
    """Whether actions want a token."""
    file_token: bool = False
    """Whether the file wants one too; a token never goes to another site."""


@dataclass(frozen=True)
class Snippet:
    """A program: ``tool`` is what people call its language, ``code`` the text to paste."""

    tool: str
    code: str


def snippets(wanted: Wanted, language: str) -> tuple[Snippet, ...]:
    """Return the programs, with comments in the reader's language."""
    words = WORDS[language]
    return (
        Snippet("curl", _curl(wanted, words)),
        Snippet("Python", _python(wanted, words)),
        Snippet("R", _r(wanted, words)),
    )


def file_name(address: str, file_format: str) -> str:
    """Return a plain name to keep a file under, from its address."""
    last = urlsplit(address).path.rsplit("/", 1)[-1]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip("-.")[-80:].lstrip("-.")
    extension = re.sub(r"[^a-z0-9]", "", file_format.lower())
    return name or f"data.{extension or 'bin'}"


def _encoded(address: str) -> str:
    return quote(address, safe=_SAFE_IN_ADDRESS)


def _curl(wanted: Wanted, words: dict[str, str]) -> str:
    def line(address: str, options: str = "", *, token: bool) -> str:
        header = f'-H "Authorization: ${TOKEN}" ' if token else ""
        return f"curl -fsSL {header}{options}{shlex.quote(_encoded(address))}"

    lines = [f"# {words['record']}", line(wanted.record, token=wanted.token)]
    if wanted.rows:
        lines += ["", f"# {words['rows']}", line(wanted.rows, token=wanted.token)]
    if wanted.file:
        keep = f"-o {shlex.quote(wanted.file_name)} "
        lines += ["", f"# {words['file']}", line(wanted.file, keep, token=wanted.file_token)]
    return "\n".join(lines) + "\n"


def _python(wanted: Wanted, words: dict[str, str]) -> str:
    imports = ["import json", *(["import os"] if wanted.token else [])]
    token = f'{{"Authorization": os.environ["{TOKEN}"]}}' if wanted.token else "{}"
    lines = [
        *imports,
        "from urllib.request import Request, urlopen",
        "",
        f"headers = {token}",
        "",
        f"# {words['record']}",
        f"with urlopen(Request({_quoted(wanted.record)}, headers=headers)) as answer:",
        '    record = json.load(answer)["result"]',
        "",
        'print(record["title"], len(record["resources"]))',
    ]
    if wanted.rows:
        lines += [
            "",
            f"# {words['rows']}",
            f"with urlopen(Request({_quoted(wanted.rows)}, headers=headers)) as answer:",
            '    rows = json.load(answer)["result"]["records"]',
            "",
            "print(rows)",
        ]
    if wanted.file:
        sent = ", headers=headers" if wanted.file_token else ""
        lines += [
            "",
            f"# {words['file']}",
            f"with urlopen(Request({_quoted(wanted.file)}{sent})) as answer:",
            f'    with open({_quoted(wanted.file_name)}, "wb") as file:',
            "        file.write(answer.read())",
            "",
        ]
    return "\n".join(lines) + "\n"


def _r(wanted: Wanted, words: dict[str, str]) -> str:
    header = f', headers = c(Authorization = Sys.getenv("{TOKEN}"))'

    def ask(address: str) -> str:
        if not wanted.token:
            return f"fromJSON({_quoted(address)})$result"
        lines = f"readLines(url({_quoted(address)}{header}), warn = FALSE)"
        return f'fromJSON(paste({lines}, collapse = ""))$result'

    lines = [
        'library(jsonlite)  # install.packages("jsonlite")',
        "",
        f"# {words['record']}",
        f"record <- {ask(wanted.record)}",
        "print(record$title)",
    ]
    if wanted.rows:
        lines += ["", f"# {words['rows']}", f"rows <- {ask(wanted.rows)}$records", "print(rows)"]
    if wanted.file:
        sent = header if wanted.file_token else ""
        where = f'{_quoted(wanted.file)}, {_quoted(wanted.file_name)}, mode = "wb"{sent}'
        lines += ["", f"# {words['file']}", f"download.file({where})"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """Return a text as Python and R both read it (an address is encoded first)."""
    return json.dumps(_encoded(text))
