"""The pages of votes over HTTP: the button, the ranking, its table, feeds, suggestions, log-in."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import requests
from lxml import html
from tests.votes.conftest import PASSWORD, TOPIC, another, fill

EVIL = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}


class Visitor:
    """Somebody with a browser's cookies who reads pages and sends their forms."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def see(self, path: str, status: int = 200) -> Any:
        answer = self.session.get(f"{self.url}{path}", timeout=60)
        assert answer.status_code == status, (path, answer.status_code, answer.text[-500:])
        return html.fromstring(answer.text)

    def send(self, path: str, headers: Any = None, **values: str) -> Any:
        """Send a form with the token of a page of this site, from this site."""
        token = self.see("/votes/suggest").xpath("//input[@name='ontario_guard']/@value")[0]
        sent = {"ontario_guard": token, **values}
        told = {"Origin": self.url, **(headers or {})}
        return self.session.post(f"{self.url}{path}", data=sent, headers=told, timeout=60)

    def log_in(self, name: str) -> None:
        form = {"login": name, "password": PASSWORD}
        assert self.session.post(f"{self.url}/user/login", data=form, timeout=60).ok


@pytest.fixture
def visitor(voting: Any) -> Visitor:
    return Visitor(voting.url)


def button(page: Any) -> Any:
    [found] = page.xpath("//section[@id='votes']//button")
    return found


def words(page: Any, path: str) -> str:
    return " ".join(page.xpath(path)[0].text_content().split())


COUNTS = "//section[@id='votes']//p[@class='votes-count']"


# --- the button ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prefix", "vote", "voted", "counts"),
    [
        ("", "Vote", "✓ Voted", "1 vote: 0 with accounts, 1 without."),
        ("/fr", "Voter", "✓ Voté", "1 vote : 0 avec un compte, 1 sans compte."),
    ],
)
def test_the_button_works_without_a_script(
    voting: Any, visitor: Visitor, kept: Any, prefix: str, vote: str, voted: str, counts: str
) -> None:
    name, record = voting.names["review-0"], voting.records["review-0"]
    page = visitor.see(f"{prefix}/dataset/{name}")
    assert (button(page).text_content(), button(page).get("aria-pressed")) == (vote, "false")
    assert "ontario_voter" not in visitor.session.cookies
    answer = visitor.send(f"{prefix}/dataset/{name}/vote", value="true")
    assert answer.history[0].status_code == 302
    assert answer.url.endswith(f"{prefix}/dataset/{name}#votes") or answer.url.endswith(name)
    page = html.fromstring(answer.text)
    assert (button(page).text_content(), button(page).get("aria-pressed")) == (voted, "true")
    assert words(page, COUNTS).replace("\xa0", " ") == counts
    assert kept(record) == {"ballots": 1, "tally": 1, "days": 1}
    visitor.send(f"{prefix}/dataset/{name}/vote", value="false")
    assert button(visitor.see(f"{prefix}/dataset/{name}")).get("aria-pressed") == "false"
    assert kept(record) == {"ballots": 0, "tally": 0, "days": 0}


def test_a_script_gets_the_button_alone(voting: Any, visitor: Visitor) -> None:
    path = f"/dataset/{voting.names['review-1']}/vote"
    answer = visitor.send(path, {"Accept": "application/json"}, value="true")
    told = answer.json()
    assert answer.history == []
    assert html.fromstring(told["html"]).xpath("//button/@aria-pressed") == ["true"]
    assert told["said"] == "Your vote counts. Votes are advice: the ministry decides."
    visitor.send(path, value="false")


@pytest.mark.parametrize("headers", [EVIL, {"Origin": ""}, {"Origin": "null"}])
def test_another_site_presses_no_button(
    voting: Any, visitor: Visitor, kept: Any, headers: dict[str, str]
) -> None:
    answer = visitor.send(f"/dataset/{voting.names['review-2']}/vote", headers, value="true")
    assert answer.status_code == 403
    assert kept(voting.records["review-2"])["ballots"] == 0


def test_a_form_without_its_token_or_by_get_changes_nothing(
    voting: Any, visitor: Visitor, kept: Any
) -> None:
    path = f"{voting.url}/dataset/{voting.names['review-2']}/vote"
    visitor.see("/votes/suggest")
    own = {"Origin": voting.url}
    assert visitor.session.post(path, data={}, headers=own, timeout=60).status_code == 403
    assert visitor.session.get(path, headers=own, timeout=60).status_code in {404, 405}
    assert kept(voting.records["review-2"])["ballots"] == 0


