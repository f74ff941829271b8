"""The theme alone writes colours; every other sheet says what a colour means, and can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "ckanext-ontario" / "ckanext" / "ontario"
THEME = PACKAGE / "assets" / "css" / "theme.css"
NAME = re.compile(r"var\((--ontario-[\w-]+)\)")
NOT_A_COLOUR = re.compile(r'"[^"]*"|var\([^)]*\)|url\([^)]*\)')
FUNCTION = re.compile(r"\b(?:rgba?|hsla?|hwb|(?:ok)?l(?:ab|ch)|color(?:-mix)?)\(")
HEX = re.compile(r"#[0-9a-f]{3,8}\b", re.IGNORECASE)
WORDS = re.compile(
    r"(?<![\w-])(?:black|white|silver|gr[ae]y|maroon|red|purple|fuchsia|green|lime|olive|yellow|navy"
    r"|blue|teal|aqua|orange|gold|crimson|indigo|violet|brown|beige|tomato|salmon|khaki|ivory"
    r"|(?:light|dark|medium|pale|deep|hot)[a-z]{3,})(?![\w-])"
)


def sheets() -> list[str]:
    """Return the project's own sheets, the vendors' apart."""
    own = (path for path in PACKAGE.rglob("*.css") if "vendor" not in path.parts)
    return sorted(path.relative_to(PACKAGE).as_posix() for path in own)


def rules(text: str) -> Iterator[dict[str, str]]:
    """Yield each rule of a sheet as property → value."""
    for body in re.findall(r"\{([^{}]*)\}", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)):
        pairs = (line.partition(":") for line in body.split(";") if ":" in line)
        yield {name.strip(): value.strip() for name, _, value in pairs}


def written_out(text: str) -> list[str]:
    """Return the declarations that write a colour out."""
    found = []
    for rule in rules(text):
        for name, value in rule.items():
            rest = NOT_A_COLOUR.sub("", value)
            if any(kind.search(rest) for kind in (HEX, FUNCTION, WORDS)):
                found.append(f"{name}: {value}")
    return found


def names() -> dict[str, str]:
    """Return the theme's names with their values."""
    return {k: v for rule in rules(THEME.read_text()) for k, v in rule.items() if k[:2] == "--"}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as WCAG 2.2 defines it: 1 to 21."""
    lights = sorted((luminance(one), luminance(other)), reverse=True)
    return (lights[0] + 0.05) / (lights[1] + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#abc`` or ``#aabbcc``: 0 to 1."""
    digits = colour[1:] if len(colour) == 7 else "".join(one * 2 for one in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_theme_alone_writes_colours() -> None:
    found = {name: written_out((PACKAGE / name).read_text()) for name in sheets()}
    del found[THEME.relative_to(PACKAGE).as_posix()]
    assert len(found) > 5
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_theme_gives_each_colour_one_name_and_writes_it_nowhere_else() -> None:
    colours = [value for value in names().values() if HEX.fullmatch(value)]
    assert len(colours) == len(set(colours)) > 10
    assert written_out(THEME.read_text()) == [
        f"{name}: {value}" for name, value in names().items() if HEX.fullmatch(value)
    ]


@pytest.mark.parametrize("name", sheets())
def test_a_sheet_uses_names_that_the_theme_has(name: str) -> None:
    assert set(NAME.findall((PACKAGE / name).read_text())) - set(names()) == set()


@pytest.mark.parametrize("name", sheets())
def test_letters_can_be_read_on_what_is_behind_them(name: str) -> None:
    known, faint = names(), []
    for rule in rules((PACKAGE / name).read_text()):
        letters = NAME.fullmatch(rule.get("color", ""))
        behind = NAME.match(rule.get("background-color", rule.get("background", "")))
        if letters and behind and contrast(known[letters[1]], known[behind[1]]) < 4.5:
            faint.append(rule)
    assert faint == []


@pytest.mark.parametrize("name", ["ink", "quiet", "link", "link-strong", "link-visited", "code"])
@pytest.mark.parametrize("behind", ["paper", "shade", "link-tint", "told-tint", "wait-tint"])
def test_words_can_be_read_on_every_light_ground(name: str, behind: str) -> None:
    known = names()
    assert contrast(known[f"--ontario-{name}"], known[f"--ontario-{behind}"]) >= 4.5


@pytest.mark.parametrize(
    "value", ["#fff", "#06c8", "2px solid #1A1A1A", "rgb(0 0 0 / 50%)", "hsl(0 0% 0%)", "white"]
)
def test_a_colour_written_out_is_seen(value: str) -> None:
    assert written_out(f"a {{ color: {value}; }}") == [f"color: {value}"]


@pytest.mark.parametrize("value", ["var(--ontario-ink)", "currentcolor", '"#fff"', "inherit"])
def test_a_name_is_no_colour_written_out(value: str) -> None:
    assert written_out(f"@media print {{ a {{ color: {value}; white-space: nowrap; }} }}") == []
