"""How Solr cuts words: the table in docs/explanation/bilingual-search.md, on the real server."""

from __future__ import annotations

import pytest
import requests


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        *(
            ("text_fr", written, "energ")
            for written in (
                "énergie",
                "energie",
                "l'énergie",
                "l’énergie",
                "L’ÉNERGIE",
                "d'énergie",
            )
        ),
        ("text_fr", "lʼeau l′eau l`eau l´eau l‘eau", "eau eau eau eau eau"),
        ("text_fr", "écoles ecole", "ecol ecol"),
        ("text_fr", "eaux eau", "eau eau"),
        ("text_fr", "régional régionaux", "regional regional"),
        ("text_fr", "Nord-de-l'Ontario", "nord de ontario"),
        ("text_fr", "qu’on jusqu’à aujourd’hui", "on a aujourd'hui"),
        ("text_fr", "cœur coeur", "coeu coeu"),
        ("text_en", "data about the health of", "data about the health of"),
        ("text_en", "schools school’s Schools", "school school school"),
        ("text_en", "l'énergie énergie", "energi energi"),
        ("text_en", "COVID-19 PM2.5", "covid 19 pm2.5"),
        ("text_folded", "L’Énergétique Naïve", "energetique naive"),
        ("text_prefix", "l’Été", "e et ete"),
    ],
)
def test_words_of(solr_url: str, kind: str, text: str, words: str) -> None:
    answer = requests.get(
        f"{solr_url}/analysis/field",
        params={"analysis.fieldtype": kind, "analysis.fieldvalue": text, "wt": "json"},
        timeout=30,
    ).json()
    stages = answer["analysis"]["field_types"][kind]["index"]
    assert [token["text"] for token in stages[-1]] == words.split()


@pytest.mark.parametrize("kind", ["text_fr", "text_en", "text_folded"])
@pytest.mark.parametrize("word", ["de", "la", "the", "of", "à", "et", "a", "about"])
def test_no_word_is_dropped(solr_url: str, kind: str, word: str) -> None:
    answer = requests.get(
        f"{solr_url}/analysis/field",
        params={"analysis.fieldtype": kind, "analysis.fieldvalue": word, "wt": "json"},
        timeout=30,
    ).json()
    assert len(answer["analysis"]["field_types"][kind]["index"][-1]) == 1
