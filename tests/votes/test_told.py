"""What the public reads beside the button: what the ministry answered, and how votes work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests
from lxml import html

ANSWERS = "//section[@id='votes']//ol[@class='votes-answers']/li"


def see(url: str) -> Any:
    answer = requests.get(url, timeout=60)
    assert answer.status_code == 200, (url, answer.status_code)
    return html.fromstring(answer.text)


def words(element: Any) -> str:
    return " ".join(element.text_content().split())


def test_answers_stand_beside_the_votes_and_in_the_ranking(
    voting: Any, client: Callable[..., Any], answer: Callable[..., None]
) -> None:
    record, name = voting.records["closed"], voting.names["closed"]
    client().vote(record)
    address = f"{voting.url}{{}}/dataset/{name}"
    assert see(address.format("")).xpath(ANSWERS) == []
    answer(record, 1, "considering", "We look at the names.", "Nous examinons les noms.")
    answer(record, 2, "planned", "In spring.\n<b>Soon</b>", "Au printemps.")
    later, earlier = see(address.format("")).xpath(ANSWERS)
    assert words(later).endswith("A release is planned In spring. <b>Soon</b>")
    assert words(earlier).endswith("The ministry is looking into it We look at the names.")
    french = [words(one) for one in see(address.format("/fr")).xpath(ANSWERS)]
    assert french[0].endswith("Une publication est prévue Au printemps.")
    assert french[1].endswith("Nous examinons les noms.")

    [ranked] = client().ask("ontario_vote_ranking", organization=voting.owner)["results"]
    assert ranked["response"] == client().ask("package_show", id=record)["vote_responses"][0]
    assert (ranked["response"]["kind"], ranked["response"]["sequence"]) == ("planned", 2)
    [row] = see(f"{voting.url}/votes?organization={voting.owner}").xpath("//table/tbody/tr")
    assert words(row[-1]).startswith("A release is planned")


def test_a_dataset_without_an_answer_says_so_in_the_ranking(
    voting: Any, client: Callable[..., Any]
) -> None:
    client().vote(voting.records["elsewhere"])
    address = f"{voting.url}{{}}/votes?organization={voting.other_owner}"
    for language, said in (("", "No answer yet"), ("/fr", "Pas encore de réponse")):
        [row] = see(address.format(language)).xpath("//table/tbody/tr")
        assert words(row[-1]).startswith(said)


@pytest.mark.parametrize(
    ("prefix", "heading", "kept"),
    [
        ("", "Votes: which data should open first?", "What is kept, and for how long"),
        (
            "/fr",
            "Les votes : quelles données ouvrir en premier?",
            "Ce qui est conservé, et pendant combien de temps",
        ),
    ],
)
def test_what_a_vote_does_can_be_read(voting: Any, prefix: str, heading: str, kept: str) -> None:
    page = see(f"{voting.url}{prefix}/votes/about")
    [title] = page.xpath("//*[@role='main']//h1")
    assert words(title) == heading
    assert kept in [words(one) for one in page.xpath("//h2")]
    assert len(page.xpath("//*[@role='main']//table/tbody/tr")) == 6
    links = see(f"{voting.url}{prefix}/votes").xpath("//a/@href")
    assert f"{prefix}/votes/about" in links
