"""The ini files: complete, whatever the values, and the same wherever a portal runs."""

from __future__ import annotations

from configparser import ConfigParser
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from ckan.cli import CKANConfigLoader
from hypothesis import given
from hypothesis import strategies as st

from ckanext.ontario.stack import portals
from ckanext.ontario.stack.errors import StackError
from ckanext.ontario.stack.portals import PORTALS, PortalSettings

PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1)

ENVIRONMENT = {
    "ONTARIO_SITE_URL": "https://catalogue.example.ca",
    "ONTARIO_SQLALCHEMY_URL": "postgresql://ontario_public:p%40ss@postgres",
    "ONTARIO_DATASTORE_READ_URL": "postgresql://ontario_public_datastore_read:r@postgres",
    "ONTARIO_SOLR_URL": "http://solr:8983/solr/",
    "ONTARIO_REDIS_URL": "redis://:secret@redis:6379",
    "ONTARIO_STORAGE_PATH": "/var/lib/ontario/storage",
    "ONTARIO_SECRET_KEY": "one",
    "ONTARIO_TOKEN_SECRET": "two",
    "ONTARIO_VOTES_SECRET": "three",
}


def settings(portal: str) -> PortalSettings:
    return PortalSettings(
        portal=portal,
        site_url="http://127.0.0.1:5000",
        sqlalchemy_url="postgresql://postgres@/ontario?host=/x",
        datastore_write_url="postgresql://postgres@/ontario_datastore?host=/x",
        datastore_read_url="postgresql://reader:r@/ontario_datastore?host=/x",
        solr_url="http://127.0.0.1:8983/solr/ontario",
        redis_url="redis://127.0.0.1/0",
        storage_path="/x",
        secret_key="k",
        token_secret="t",
    )


def loaded(of: PortalSettings) -> dict[str, str]:
    """What CKAN reads of the file."""
    with TemporaryDirectory() as folder:
        path = portals.write(Path(folder) / "ckan.ini", of)
        return dict(CKANConfigLoader(str(path)).get_config())


@pytest.mark.parametrize("portal", PORTALS)
def test_no_placeholder_is_left(portal: str) -> None:
    assert "${" not in portals.render(settings(portal))


@given(value=PRINTABLE)
def test_ckan_reads_every_secret_as_it_is(value: str) -> None:
    read = loaded(replace(settings("internal"), secret_key=value, token_secret=value))
    assert read["SECRET_KEY"] == value
    assert read["api_token.jwt.encode.secret"] == f"string:{value}"


@pytest.mark.parametrize("portal", PORTALS)
def test_the_guard_comes_first_and_debug_is_off(portal: str) -> None:
    read = loaded(settings(portal))
    assert read["ckan.plugins"].split()[0] == "ontario_visibility"
    assert read["debug"] == "false"
    assert read["ckanext.ontario.portal"] == portal


def test_the_public_portal_loads_nothing_that_could_tell_of_the_internal_one() -> None:
    loaded_there = set(loaded(settings("public"))["ckan.plugins"].split())
    inside = set(loaded(settings("internal"))["ckan.plugins"].split())
    assert loaded_there <= inside
    assert not {name for name in loaded_there if "harvest" in name or name == "activity"}


@pytest.mark.parametrize("portal", PORTALS)
def test_cookies_are_a_portals_own_and_have_no_domain(portal: str) -> None:
    read = loaded(settings(portal))
    # An empty SESSION_COOKIE_DOMAIN sends "Domain=;", which Python clients drop.
    assert not {"SESSION_COOKIE_DOMAIN", "REMEMBER_COOKIE_DOMAIN"} & set(read)
    assert read["SESSION_COOKIE_NAME"] == f"ontario_{portal}"
    assert read["REMEMBER_COOKIE_NAME"] == f"ontario_{portal}_remember"
    assert read["SESSION_COOKIE_HTTPONLY"] == read["REMEMBER_COOKIE_HTTPONLY"] == "true"


def test_a_container_gets_its_settings_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ONTARIO_ACCOUNT_DOMAINS", "example.ca")
    read = loaded(PortalSettings.from_environment("public"))
    assert read["sqlalchemy.url"] == "postgresql://ontario_public:p%40ss@postgres/ontario_public"
    assert read["ckan.datastore.write_url"].endswith("@postgres/ontario_public_datastore")
    assert read["ckan.datastore.read_url"].endswith("_read:r@postgres/ontario_public_datastore")
    assert read["solr_url"] == "http://solr:8983/solr/ontario_public"
    assert read["ckan.redis.url"] == "redis://:secret@redis:6379/1"
    assert read["SESSION_COOKIE_SECURE"] == read["REMEMBER_COOKIE_SECURE"] == "true"
    internal = loaded(PortalSettings.from_environment("internal"))
    assert internal["ckanext.ontario.visibility.account_domains"] == "example.ca"
    assert internal["ckan.redis.url"].endswith("/0")


@pytest.mark.parametrize("portal", PORTALS)
def test_every_missing_variable_is_named(portal: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ONTARIO_SITE_URL", "http://x")
    with pytest.raises(StackError) as told:
        PortalSettings.from_environment(portal)
    named = {word.strip(",") for word in str(told.value).split() if word.startswith("ONTARIO_")}
    needed = set(ENVIRONMENT) - {"ONTARIO_SITE_URL"}
    assert named == (needed if portal == "public" else needed - {"ONTARIO_VOTES_SECRET"})


@pytest.mark.parametrize("portal", PORTALS)
def test_a_container_and_the_embedded_stack_run_the_same_settings(
    portal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    embedded, container = loaded(settings(portal)), loaded(PortalSettings.from_environment(portal))
    differing = {key for key in embedded | container if embedded.get(key) != container.get(key)}
    assert differing <= {
        "SECRET_KEY",
        "SESSION_COOKIE_SECURE",
        "REMEMBER_COOKIE_SECURE",
        "api_token.jwt.encode.secret",
        "api_token.jwt.decode.secret",
        "ckanext.ontario.votes.secret",
        "ckan.redis.url",
        "ckan.site_url",
        "ckan.storage_path",
        "here",
        "__file__",
        "solr_url",
        "sqlalchemy.url",
        "ckan.datastore.write_url",
        "ckan.datastore.read_url",
        "ckanext.xloader.jobs_db.uri",
    }


def test_the_file_is_its_owners_alone_also_when_written_again(tmp_path: Path) -> None:
    path = tmp_path / "ckan.ini"
    for _ in range(2):
        assert portals.write(path, settings("internal")) == path
        assert path.stat().st_mode & 0o077 == 0
    parser = ConfigParser(interpolation=None)
    parser.read(path)
    assert parser.get("app:main", "ckan.site_id") == "ontario-internal"