def test_nothing_is_said_of_records_that_are_not_there(visitor: Visitor) -> None:
    assert visitor.send("/dataset/no-such-record/vote", value="true").status_code == 404


def test_only_votable_records_have_a_button_and_restricted_ones_say_more(
    voting: Any, visitor: Visitor
) -> None:
    assert not visitor.see(f"/dataset/{voting.names['open']}").xpath("//section[@id='votes']")
    closed = visitor.see(f"/dataset/{voting.names['closed']}").xpath("//section[@id='votes']")[0]
    asked = visitor.see(f"/dataset/{voting.names['review-0']}").xpath("//section[@id='votes']")[0]
    again = "a vote asks the ministry to look at the reasons again"
    assert again in closed.text_content()
    assert again not in asked.text_content()
    for one in (closed, asked):
        assert "Votes are advice" in one.text_content()


def test_an_opened_record_keeps_its_counts_and_leads_to_its_data(
    voting: Any, visitor: Visitor
) -> None:
    name = voting.names["opening"]
    visitor.send(f"/dataset/{name}/vote", value="true")
    level = {"access_level": "open", "license_id": "OGL-ON-1.0", "planned_release_date": ""}
    fill(voting.server, ("package_patch", {"id": voting.records["opening"], **level}))
    page = visitor.see(f"/dataset/{name}")
    assert not page.xpath("//section[@id='votes']//button")
    assert page.xpath("//section[@id='votes']//a[contains(@href, '#record-data')]")
    assert words(page, COUNTS) == "1 vote: 0 with accounts, 1 without."
    answer = visitor.send(f"/dataset/{name}/vote", {"Accept": "application/json"}, value="false")
    assert answer.status_code == 409
    assert "open already" in answer.json()["said"]


# --- log-in ----------------------------------------------------------------------------------


def test_votes_of_a_browser_are_offered_at_log_in(voting: Any, visitor: Visitor, kept: Any) -> None:
    name, record = voting.names["review-3"], voting.records["review-3"]
    offer = "//section[@class='votes-merge']"
    visitor.send(f"/dataset/{name}/vote", value="true")
    assert not visitor.see("/votes").xpath(offer)
    visitor.log_in(voting.users["other"])
    assert "1 vote without an account" in words(visitor.see("/votes"), offer)
    declining = visitor.send("/votes/merge", answer="no")
    assert not html.fromstring(declining.text).xpath(offer)
    assert not visitor.see("/votes").xpath(offer)
    again = Visitor(voting.url)
    again.session.cookies.set(
        "ontario_voter", visitor.session.cookies["ontario_voter"], domain="127.0.0.1"
    )
    again.log_in(voting.users["other"])
    assert again.see("/fr/votes").xpath(offer)
    moved = again.send("/votes/merge", answer="yes")
    assert "1 vote is your account’s now" in moved.text
    assert not again.see("/votes").xpath(offer)
    assert words(again.see(f"/dataset/{name}"), COUNTS).startswith("1 vote: 1 with an account")
    assert kept(record) == {"ballots": 1, "tally": 1, "days": 1}
    again.send(f"/dataset/{name}/vote", value="false")


def test_only_who_is_logged_in_can_move_votes(visitor: Visitor) -> None:
    assert "/user/login" in visitor.send("/votes/merge", answer="yes").url
    assert visitor.send("/votes/merge", EVIL, answer="yes").status_code == 403


# --- ranking, table, feeds -------------------------------------------------------------------


@pytest.fixture(scope="module")
def ranked(voting: Any) -> Any:
    """Records with votes, of two ministries."""
    for key, count in {"review-0": 3, "closed": 2, "elsewhere": 1}.items():
        for _ in range(count):
            Visitor(voting.url).send(f"/dataset/{voting.names[key]}/vote", value="true")
    return voting


def rows(page: Any) -> list[list[str]]:
    return [
        [" ".join(cell.text_content().split()) for cell in row]
        for row in page.xpath("//table//tbody/tr")
    ]


def addresses(page: Any) -> list[str]:
    return [one.split("/")[-1].split("#")[0] for one in page.xpath("//tbody//th/a/@href")]


