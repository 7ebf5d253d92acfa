"""Every name of the sandbox itself reaches it, and none is a denial."""

from pathlib import Path

from swarm.model.task import State
from tests.engine.keeper_harness import KeeperHarness

NAMES = (
    "localhost",
    "$(hostname)",
    "127.0.0.1",
    "127.0.0.2",
    "0.0.0.0",
    "app.localhost",
    "a.b.localhost",
    "localhost.localdomain",
    "$(hostname).local",
)
SERVE = """
echo hello > index.html
for bind in 0.0.0.0 $(hostname); do
    port=$((${port:-8000} + 1))
    python3 -m http.server -b $bind $port >/dev/null 2>&1 &
done
curl -s --retry 50 --retry-connrefused --retry-delay 1 -o /dev/null \\
    http://127.0.0.1:8001/ http://$(hostname):8002/
"""
ASK = """
for name in {names}; do
    for asked in "curl -gsS" "env -i /usr/bin/curl -gsS"; do
        answer=$($asked -m 10 http://$name:8001/index.html 2>&1)
        [ "$answer" = hello ] || echo "$asked $name: $answer" >> failed
    done
done
python3 -c "
import urllib.request
for name in ('localhost', 'app.localhost', '0.0.0.0', '127.0.0.2'):
    urllib.request.urlopen(f'http://{{name}}:8001/').read()
" 2>> failed
python3 -m http.server -b ::1 8003 >six.log 2>&1 &
env -i /usr/bin/curl -gsS --retry 50 --retry-connrefused --retry-delay 1 \\
    "http://[::1]:8003/index.html" > six
for name in localhost $(hostname) 127.0.0.1 127.0.0.2 0.0.0.0 a.localhost "[::1]"; do
    curl -gsS --noproxy "" -x http://127.0.0.1:3128 http://$name:8001/ >> words
    curl -gsS --noproxy "" -x http://127.0.0.1:3128 -p http://$name:8001/ >> words 2>&1
done
python3 > burglar - << 'END'
import socket
for at in ("2001:db8::1", "fe80::1%lo", "ff02::1%lo", "::", "64:ff9b::1.1.1.1"):
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        wire = socket.socket(socket.AF_INET6, kind)
        wire.settimeout(2)
        try:
            wire.connect(socket.getaddrinfo(at, 4444)[0][4])
            wire.send(b"x")
            wire.recv(1)
        except OSError:
            continue
        print(at, "answers")
print(open("/proc/net/if_inet6").read().split()[-1])
END
true
"""


def test_each_name_of_the_sandbox_reaches_it(
    harness: KeeperHarness, sample: Path
) -> None:
    """With the variables that name the proxy and without; by curl and by Python."""
    harness.start_keeper()
    command = SERVE + ASK.format(names=" ".join(NAMES))

    task = harness.until_taken_in(harness.new_task(sample, command))

    failed = harness.paths.worktree(task.id) / "failed"
    assert not failed.exists() or failed.read_text() == ""
    assert (task.state, task.exit_code) == (State.STOPPED, 0)
    assert task.net.denied == 0
    worktree = harness.paths.worktree(task.id)
    assert (worktree / "six").read_text() == "hello\n"
    words = (worktree / "words").read_text()
    assert words.count("is this sandbox itself") == 7
    assert "Denied" not in words
    assert (worktree / "burglar").read_text() == "lo\n", "an IPv6 way out"
    denials = harness.queries.events.denials(task.id)
    assert all(getattr(record.event, "quiet", False) for record in denials)
