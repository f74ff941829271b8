"""Mails of the workflow, through a real mail server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from tests.publication.ministry import Ministry, make_ministry

from ckanext.ontario.publication.model import MAIL
from ckanext.ontario.shared import clock, people
from factories import call
from postbox import PostBox, open_postbox

SECRET = "The minister's own numbers are wrong."


@pytest.fixture(scope="module")
def ministry(clean_module: None) -> Ministry:
    """A ministry with everyone."""
    call("ontario_schema_seed")
    return make_ministry()


@pytest.fixture
def postbox(ministry: Ministry, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostBox]:
    """A mail server, and nothing that waits from tests before."""
    model.Session.execute(sa.delete(MAIL))
    model.Session.commit()
    with open_postbox() as box:
        monkeypatch.setitem(tk.config, "smtp.server", box.address)
        yield box


def returned(ministry: Ministry) -> dict[str, Any]:
    record = ministry.submitted()
    call("ontario_release_return", ministry.director, id=record["id"], reason=SECRET)
    return record


def send() -> dict[str, int]:
    return call("ontario_publication_mail_send")


def test_a_mail_says_what_happened_and_links_and_tells_nothing(
    ministry: Ministry, postbox: PostBox
) -> None:
    record = returned(ministry)
    assert postbox.mails == [], "nothing is sent inside the step"
    assert send() == {"sent": 1, "failed": 0, "dropped": 0}
    (mail,) = postbox.mails
    text = mail.get_content()
    assert mail["To"].addresses[0].addr_spec == f"{ministry.editor}@ontario.ca"
    assert f"/dataset/{record['id']}" in text
    assert SECRET not in text
    assert record["title"] not in text + str(mail["Subject"])
    assert send() == {"sent": 0, "failed": 0, "dropped": 0}


def test_a_mail_of_which_nobody_knows_comes_again_with_its_id(
    ministry: Ministry, postbox: PostBox
) -> None:
    returned(ministry)
    postbox.hangs_up = True
    assert send()["failed"] == 1
    postbox.hangs_up = False
    assert send() == {"sent": 0, "failed": 0, "dropped": 0}, "not at once"
    with clock.stopped_at(datetime.now(timezone.utc) + timedelta(minutes=5)):
        assert send()["sent"] == 1
    first, second = postbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert first["Message-ID"].startswith("<returned.")


def test_without_a_mail_server_it_waits(
    ministry: Ministry, postbox: PostBox, monkeypatch: pytest.MonkeyPatch
) -> None:
    returned(ministry)
    returned(ministry)
    with monkeypatch.context() as patch:
        patch.setitem(tk.config, "smtp.server", "127.0.0.1:9")
        assert send() == {"sent": 0, "failed": 1, "dropped": 0}
    with clock.stopped_at(datetime.now(timezone.utc) + timedelta(minutes=5)):
        assert send()["sent"] == 2


def test_in_the_readers_language(internal: Any, ministry: Ministry, postbox: PostBox) -> None:
    people.keep_with(model.User.get(ministry.editor), language="fr")
    model.Session.commit()
    returned(ministry)
    with internal.flask_app.app_context():  # as the scheduler calls it
        send()
    (mail,) = postbox.mails
    assert "renvoyée" in str(mail["Subject"])
    assert "/fr/dataset/" in mail.get_content()
    assert mail["Content-Language"] == "fr"
    people.keep_with(model.User.get(ministry.editor), language=None)
    model.Session.commit()


def test_the_digest_comes_once_a_day_to_who_may_approve(
    ministry: Ministry, postbox: PostBox
) -> None:
    ministry.submitted()
    own = ministry.dataset(user=ministry.second_director)
    call("ontario_release_submit", ministry.second_director, id=own["id"])
    call("ontario_release_digest")
    call("ontario_release_digest")
    send()
    told = {mail["To"].addresses[0].username: mail.get_content() for mail in postbox.mails}
    assert set(told) == {ministry.director, ministry.second_director, ministry.delegate}
    assert len(postbox.mails) == 3
    assert "2 records wait" in told[ministry.director]
    assert "1 record waits" in told[ministry.second_director]


def test_nobody_but_the_portal_sends(ministry: Ministry) -> None:
    for action in (
        "ontario_publication_mail_send",
        "ontario_release_digest",
        "ontario_release_due",
    ):
        with pytest.raises(tk.NotAuthorized):
            call(action, ministry.director)
