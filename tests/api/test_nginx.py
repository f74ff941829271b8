"""The proxy's limits: the template is whole, and a real nginx refuses as it says.

Without nginx (it is in Debian's packages) the second half is skipped, with this reason.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from ckanext.ontario.stack.processes import wait_until
from ckanext.ontario.stack.testing import free_port

TEMPLATE = Path(__file__).parents[2] / "config" / "nginx" / "ontario.conf.template"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
HOSTS = {"INTERNAL_HOST": "internal.test", "PUBLIC_HOST": "public.test"}
KINDS = ("api", "search", "download", "login")


@pytest.fixture(scope="module")
def text() -> str:
    """The template with the host names filled in, as nginx's image does it."""
    filled = TEMPLATE.read_text(encoding="utf-8")
    for name, host in HOSTS.items():
        filled = filled.replace("${" + name + "}", host)
    return filled


def test_every_zone_is_used_by_both_portals(text: str) -> None:
    declared = set(re.findall(r"limit_req_zone \S+ zone=(\w+):", text))
    assert declared == set(KINDS)
    for zone in declared:
        assert len(re.findall(rf"limit_req zone={zone} ", text)) == 2, zone


def test_nothing_is_left_to_fill_in_and_braces_match(text: str) -> None:
    assert "${" not in text
    code = re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|#.*", "", text)
    assert code.count("{") == code.count("}")


def test_every_location_goes_to_its_own_portal(text: str) -> None:
    for portal in ("internal", "public"):
        after = text.rpartition(f"server_name {portal}.test;")[2]
        server = after.partition("\nserver {")[0]
        targets = set(re.findall(r"proxy_pass http://(\w+);", server))
        assert targets == {f"{portal}_portal"}


# --- a real one ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def proxy(text: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The template served by nginx on a free port, without TLS, before a portal that says ok."""
    if NGINX is None:
        pytest.skip("no nginx on the PATH; apt-get install nginx-light to test its limits")
    folder = tmp_path_factory.mktemp("nginx")
    port, behind, alive = free_port(), free_port(), free_port()
    plain = re.sub(r"\n\s*(ssl_\w+|http2) [^\n]*", "", text)
    plain = plain.replace(
        "listen 443 ssl default_server;", f"listen 127.0.0.1:{port} default_server;"
    )
    plain = plain.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    plain = re.sub(r"server \{\n    listen 80.*?\n\}\n", "", plain, flags=re.DOTALL)
    plain = plain.replace("127.0.0.1:8080", f"127.0.0.1:{alive}")
    plain = re.sub(r"server (internal|public)-web:5000;", f"server 127.0.0.1:{behind};", plain)
    plain += _BEHIND.format(port=behind, body="ok" * 500)
    config = folder / "nginx.conf"
    config.write_text(_MAIN.format(folder=folder, servers=plain), encoding="utf-8")
    command = [NGINX, "-c", str(config), "-p", str(folder), "-e", str(folder / "error.log")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    process = subprocess.Popen(command)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: _answers(url), 20)
        yield url
    finally:
        process.terminate()
        process.wait(10)


_BEHIND = """
server {{
    listen 127.0.0.1:{port};
    types {{ text/javascript js; text/css css; font/woff2 woff2; application/json json; }}
    location / {{ return 200 "{body}"; }}
}}
"""

_MAIN = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
events {{ worker_connections 128; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {servers}
}}
"""


def _answers(url: str) -> bool:
    try:
        return (
            requests.get(f"{url}/", headers={"Host": "public.test"}, timeout=2).status_code == 200
        )
    except requests.ConnectionError:
        return False


def refusal(
    proxy: str, path: str, host: str = "public.test", method: str = "GET", **headers: str
) -> requests.Response | None:
    """Ask until the proxy refuses; ``None`` when it never does."""
    with requests.Session() as session:
        for _number in range(80):
            answer = session.request(
                method, f"{proxy}{path}", headers={"Host": host, **headers}, timeout=10
            )
            if answer.status_code != 200:
                return answer
    return None


@pytest.mark.parametrize("host", ["public.test", "internal.test"])
@pytest.mark.parametrize(
    "path",
    ["/api/3/action/status_show", "/fr/dataset/?q=a", "/dataset/a/resource/b/download/c.csv"],
)
def test_a_flood_is_refused(proxy: str, host: str, path: str) -> None:
    answer = refusal(proxy, path, host)
    assert answer is not None
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "10"
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("path", "wished", "words"),
    [
        ("/api/3/action/x", "en", "Too many requests."),
        ("/api/3/action/x", "fr-CA,en;q=0.5", "Trop de demandes."),
        ("/fr/api/3/action/x", "en", "Trop de demandes."),
    ],
)
def test_programs_get_ckans_error(proxy: str, path: str, wished: str, words: str) -> None:
    headers = {"Accept-Language": wished, "Origin": "https://example.org"}
    answer: Any = refusal(proxy, path, **headers)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    error = answer.json()["error"]
    assert error["__type"] == "Too Many Requests"
    assert error["message"].startswith(words)
    inside: Any = refusal(proxy, path, "internal.test", **headers)
    assert "Access-Control-Allow-Origin" not in inside.headers


@pytest.mark.parametrize(("path", "first"), [("/dataset/", "en"), ("/fr/dataset/", "fr")])
def test_people_get_a_page_in_both_languages(proxy: str, path: str, first: str) -> None:
    answer: Any = refusal(proxy, path)
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert f'<html lang="{first}">' in answer.text
    assert "Too many requests" in answer.text
    assert "Trop de demandes" in answer.text


def test_only_sent_log_in_forms_are_counted(proxy: str) -> None:
    assert refusal(proxy, "/user/login") is None
    answer: Any = refusal(proxy, "/user/login", method="POST")
    assert answer.status_code == 429


@pytest.mark.parametrize("path", ["/dataset/one-record", "/base/main.css", "/about"])
def test_single_pages_and_files_have_no_limit(proxy: str, path: str) -> None:
    assert refusal(proxy, path) is None


@pytest.mark.parametrize(
    ("path", "coding"),
    [("/a.js", "gzip"), ("/a.css", "gzip"), ("/a.json", "gzip"), ("/a.woff2", None)],
)
def test_texts_are_sent_compressed(proxy: str, path: str, coding: str | None) -> None:
    answer = requests.get(f"{proxy}{path}", headers={"Host": "public.test"}, timeout=10)
    assert answer.headers.get("Content-Encoding") == coding
    assert answer.text == "ok" * 500
