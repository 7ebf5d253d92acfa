#!/bin/sh
# Starts MariaDB as whoever runs it, with the users and the database that are asked for.
set -eu
data=/var/lib/service/mariadb
quoted() {
    printf %s "$1" | sed "s/[\\\\']/\\\\&/g"
}
database=$(printf %s "${MARIADB_DATABASE:-${MYSQL_DATABASE:-}}" | sed 's/`/``/g')
user=$(quoted "${MARIADB_USER:-${MYSQL_USER:-}}")
password=$(quoted "${MARIADB_PASSWORD:-${MYSQL_PASSWORD:-}}")
root=$(quoted "${MARIADB_ROOT_PASSWORD:-${MYSQL_ROOT_PASSWORD:-}}")
if [ ! -d "$data" ]; then
    rm -rf "$data.new"
    mariadb-install-db --no-defaults --datadir="$data.new" --skip-test-db \
        --auth-root-authentication-method=normal > /dev/null
    mv "$data.new" "$data"
fi
begin=/tmp/begin.sql
line() {
    printf '%s;\n' "$1"
}
{
    line "ALTER USER 'root'@'localhost' IDENTIFIED BY '$root'"
    line "CREATE USER IF NOT EXISTS 'root'@'%' IDENTIFIED BY '$root'"
    line "GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION"
    [ -z "$database" ] || line "CREATE DATABASE IF NOT EXISTS \`$database\`"
    if [ -n "$user" ]; then
        line "CREATE USER IF NOT EXISTS '$user'@'%' IDENTIFIED BY '$password'"
        [ -z "$database" ] || line "GRANT ALL ON \`$database\`.* TO '$user'@'%'"
    fi
} > "$begin"
exec mariadbd --no-defaults --datadir="$data" --port="$SERVICE_PORT" \
    --bind-address=127.0.0.1 --socket=/tmp/mariadb.sock --pid-file=/tmp/mariadb.pid \
    --init-file="$begin" --skip-name-resolve=OFF "$@"
