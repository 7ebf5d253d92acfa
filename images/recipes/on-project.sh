#!/bin/sh
# Links agents on a project's own image, and starts each once. Its arguments are pairs of
# an agent and its program. A program for Node gets the Node that came with the agent: the
# project's own, which may be older, stays the first of the PATH.
set -eu
fail() {
    echo "swarm: $1"
    exit 1
}
mkdir -p /usr/local/bin
while [ $# -gt 0 ]; do
    name=$1 main=$2
    shift 2
    for link in "/opt/links/$name"/*; do
        program=$(readlink "$link")
        place="/usr/local/bin/${link##*/}"
        if [ "${link##*/}" != "$main" ] && [ -e "$place" ]; then continue; fi
        rm -f "$place"
        case $(head -n 1 "$program" | tr -d '\0') in
        '#!'*node*)
            printf '#!/bin/sh\nexec /opt/node/bin/node %s "$@"\n' "$program" >"$place"
            chmod 0755 "$place"
            ;;
        *) ln -s "$program" "$place" ;;
        esac
    done
    status=0
    HOME=/tmp "/usr/local/bin/$main" --version >/tmp/version 2>&1 </dev/null || status=$?
    if [ "$status" -ge 126 ] || grep -q GLIBC /tmp/version; then
        head -c 400 /tmp/version | head -n 3
        fail "$name does not start on this image: it needs the GNU C library of these years"
    fi
    rm -f /tmp/version
done
rm -rf /opt/links