def test_the_ranking_shows_who_is_asked_for_most(ranked: Any, visitor: Visitor) -> None:
    page = visitor.see(f"/votes?organization={ranked.owner}")
    assert addresses(page) == [ranked.names["review-0"], ranked.names["closed"]]
    first, second = rows(page)
    assert [first[0], first[2], first[3], first[4]] == ["1", "3", "+3", "Ministry of Votes"]
    assert "Under review" in first[6]
    assert "2031-01-01" in first[6]
    assert "Restricted" in second[6]
    assert second[7] != ""
    assert "3 votes: 0 with accounts, 3 without." in first[1]
    french = visitor.see(f"/fr/votes?organization={ranked.owner}")
    assert rows(french)[0][4] == "Ministère des votes"
    assert "En examen" in rows(french)[0][6]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("organization={other_owner}", ["elsewhere"]),
        ("organization={owner}&access_level=restricted", ["closed"]),
        ("organization={owner}&since=2000-01-01", ["review-0", "closed"]),
        ("organization={owner}&since=2999-01-01", []),
        (f"organization={{other_owner}}&topic={TOPIC}", []),
        ("organization={owner}&page=2", []),
    ],
)
def test_the_ranking_is_filtered(
    ranked: Any, visitor: Visitor, query: str, found: list[str]
) -> None:
    asked = query.format(owner=ranked.owner, other_owner=ranked.other_owner)
    page = visitor.see(f"/votes?{asked}")
    assert addresses(page) == [ranked.names[key] for key in found]
    assert bool(page.xpath("//p[contains(., 'No dataset with votes is like this')]")) is not bool(
        found
    )


@pytest.mark.parametrize("query", ["since=yesterday", "access_level=x", "page=0", "page=x"])
def test_addresses_that_are_not_understood(visitor: Visitor, query: str) -> None:
    visitor.see(f"/votes?{query}", status=400)


@pytest.mark.parametrize(
    ("query", "header", "level"),
    [("headers=en", "Votes", "Under review"), ("headers=fr", "Votes", "En examen")],
)
def test_the_table_has_headers_in_a_language(
    ranked: Any, query: str, header: str, level: str
) -> None:
    answer = requests.get(f"{ranked.url}/votes.csv?{query}&organization={ranked.owner}", timeout=60)
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "ontario_voter" not in answer.cookies
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert table[0][header] == "3"
    assert level in table[0].values()
    assert not any(cell.startswith(("=", "+", "@")) for row in table for cell in row.values())
    for wrong in ("headers=de", "since=x"):
        assert requests.get(f"{ranked.url}/votes.csv?{wrong}", timeout=60).status_code == 400


def test_feeds_name_what_is_voted_for_and_what_was_opened(ranked: Any) -> None:
    ranked.web.ckan("ontario-votes", "index")
    votes = requests.get(f"{ranked.url}/feeds/votes.atom", timeout=60)
    assert votes.headers["Content-Type"].startswith("application/atom+xml")
    assert f"/dataset/{ranked.names['review-0']}" in votes.text
    assert f"/dataset/{ranked.names['open']}" not in votes.text
    opened = requests.get(f"{ranked.url}/fr/feeds/opened.atom", timeout=60)
    assert opened.status_code == 200
    assert f"/dataset/{ranked.names['review-0']}" not in opened.text


def test_the_home_page_and_the_search_tell_of_votes(ranked: Any, visitor: Visitor) -> None:
    home = visitor.see("/")
    assert home.xpath("//ol[@class='votes-top']/li")
    assert home.xpath("//header//a[contains(@href, '/votes')]")
    found = visitor.see(f"/dataset/?q={ranked.names['review-0']}&access_level=under_review")
    assert found.xpath("//select[@id='catalogue-sort']/option[@value='votes']")
    assert "3 votes" in found.text_content()


# --- suggestions -----------------------------------------------------------------------------


def chief(voting: Any) -> Visitor:
    made = Visitor(voting.url)
    made.log_in(voting.users["chief"])
    return made


def waiting(one: Visitor, title: str) -> list[str]:
    found = one.see("/votes/suggestions/waiting").xpath(f"//section[h2='{title}']/h2/@id")
    return [identifier.removeprefix("decide-") for identifier in found]


