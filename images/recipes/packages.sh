#!/bin/sh
# Puts Debian packages into an image. Programs that they bring lose their set-user-id bits,
# as those of the base did.
set -eu
export DEBIAN_FRONTEND=noninteractive
fail() {
    echo "swarm: $1"
    exit 1
}
apt-get update || fail "apt could not reach its mirror"
for package; do
    apt-cache show "$package" > /dev/null 2>&1 || fail "Debian has no package $package"
done
apt-get install -y --no-install-recommends "$@" || fail "apt could not install: $*"
rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb
find / -xdev -perm /6000 -type f -exec chmod a-s {} +
