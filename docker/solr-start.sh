#!/bin/bash
# Make each portal's core from the image's configset, then start Solr in the foreground.
#
# A core that was made from another configset is made anew, empty: its index is derived from the
# database, and the next preparation of its portal (`ontario run prepare …`) builds it again.
set -euo pipefail

configset=${SOLR_CONFIGSET:-/opt/ontario/configset}
cores=${SOLR_CORES_DIR:-/var/solr/data}

for core in ontario_internal ontario_public; do
    if [ -d "$cores/$core" ] && ! cmp --silent "$configset/conf/checksum" "$cores/$core/conf/checksum"; then
        echo "The configset has changed: $core starts empty and its portal will index again"
        rm -rf "${cores:?}/$core"
    fi
    if [ ! -d "$cores/$core" ]; then
        rm -rf "$cores/$core.new"
        mkdir -p "$cores/$core.new"
        cp -r "$configset/conf" "$cores/$core.new/conf"
        mv "$cores/$core.new" "$cores/$core"
        echo "name=$core" > "$cores/$core/core.properties"
    fi
done

exec solr-foreground