def test_a_suggestion_is_moderated_listed_and_voted_for(
    voting: Any, visitor: Visitor, kept: Any
) -> None:
    title = f"Ferry delays {voting.owner}"
    for _ in range(2):  # sent twice, it waits once
        answer = visitor.send("/votes/suggest", title=title, description="To plan trips.")
        assert "An administrator reads your request first" in answer.text
    assert title not in visitor.see("/votes").text_content()
    admin = chief(voting)
    [one] = waiting(admin, title)
    path = f"/votes/suggestions/{one}"
    assert visitor.send(f"{path}/vote", value="true").status_code == 404
    assert admin.send(f"{path}/decide", decision="accept", title_en=title).status_code == 400
    titles = {"title_en": f"{title} EN", "title_fr": f"{title} FR"}
    assert admin.send(f"{path}/decide", decision="accept", **titles).status_code == 200
    assert waiting(admin, title) == []
    assert f"{title} FR" in visitor.see("/fr/votes").text_content()
    for value, count in (("true", 1), ("true", 1), ("false", 0), ("true", 1)):
        assert visitor.send(f"{path}/vote", value=value).status_code == 200
        assert kept(f"suggestion:{one}") == dict.fromkeys(("ballots", "tally", "days"), count)
    assert visitor.see("/votes").xpath(f"//li[@id='suggestion-{one}']//button/@aria-pressed") == [
        "true"
    ]
    assert visitor.see("/votes/suggestions").xpath(f"//li[@id='suggestion-{one}']")
    assert admin.send(f"{path}/decide", decision="refuse").status_code == 400
    off = admin.send(f"{path}/decide", decision="refuse", reason="It is in the inventory now.")
    assert off.status_code == 200
    assert f"{title} EN" not in visitor.see("/votes").text_content()
    assert admin.send(f"{path}/decide", decision="accept", **titles).status_code == 404


def test_votes_for_suggestions_move_at_log_in_and_stay_out_of_the_index(
    voting: Any, visitor: Visitor, client: Any, kept: Any
) -> None:
    anyone, admin = client(), client("chief")
    title = f"Trail maps {voting.owner}"
    one = anyone.ask("ontario_vote_suggestion_create", title=title)["id"]
    both = {"en": title, "fr": title}
    admin.ask("ontario_vote_suggestion_accept", id=one, title=both)
    visitor.send(f"/votes/suggestions/{one}/vote", value="true")
    visitor.log_in(voting.users["citizen"])
    visitor.send("/votes/merge", answer="yes")
    listed = client("citizen").ask("ontario_vote_suggestion_list", limit=100)["results"]
    [found] = [item for item in listed if item["id"] == one]
    assert (found["count_user"], found["count_anonymous"], found["mine"]) == (1, 0, True)
    done = admin.ask("ontario_vote_index")
    assert done["failed"] == {}
    admin.ask("ontario_vote_purge")
    assert admin.ask("ontario_vote_reconcile", dry_run=True)["tallies"] == []
    assert kept(f"suggestion:{one}") == {"ballots": 1, "tally": 1, "days": 1}


@pytest.mark.parametrize(
    "sent", [{}, {"title": " "}, {"title": "x" * 201}, {"title": "y", "organization": "no-such"}]
)
def test_suggestions_that_are_not_understood(visitor: Visitor, sent: dict[str, str]) -> None:
    answer = visitor.send("/votes/suggest", **sent)
    assert answer.status_code == 400
    page = html.fromstring(answer.text)
    assert page.xpath("//*[@aria-invalid='true']")
    assert page.xpath("//input[@name='title']/@value")[0] == sent.get("title", "")


def test_another_site_suggests_nothing(visitor: Visitor) -> None:
    assert visitor.send("/votes/suggest", EVIL, title="Evil").status_code == 403


@pytest.mark.parametrize("who", ["", "citizen"])
def test_only_administrators_read_what_waits_and_decide(
    voting: Any, visitor: Visitor, client: Any, who: str
) -> None:
    if who:
        visitor.log_in(voting.users[who])
    visitor.see("/votes/suggestions/waiting", status=403)
    answer = visitor.send("/votes/suggestions/x/decide", decision="refuse", reason="x")
    assert answer.status_code == 403
    one = client(who)
    assert one.get("ontario_vote_suggestion_list", state="waiting").status_code == 403
    for action in ("accept", "refuse"):
        both = {"en": "x", "fr": "x"}
        data = {"id": "x", "reason": "x", "title": both}
        assert one.post(f"ontario_vote_suggestion_{action}", **data).status_code == 403


def test_a_network_sends_only_so_many_suggestions(world: Any, tmp_path_factory: Any) -> None:
    options = {"ckanext.ontario.votes.suggestions_per_hour": "1"}
    with another(world.server, tmp_path_factory.mktemp("few"), **options) as server:
        visitor = Visitor(server.url)
        statuses = {
            visitor.send("/votes/suggest", title=f"Number {number} {world.owner}").status_code
            for number in range(3)
        }
    assert 429 in statuses
