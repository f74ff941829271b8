"""Services for test runs that stay up between them, apart from a developer's own data."""

from __future__ import annotations

import shlex

from . import services
from .installation import Installation
from .stages import Stages

FOLDER = "test-env"


def start(at: Installation, stages: Stages) -> dict[str, str]:
    """Start Postgres, Redis and Solr on free ports; return the variables that name them.

    Doing it again finds them running.
    """
    env = Installation.open(at.folder / FOLDER)
    with env.locked():
        env = env.with_service_ports()
        with stages.stage("Solr's archives"):
            services.assemble_solr(env, stages.progress)
        solr = services.start_solr(env)
        with stages.stage("PostgreSQL"):
            postgres_url = services.start_postgres(env)
        with stages.stage("Redis"):
            services.start_redis(env)
        with stages.stage("Solr"):
            services.finish_solr(env, solr)
    return {
        "ONTARIO_SQLALCHEMY_URL": postgres_url,
        "ONTARIO_REDIS_URL": env.redis_url,
        "ONTARIO_SOLR_URL": env.solr_url,
    }


def stop(at: Installation) -> list[str]:
    """Stop them; return the names of those that were running."""
    env = Installation.open(at.folder / FOLDER)
    with env.locked():
        return services.stop_services(env)


def exports(variables: dict[str, str]) -> str:
    """Return shell text that sets the variables."""
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
