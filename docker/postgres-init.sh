#!/bin/bash
# Run once by the Postgres image on an empty volume: a role and a database for each portal.
#
# Neither portal can reach the other's database: the public one must hold nothing that was not
# published, and a mistake in it must not open a way to the rest.
set -euo pipefail

make_portal() {
    local portal=$1 password=$2
    psql --set=ON_ERROR_STOP=1 --set=name="ontario_$portal" --set=password="$password" \
        --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

make_portal internal "$INTERNAL_DB_PASSWORD"
make_portal public "$PUBLIC_DB_PASSWORD"
