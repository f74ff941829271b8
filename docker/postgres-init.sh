#!/bin/bash
# Run once by the Postgres image on an empty volume: for each portal a role with two databases, the
# main one and the DataStore's, and a role that may only read the DataStore.
#
# Neither portal can reach the other's databases: the public one must hold nothing that was not
# published, and a mistake in it must not open a way to the rest. What the reading role may do is
# set by `ontario run prepare PORTAL`.
set -euo pipefail

make_portal() {
    local portal=$1 password=$2 reader_password=$3
    psql --set=ON_ERROR_STOP=1 --set=name="ontario_$portal" --set=password="$password" \
        --set=datastore="ontario_${portal}_datastore" \
        --set=reader="ontario_${portal}_datastore_read" --set=reader_password="$reader_password" \
        --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
CREATE ROLE :"reader" LOGIN PASSWORD :'reader_password';
CREATE DATABASE :"name" OWNER :"name" ENCODING 'UTF8' TEMPLATE template0;
CREATE DATABASE :"datastore" OWNER :"name" ENCODING 'UTF8' TEMPLATE template0;
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
REVOKE ALL ON DATABASE :"datastore" FROM PUBLIC;
SQL
}

make_portal internal "$INTERNAL_DB_PASSWORD" "$INTERNAL_DATASTORE_PASSWORD"
make_portal public "$PUBLIC_DB_PASSWORD" "$PUBLIC_DATASTORE_PASSWORD"
