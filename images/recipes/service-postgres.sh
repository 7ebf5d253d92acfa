#!/bin/sh
# Starts PostgreSQL as whoever runs it. The cluster is made at the first start, in a folder
# that gets its name only once all of it is there. Nobody is asked for POSTGRES_PASSWORD: only
# the task's own programs reach it.
set -eu
PATH=$(echo /usr/lib/postgresql/*/bin):$PATH
data=/var/lib/service/postgres
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
if [ ! -d "$data" ]; then
    rm -rf "$data.new"
    initdb --pgdata="$data.new" --username="$user" --auth=trust --encoding=UTF8 \
        --locale=C.UTF-8 > /dev/null
    quoted=$(printf %s "$database" | sed 's/"/""/g')
    [ "$database" = postgres ] ||
        printf 'CREATE DATABASE "%s"\n' "$quoted" |
        postgres --single -D "$data.new" postgres > /dev/null
    mv "$data.new" "$data"
fi
# Nobody else has this folder. One that was killed left the number of a process in it, which
# another program may have by now.
rm -f "$data/postmaster.pid"
exec postgres -D "$data" -p "$SERVICE_PORT" \
    -c listen_addresses=127.0.0.1,::1 -c unix_socket_directories=/tmp "$@"
