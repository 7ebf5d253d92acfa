#!/bin/sh
# Makes a fresh Debian machine ready for swarm: packages, a container engine, a virtual
# environment and the images. Needs Python 3.11+, and root or sudo where something is
# missing. What is there is used as it is; a second run changes nothing.
set -eu
cd "$(dirname "$0")"

began=$(date +%s)
say() { printf '%s\n' "setup: $*"; }
die() { printf '%s\n' "setup: $*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; elif have sudo; then sudo "$@"; else
    die "root or sudo is needed for: $*"; fi; }
timed() { # timed WHAT COMMAND...
    what=$1; shift; start=$(date +%s.%N); "$@"
    say "$what: $(awk "BEGIN { printf \"%.1f\", $(date +%s.%N) - $start }") s"; }

engine_answers() { have docker && docker info >/dev/null 2>&1; }
python_ok() { "$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' 2>/dev/null; }

install_packages() {
    missing=""
    want() { # want COMMAND PACKAGE WHY
        if ! have "$1"; then missing="$missing $2"; say "installing $2: $3"; fi; }
    want git git "every task is a git worktree"
    want tmux tmux "every agent's terminal is a tmux pane"
    want mmdebstrap mmdebstrap "makes the base image where no registry can be reached"
    want rsvg-convert librsvg2-bin "turns screenshots into PNG"
    if ! engine_answers && ! have dockerd; then
        missing="$missing docker.io"
        say "installing docker.io: no container engine answers"
    fi
    if ! "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; then
        missing="$missing python3-venv"; say "installing python3-venv: for .venv"
    fi
    [ -n "$missing" ] || return 0
    have apt-get || die "this is no Debian; install by hand:$missing"
    as_root apt-get update -qq || as_root apt-get update -qq
    # shellcheck disable=SC2086  # a list of package names
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

start_engine() {
    if engine_answers; then return 0; fi
    if [ -n "${DOCKER_HOST:-}" ]; then die "no engine answers at DOCKER_HOST=$DOCKER_HOST"; fi
    if as_root docker info >/dev/null 2>&1; then
        die "the engine answers to root only; add yourself to its group:
    sudo usermod -aG docker $(id -un)   and log in again"
    fi
    if [ -d /run/systemd/system ]; then
        say "starting the engine by systemd"; as_root systemctl start docker
    elif pgrep -x dockerd >/dev/null; then
        say "waiting for the engine that is starting"
    else
        log=/var/log/dockerd.log
        say "starting dockerd by hand: there is no service manager (log: $log)"
        as_root sh -c "nohup setsid dockerd >$log 2>&1 </dev/null &"
    fi
    tries=0
    until as_root docker info >/dev/null 2>&1; do
        tries=$((tries + 1))
        if [ $tries -gt 150 ]; then
            [ -z "${log:-}" ] || as_root tail -n 20 "$log" >&2
            die "the engine did not answer within 30 s"
        fi
        sleep 0.2 # the engine offers nothing to wait on before its socket answers
    done
}

make_environment() {
    wanted=$(cat pyproject.toml constraints.txt swarm/__init__.py | sha256sum)
    if [ -f .venv/stamp ] && [ "$(cat .venv/stamp)" = "$wanted" ]; then return 0; fi
    say "making .venv: textual, docker, sqlmodel and the test tools"
    "$PYTHON" -m venv --clear .venv  # no leftover of an older list
    .venv/bin/python -m pip install -q --disable-pip-version-check \
        -c constraints.txt -e '.[dev]'
    printf '%s\n' "$wanted" > .venv/stamp
}

PYTHON=""
for candidate in "${PYTHON3:-python3}" python3.14 python3.13 python3.12 python3.11; do
    if have "$candidate" && python_ok "$candidate"; then PYTHON=$candidate; break; fi
done
[ -n "$PYTHON" ] || die "Python 3.11 or newer is needed: apt-get install python3"

timed "packages" install_packages
timed "engine" start_engine
timed "virtual environment" make_environment
# The first command would compile what it loads: seconds on two cores.
timed "bytecode" .venv/bin/python -m compileall -q swarm
timed "images" .venv/bin/python -m swarm image build
say "ready in $(($(date +%s) - began)) s"
