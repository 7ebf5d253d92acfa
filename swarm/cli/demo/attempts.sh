# What every task of the demo starts with: attempts at what no agent may do.
# Each prints one line of a fixed shape, which the demo reads from the task's log.
say() { printf '\n\033[1m%s\033[0m\n' "$*"; sleep "$PACE"; }

attempt() {
    local what=$1 why code
    shift
    if why=$("$@" 2>&1); then
        echo "allowed!: $what"
        return
    else
        code=$?
    fi
    why=$(printf '%s' "$why" | tail -n 1)
    why=${why##*: }
    case $code in
        126 | 127) echo "untried: $what — $why" ;;
        *) echo "refused: $what — ${why:-exit $code}" ;;
    esac
}

reach() { curl -fsS --max-time 5 -o /dev/null "$@"; }

reach_past_the_proxy() { reach --noproxy '*' "$@"; }

append() { echo planted >>"$1"; }

read_host() { cat "$CANARY"; }

raw_socket() {
    python3 -c 'import socket
socket.socket(socket.AF_PACKET, socket.SOCK_RAW)'
}

become_root() { python3 -c 'import os; os.setuid(0)'; }

mount_something() {
    python3 -c 'import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
if libc.mount(b"none", b"/tmp", b"tmpfs", 0, None):
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))'
}

call_engine() {
    python3 -c 'import socket
socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock")'
}

new_namespace() { unshare --user --map-root-user true; }

tests() { python3 -m unittest -q; }

commit() {
    git add --all
    git -c user.name=demo -c user.email=demo@example.invalid commit -q -m "$1"
    git log --oneline -1
}
