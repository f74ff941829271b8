"""A portal without its switch or its guards does not start, and says why in one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import pytest
from ckan import authz, logic
from ckan.common import CKANConfig
from flask import Blueprint, Flask

from ckanext.ontario.shared.portal import Portal
from ckanext.ontario.shared.startup import PortalRefused, require_guards
from ckanext.ontario.visibility import fixed, gate, hooks

BASE = ["ontario_visibility", "ontario_schema", "ontario"]


@pytest.fixture
def configured(internal: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Set options as an ini file would."""

    def configure(**options: Any) -> None:
        for name, value in options.items():
            monkeypatch.setitem(tk.config, name.replace("__", "."), value)

    return configure


@pytest.mark.parametrize("portal", ["internal", "public"])
def test_a_complete_portal_starts(configured: Any, portal: str) -> None:
    configured(ckanext__ontario__portal=portal, ckan__plugins=BASE)
    assert require_guards().value == portal


@pytest.mark.parametrize(
    ("portal", "plugins", "words"),
    [
        (None, BASE, "ckanext.ontario.portal must be 'internal' or 'public'"),
        ("staff", BASE, "not 'staff'"),
        ("internal", [], "unless ontario_visibility is the first"),
        ("internal", ["ontario", *BASE], "unless ontario_visibility is the first"),
        ("internal", BASE[:1], "without ontario_schema, ontario in"),
        ("internal", [*BASE, "harvest"], "without ontario_harvest in"),
        ("internal", [*BASE, "datastore"], "without ontario_data in"),
        ("public", [*BASE, "xloader", "datastore"], "without ontario_data in"),
        ("internal", [*BASE, "tracking"], "with tracking"),
        ("internal", [*BASE, "structured_data"], "with structured_data"),
        ("public", [*BASE, "croissant", "dcat_json_interface"], "with croissant, dcat_json"),
        ("public", [*BASE, "dcat"], "without ontario_dcat in"),
        ("public", [*BASE, "harvest"], "with harvest"),
        ("public", [*BASE, "activity", "stats"], "with activity, stats"),
        ("public", [*BASE, "ontario_harvester_inventory"], "with ontario_harvester_inventory"),
        ("public", [*BASE, "tracking"], "with tracking"),
    ],
)
def test_an_incomplete_portal_is_refused(
    configured: Any, portal: str | None, plugins: list[str], words: str
) -> None:
    configured(ckanext__ontario__portal=portal, ckan__plugins=plugins)
    with pytest.raises(PortalRefused) as refusal:
        require_guards()
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_the_command_line_says_it_in_one_sentence(
    services: Any, internal: Any, tmp_path: Any
) -> None:
    ini = Path(tk.config["__file__"])
    broken = tmp_path / "broken.ini"
    broken.write_text(ini.read_text().replace("ckanext.ontario.portal = internal", ""))
    done = subprocess.run(
        [str(Path(sys.executable).parent / "ckan"), "-c", str(broken), "user", "list"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "ckanext.ontario.portal must be 'internal' or 'public'" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout


def test_the_internal_portal_refuses_the_debugger() -> None:
    with pytest.raises(PortalRefused, match="debug"):
        fixed.apply(CKANConfig({"debug": True}), Portal.INTERNAL)


def test_options_are_fixed_and_contradictions_logged(
    internal: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = CKANConfig({"ckan.auth.public_user_details": True, "ckan.gravatar_default": "retro"})
    # The ini's logging section turned off loggers that existed before it, and passes nothing up.
    monkeypatch.setattr(fixed.log, "disabled", False)
    monkeypatch.setattr(fixed.log, "handlers", [caplog.handler])
    fixed.apply(config, Portal.PUBLIC)
    assert config["ckan.auth.public_user_details"] is False
    assert config["ckan.auth.create_user_via_web"] is False
    assert config["ckan.csrf_protection.ignore_extensions"] is False
    assert "ckan.gravatar_default is fixed" in caplog.text


def test_labels_of_another_plugin_are_refused(
    internal: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = p.get_plugin("ontario_visibility")
    winner = SimpleNamespace(name="somebody_else")
    monkeypatch.setattr(p, "PluginImplementations", lambda _interface: [winner, ours])
    with pytest.raises(PortalRefused, match="somebody_else"):
        ours.configure(tk.config)


# --- hooks around the gate -----------------------------------------------------------------------


@pytest.fixture
def app(internal: Any) -> Flask:
    flask = Flask("ckan.config.middleware.flask_app")
    flask.register_blueprint(gate.gate)
    return flask


def stranger(*_args: Any) -> None:
    """A hook that nobody reviewed."""


stranger.__module__ = "ckanext.stranger"


def test_known_hooks_pass(app: Flask, internal: Any) -> None:
    hooks.check(app)
    hooks.check(internal.flask_app)


@pytest.mark.parametrize(
    "add",
    [
        lambda app: app.after_request_funcs.setdefault(None, []).append(stranger),
        lambda app: app.after_request_funcs.setdefault("api", []).append(stranger),
        lambda app: app.before_request_funcs.setdefault(None, []).insert(0, stranger),
        lambda app: app.url_value_preprocessors.setdefault(None, []).append(stranger),
        lambda app: app.teardown_request_funcs.setdefault(None, []).append(stranger),
    ],
    ids=["after any", "after one blueprint's", "before the gate", "preprocessor", "teardown"],
)
def test_a_strange_hook_is_refused(app: Flask, configured: Any, add: Any) -> None:
    add(app)
    with pytest.raises(PortalRefused, match=r"ckanext\.stranger\.stranger"):
        hooks.check(app)
    configured(ckanext__ontario__visibility__reviewed_hooks="ckanext.stranger")
    hooks.check(app)


def test_strange_middleware_is_refused(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin = SimpleNamespace(name="stranger")
    monkeypatch.setattr(p, "PluginImplementations", lambda _interface: [plugin])
    with pytest.raises(PortalRefused, match=r"types\.SimpleNamespace"):
        hooks.check(app)


def test_an_unguarded_view_is_refused(app: Flask) -> None:
    blueprint = Blueprint("ontario_careless", __name__)

    def careless() -> str:
        return "done"

    careless.__module__ = "ckanext.ontario.careless.views"
    blueprint.add_url_rule("/careless", view_func=careless, methods=["POST"])
    app.register_blueprint(blueprint)
    with pytest.raises(PortalRefused, match=r"ontario_careless\.careless"):
        hooks.check_views(app)


def test_the_first_requests_find_every_guard_in_place(app: Flask) -> None:
    """CKAN collects functions at first use, core's first: a second request would get those."""
    authz.clear_auth_functions_cache()
    logic.clear_actions_cache()
    logic.clear_validators_cache()
    plugin: Any = p.get_plugin("ontario_visibility")
    plugin.make_middleware(app, tk.config)
    assert "ontario_publication_push" in authz._AuthFunctions._functions
    assert "ontario_publication_push" in logic._actions
    assert "scheming_required" in logic._validators_cache
    listed = p.get_plugin("harvest").get_actions()
    assert {"harvest_source_list", "harvest_sources_clear"} & set(listed) == {"harvest_source_list"}
