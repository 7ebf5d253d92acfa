#!/bin/sh
# Puts the Python of the Debian before this one beside the base's own, for agents that do
# not run on the newer. It comes from the mirror that the base was made from.
set -eu
export DEBIAN_FRONTEND=noninteractive
release=$1 python=$2
fail() {
    echo "swarm: $1"
    exit 1
}
. /etc/os-release
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    test -s "$file" || continue
    sed "s/$VERSION_CODENAME/$release/g" "$file" \
        > "/etc/apt/sources.list.d/before-${file##*/}" || fail "the container engine's disk is full"
done
# With one file of the old form at most, apt wants the name to end so.
test ! -e /etc/apt/sources.list.d/before-sources.list \
    || mv /etc/apt/sources.list.d/before-sources.list /etc/apt/sources.list.d/before.list
apt-get update || fail "apt could not reach the mirror of $release"
apt-get install -y --no-install-recommends "$python" || fail "apt could not install $python"
rm -rf /etc/apt/sources.list.d/before* /var/lib/apt/lists/* /var/cache/apt/*.bin \
    /var/cache/apt/archives/*.deb
find / -xdev -perm /6000 -type f -exec chmod a-s {} +
"$python" --version
