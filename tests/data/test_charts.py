"""Charts and maps of tables over HTTP: what is drawn, for whom, and what is refused."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
import sqlalchemy as sa
from ckan.tests.helpers import call_action
from ckanext.datastore.backend.postgres import get_read_engine
from lxml import html
from tests import factories
from tests.callers import Caller
from tests.data import drawable
from tests.data.drawable import STATIONS, TYPES

from ckanext.ontario.data import asking


@pytest.fixture(scope="module")
def world(internal: Any, clean_module: None) -> Any:
    """A record for one ministry with a table, and its readers by name."""
    return planted(internal)


def planted(app: Any) -> dict[str, Any]:
    people = {name: factories.make_user() for name in ("member", "other")}
    member = {"name": people["member"]["name"], "capacity": "member"}
    ours = factories.make_organization(users=[member])
    factories.make_organization(users=[{"name": people["other"]["name"], "capacity": "editor"}])
    factories.make_dataset(None, ours, name="stations", resources=[], audience="ministry")
    resource = drawable.table("stations", STATIONS, TYPES)
    callers = {
        name: Caller(
            app, name, call_action("api_token_create", user=user["name"], name="t")["token"]
        )
        for name, user in people.items()
    }
    return {**callers, "anonymous": Caller(app), "resource": resource}


def address(world: Any, page: str, language: str = "", **query: Any) -> str:
    path = f"{language}/dataset/stations/resource/{world['resource']}{page}"
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def words(element: Any) -> str:
    text = str(element.text_content())
    return re.sub(r"\s+", " ", text.replace("\xa0", " ").replace("\u202f", " "))


def figures(page: Any) -> list[list[str]]:
    rows = page.xpath("//details//table[.//*[@id='ontario-chart-caption']]//tbody/tr")
    return [[words(cell) for cell in row.xpath("./*")] for row in rows]


# --- charts ----------------------------------------------------------------------------------


def test_a_chart_that_suits_the_table_is_drawn(world: Any) -> None:
    page = world["member"].page(address(world, "/chart"))
    assert "Level (100%), average by Day" in words(page)
    wide, narrow = page.xpath("//svg[contains(@class, 'ontario-drawn--')]")
    for picture in (wide, narrow):
        assert picture.get("role") == "img"
        title, described = picture.get("aria-labelledby").split()
        assert page.xpath(f"//*[@id='{title}']")[0].text
        assert "Line chart" in page.xpath(f"//*[@id='{described}']")[0].text
        assert len(picture.xpath(".//path[contains(@class, 'mark')]")) == 12
    assert len({one.get("id") for one in page.xpath("//svg//*[@id]")}) == 8
    assert figures(page)[0] == ["Jan 3, 2020", "16"]
    assert page.xpath("//*[@style]") == []
    assert page.xpath("//style | //svg//script | //svg//image") == []


def test_a_reader_chooses_columns_and_may_share_the_address(world: Any) -> None:
    chosen = {"x": "Région du nord", "y": ["Level (100%)", "Coût"], "how": "sum", "kind": "line"}
    page = world["member"].page(address(world, "/chart", "/fr", **chosen))
    assert figures(page) == [
        ["Est", "375", "450 000"],
        ["Sud", "352,5", "435 000"],
        ["Nord", "330", "420 000"],
    ]
    assert "15 lignes sur 60 n’ont pas de valeur" in words(page)
    assert "n’a pas d’ordre" in words(page)
    assert [one.get("value") for one in page.xpath("//select/option[@selected]")] == [
        "Région du nord",
        "Level (100%)",
        "Coût",
        "",
        "sum",
        "line",
    ]
    link = page.xpath("//a[text()='Lien vers ce graphique précis']/@href")[0]
    assert figures(world["member"].page(link)) == figures(page)
    wide = page.xpath("//svg[contains(@class, 'ontario-drawn--wide')]")[0]
    fills = {bar.get("fill") for bar in wide.xpath("./rect[contains(@class, 'drawn-bar')]")}
    assert len(fills) == 2  # told apart by pattern, not by colour alone


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ({"x": "Année"}, ["2001", "12"]),
        ({"x": "Année", "kind": "bar", "y": "Coût", "how": "mean"}, ["2001", "27,500"]),
        ({"x": "Région du nord", "y": "place", "how": "count"}, ["Est", "15"]),
        ({"x": "Day", "kind": "bar"}, ["Jan 3, 2020", "5"]),
        ({"x": "Station", "y": "Coût"}, ["Station 59", "59,000"]),
        ({"x": "Année", "y": "Budget", "how": "mean"}, ["2001", "12,345,706"]),
        ({"x": "Station", "y": "Budget", "how": "mean"}, ["Station 59", "12,345,737.25"]),
    ],
    ids=str,
)
def test_figures_are_gathered_by_the_database(
    world: Any, query: dict[str, Any], first: list[str]
) -> None:
    assert figures(world["member"].page(address(world, "/chart", **query)))[0] == first


def test_what_is_left_out_is_said(world: Any) -> None:
    page = world["member"].page(address(world, "/chart", x="Station", y="Coût"))
    assert len(figures(page)) == 30
    assert "The largest 30 of 60 are shown." in words(page)


@pytest.mark.parametrize(
    "query",
    [
        {"x": "nope"},
        {"x": "Level (100%)"},
        {"x": "_id"},
        {"x": "Day", "y": "Permit number"},
        {"x": "Day", "y": "Latitude"},
        {"y": '"; DROP TABLE x; --'},
        {"how": "median"},
        {"kind": "pie"},
        {"x": "Day", "y": ["Level (100%)", "Coût", "place", "Station"]},
    ],
    ids=str,
)
def test_what_can_not_be_drawn_is_a_clear_page(world: Any, query: dict[str, Any]) -> None:
    for language in ("", "/fr"):
        answer = world["member"].get(address(world, "/chart", language, **query))
        assert answer.status_code == 400, answer.text
        page = html.fromstring(answer.text)
        assert words(page.xpath("//*[@role='alert']")[0])
        assert page.xpath("//form//select[@name='x']")
    assert "«" in words(page.xpath("//*[@role='alert']")[0])


def test_a_character_that_no_text_has_is_refused(world: Any) -> None:
    for name in ("x", "y", "how", "kind"):
        assert world["member"].get(address(world, "/chart", **{name: "a\x00"})).status_code == 400


# --- maps ------------------------------------------------------------------------------------


def test_places_are_drawn_with_their_degrees(world: Any) -> None:
    page = world["member"].page(address(world, "/map", "/fr"))
    picture = page.xpath("//svg[contains(@class, 'ontario-drawn--map')]")[0]
    assert len(picture.xpath(".//circle")) == 6
    assert "59 lignes sur 60 sont montrées" in words(page)
    assert "1 n’a pas de lieu" in words(page)
    named = [words(one) for one in picture.xpath(".//text")]
    assert {"44° N", "80° O", "Toronto"} <= set(named)
    assert words(page.xpath("//tbody/tr[1]")[0]).strip().startswith("43,5° N79,25° O10")


def test_many_places_are_gathered(internal: Any, world: Any) -> None:
    rows = [
        {"lat": 42 + n % 71 / 7, "lng": -95 + n // 71 / 5, "reading": n} for n in range(71 * 60)
    ]
    nowhere = {"lat": 0, "lng": 0, "reading": 1}
    resource = drawable.table("stations", [*rows, nowhere], {})
    page = world["member"].page(f"/dataset/stations/resource/{resource}/map")
    circles = page.xpath("//svg//circle/title")
    assert 500 < len(circles) <= 2000
    told = [int(words(one).split()[0].replace(",", "")) for one in circles]
    assert sum(told) == 71 * 60
    assert "4260 of 4261 rows are shown" in words(page)
    assert "gathered into one circle" in words(page)
    assert world["member"].get(f"/dataset/stations/resource/{resource}/chart").status_code == 404


# --- for whom ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/chart", "/map", "/chart?x=nope"])
def test_pictures_are_for_readers_of_the_table(world: Any, page: str) -> None:
    assert world["member"].get(address(world, page)).status_code in {200, 400}
    assert world["other"].get(address(world, page)).status_code == 404
    assert world["anonymous"].get(address(world, page)).status_code == 401


def test_the_page_of_a_file_shows_its_pictures(world: Any) -> None:
    page = world["member"].page(address(world, ""))
    headings = [words(one).strip() for one in page.xpath("//h2")]
    assert headings.index("Table") < headings.index("Map") < headings.index("Chart")
    table = world["member"].page(address(world, "/table"))
    assert table.xpath("//svg[contains(@class, 'ontario-drawn')]") == []
    links = table.xpath("//a/@href")
    assert address(world, "/chart") in links
    assert address(world, "/map") in links


def test_a_table_without_measures_is_a_table_alone(world: Any) -> None:
    rows = [{"site_id": n, "name": f"Site {n}"} for n in range(40)]
    resource = drawable.table("stations", rows, {"name": "text"})
    base = f"/dataset/stations/resource/{resource}"
    assert world["member"].get(f"{base}/chart").status_code == 404
    assert world["member"].get(f"{base}/map").status_code == 404
    page = world["member"].page(base)
    assert "Table" in [words(one).strip() for one in page.xpath("//h2")]
    assert page.xpath("//svg[contains(@class, 'ontario-drawn')]") == []
    assert not [link for link in page.xpath("//a/@href") if link.endswith(("/chart", "/map"))]


# --- what they ask ---------------------------------------------------------------------------


def test_a_chart_asks_no_more_of_a_larger_table(world: Any) -> None:
    few = asked(world, "/chart?x=Day&y=Coût"), asked(world, "/map")
    drawable.fill(world["resource"], STATIONS * 20, TYPES)
    many = asked(world, "/chart?x=Day&y=Coût"), asked(world, "/map")
    assert [len(one) for one in few] == [len(one) for one in many]
    assert sum("GROUP BY" in one for one in many[0]) == 1
    limits = [one for one in many[0] if "statement_timeout" in one]
    assert len(limits) == 4  # the rows' own question, the columns, the axis, the figures


def asked(world: Any, page: str) -> list[str]:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    engine = get_read_engine()
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        world["member"].page(address(world, page))
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return seen


def test_a_question_that_takes_too_long_is_no_fault(
    world: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LONGEST", 1)
    monkeypatch.setattr(asking, "source", slow(asking.source))
    assert world["member"].get(address(world, "/map")).status_code == 400
    page = world["member"].page(address(world, ""))
    assert "Table" in [words(one).strip() for one in page.xpath("//h2")]


def slow(source: Any) -> Any:
    """Make a table take its time."""

    def made(*arguments: Any) -> Any:
        found = source(*arguments)
        waits = sa.select(sa.func.pg_sleep(1)).cte("waits")
        return sa.select(*found.columns).select_from(found.join(waits, sa.true())).subquery()

    return made


# --- the public portal ---------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["chart", "map"])
def test_outside_everybody_sees_what_is_published_and_nothing_else(
    outside: tuple[str, dict[str, str]], page: str
) -> None:
    url, files = outside

    def answer(record: str, language: str = "") -> requests.Response:
        path = f"{language}/dataset/{record}/resource/{files[record]}/{page}"
        return requests.get(url + path, timeout=60)

    for language in ("", "/fr"):
        shown = answer("drawn-published", language)
        assert shown.status_code == 200
        assert html.fromstring(shown.text).xpath("//svg[contains(@class, 'ontario-drawn--')]")
        hidden = answer("drawn-withdrawn", language)
        assert hidden.status_code == 404
        assert "Level" not in hidden.text


@pytest.fixture(scope="module")
def outside(public_server: Any) -> tuple[str, dict[str, str]]:
    """The public portal's address, and files on it by their records."""
    return str(public_server.url), drawable.planted(public_server)
