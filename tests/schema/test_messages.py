"""Rules speak the reader's language, wherever they are asked."""

from __future__ import annotations

from typing import Any

import pytest
from flask_babel import force_locale

from ckanext.ontario.schema import messages, tables
from ckanext.ontario.schema.texts import Refused


def test_the_language_follows_the_locale(internal: Any) -> None:
    with internal.flask_app.test_request_context("/"):
        assert messages.reader_language() == "en"
        with force_locale("fr_CA"):
            assert messages.message(Refused("text-required")).startswith("Remplissez")
            assert messages.in_language("en", Refused("text-form")).startswith("anglais\u00a0: ")


def test_outside_a_request_it_is_the_default() -> None:
    assert messages.message(Refused("text-form")) == "This must be a text."


@pytest.mark.parametrize("rule", tables.rules().values(), ids=lambda rule: rule.code)
def test_messages_are_whole_sentences(rule: tables.Rule) -> None:
    for text in (rule.message, rule.suggestion):
        for said in text.values():
            assert said.endswith((".", "}")), said
