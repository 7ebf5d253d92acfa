#!/bin/sh
# Starts RabbitMQ as whoever runs it, alone: its node has no other to speak with.
set -eu
export HOME=/var/lib/service RABBITMQ_NODENAME=rabbit@localhost
export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT="$SERVICE_PORT"
export RABBITMQ_MNESIA_BASE=/var/lib/service/mnesia RABBITMQ_LOG_BASE=/var/lib/service/log
export RABBITMQ_CONFIG_FILE=/tmp/rabbitmq.conf RABBITMQ_LOGS=- ERL_EPMD_ADDRESS=127.0.0.1
export RABBITMQ_ENABLED_PLUGINS_FILE=/tmp/enabled_plugins
printf '[].\n' > "$RABBITMQ_ENABLED_PLUGINS_FILE"
{
    echo "default_user = ${RABBITMQ_DEFAULT_USER:-guest}"
    echo "default_pass = ${RABBITMQ_DEFAULT_PASS:-guest}"
    echo "default_vhost = ${RABBITMQ_DEFAULT_VHOST:-/}"
} > "$RABBITMQ_CONFIG_FILE"
exec /usr/lib/rabbitmq/bin/rabbitmq-server "$@"
