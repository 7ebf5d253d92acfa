#!/bin/sh
# Puts the Python of the Debian before this one beside the base's own, for agents and projects
# that do not run on the newer. It comes from the mirror that the base was made from. Arguments:
# the release, the interpreter's package, and `dev` to have venv, distutils and headers, too.
set -eu
export DEBIAN_FRONTEND=noninteractive
release=$1 python=$2 with=${3-}
# A stack below may have it already.
if test "$with" != dev && command -v "$python"; then
    exit 0
fi
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
packages=$python
test "$with" != dev || packages="$python lib$python-dev python3-pip-whl python3-setuptools-whl"
# shellcheck disable=SC2086 # they are words
apt-get install -y --no-install-recommends $packages || fail "apt could not install $packages"
if test "$with" = dev; then
    # They depend on the older `python3`, which the base's own takes the place of: only their
    # files are taken, all of which lie in folders of that version.
    files=$(mktemp -d)
    chmod 755 "$files"
    cd "$files"
    for package in "$python-dev" "$python-venv" "python3-distutils/$release" \
        "python3-lib2to3/$release"; do
        apt-get -o APT::Sandbox::User=root download "$package" \
            || fail "apt could not fetch $package"
    done
    for file in *.deb; do
        dpkg-deb -x "$file" / || fail "the container engine's disk is full"
    done
    cd /
    rm -rf "$files"
fi
rm -rf /etc/apt/sources.list.d/before* /var/lib/apt/lists/* /var/cache/apt/*.bin \
    /var/cache/apt/archives/*.deb
find / -xdev -perm /6000 -type f -exec chmod a-s {} +
"$python" --version
