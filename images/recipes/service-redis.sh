#!/bin/sh
# Starts Redis as whoever runs it; what it holds is kept while the task is.
set -eu
exec redis-server --bind 127.0.0.1 -::1 --port "$SERVICE_PORT" --dir /var/lib/service \
    --appendonly yes --daemonize no "$@"
