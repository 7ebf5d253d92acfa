"""Every name of the sandbox itself reaches it, and none is a denial.

But `::1`: the engine switches IPv6 off in a namespace without a network.
"""

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
    assert not harness.queries.events.denials(task.id)
