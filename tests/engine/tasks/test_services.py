"""A task's own databases and caches: on its own localhost, and gone with it."""

import json
import subprocess
from pathlib import Path

import pytest

from swarm.engine.host import images
from swarm.model import events
from swarm.model.task import State
from swarm.store import wishes
from tests.built_image import built
from tests.engine.keeper_harness import KeeperHarness
from tests.engine.tasks.service_project import (
    POSTGRES,
    REDIS,
    agree,
    build_images,
    python,
)
from tests.engine.test_deaths import die_at


@pytest.fixture(scope="module", autouse=True)
def _images() -> None:
    """A build takes longer than a launch is waited for."""
    build_images("postgres", "redis")


def _until_done(harness: KeeperHarness, task_id: int) -> None:
    done = harness.paths.worktree(task_id) / "done"
    harness.until(done.exists, "the command did its work")


def _services(harness: KeeperHarness, task_id: int) -> list[str]:
    names = harness.context.names(task_id)
    return [
        facts.name for facts in harness.context.containers.all(names.labels("service"))
    ]


def _volumes(harness: KeeperHarness, task_id: int) -> list[str]:
    names = harness.context.names(task_id)
    return harness.context.containers.volumes(names.labels("service-data"))


def test_two_tasks_at_once_have_each_its_own_on_the_same_port(
    harness: KeeperHarness, sample: Path
) -> None:
    """What one writes, the other does not read; both are removed with the task."""
    harness.patience = 300.0
    harness.start_keeper()
    agree(harness, sample, POSTGRES + REDIS)
    lines = """
import os

mine = os.environ["SWARM_TASK"]
postgres("create table t (v text)")
postgres(f"insert into t values ('{mine}')")
redis("SET", "key", mine)
open("read", "w").write(f"{postgres('select v from t')} {redis('GET', 'key')}")
"""

    tasks = [harness.new_task(sample, python(lines)) for _ in range(2)]
    for task_id in tasks:
        harness.until_state(task_id, State.LIVE)
        _until_done(harness, task_id)

    for task_id in tasks:
        read = (harness.paths.worktree(task_id) / "read").read_text()
        assert read == f"['{task_id}'] {task_id}"
        task = harness.queries.tasks.get(task_id)
        ports = {(each.name, each.what, each.port) for each in task.services}
        assert ports == {("db", "postgres", 5432), ("cache", "redis", 6379)}
        assert len(_services(harness, task_id)) == 2
        harness.wish_done("kill", task=task_id)
        harness.until_taken_in(task_id)
        assert _services(harness, task_id) == []
        assert harness.queries.tasks.get(task_id).services == ()
        assert len(_volumes(harness, task_id)) == 2
        harness.wish_done("discard", task=task_id)
        harness.wish_done("rm", task=task_id)
        assert _volumes(harness, task_id) == []


def test_one_that_never_answers_fails_the_launch_with_its_last_lines(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    text = f'{REDIS}health = "false"\nhealth_seconds = 1\n'
    agree(harness, sample, text)

    task = harness.until_state(harness.new_task(sample, "true"), State.FAILED)

    assert "cache did not answer within 1 s" in task.reason
    assert "Ready to accept connections" in task.reason
    assert f"swarm logs {task.id} cache" in task.hint
    assert harness.task_containers() == []
    assert _volumes(harness, task.id) == []
    log = harness.paths.service_log(task.id, "cache").read_text()
    assert "Ready to accept connections" in log


def test_one_that_ends_at_its_start_is_told_as_such(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    agree(harness, sample, f'{REDIS}command = ["--no-such-option", "1"]\n')

    task = harness.until_state(harness.new_task(sample, "true"), State.FAILED)

    assert "service cache ended with exit status 1" in task.reason


def test_one_that_ends_while_its_task_goes_on_is_told(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    agree(harness, sample, REDIS)
    task_id = harness.new_task(sample, "sleep 600")
    harness.until_state(task_id, State.LIVE)

    harness.context.containers.kill(harness.context.names(task_id).service("cache"))

    harness.until(
        lambda: bool(harness.queries.events.last(events.ServiceEnded, task_id)),
        "the end of the service",
    )
    (service,) = harness.queries.tasks.get(task_id).services
    assert "137" in service.ended


def test_what_is_stored_is_there_when_the_task_goes_on(
    harness: KeeperHarness, sample: Path
) -> None:
    """Its files expect the tables that its first life made."""
    harness.start_keeper()
    agree(harness, sample, POSTGRES)
    lines = """
import os
if os.path.exists("read"):
    open("again", "w").write(str(postgres("select v from t")))
else:
    postgres("create table t (v text)")
    postgres("insert into t values ('kept')")
    open("read", "w").write("")
"""
    task_id = harness.new_task(sample, python(lines))
    harness.until_state(task_id, State.LIVE)
    _until_done(harness, task_id)
    harness.wish_done("kill", task=task_id)
    harness.until_taken_in(task_id)

    harness.wish_done("continue", task=task_id, fresh=True)

    again = harness.paths.worktree(task_id) / "again"
    harness.until(lambda: again.exists() and again.read_text() != "", "it went on")
    assert again.read_text() == "['kept']"
    assert len(_services(harness, task_id)) == 1


IMAGE = b"""ARG BASE_IMAGE
FROM ${BASE_IMAGE}
USER root
RUN mkdir /data && chown 999:999 /data && chmod 0700 /data
VOLUME /data
ENV SAID=nothing
ENTRYPOINT ["sh", "-c", "echo $SAID $(id -u) > /data/said; exec \\"$@\\"", "sh"]
CMD ["python3", "-m", "http.server", "7000", "--directory", "/data"]
"""


def test_an_image_of_the_users_runs_under_the_floor_with_its_own_volume(
    harness: KeeperHarness, sample: Path
) -> None:
    """Its program is root's and its folder another user's: neither is needed."""
    harness.start_keeper()
    image = built("service", IMAGE)
    text = f"""
[service-container.web]
image = "{image}"
port = 7000
environment = {{ SAID = "words" }}
"""
    agree(harness, sample, text)
    lines = """
import urllib.request
open("read", "wb").write(urllib.request.urlopen("http://localhost:7000/said").read())
"""

    task_id = harness.new_task(sample, python(lines))
    task = harness.until_state(task_id, State.LIVE)
    _until_done(harness, task_id)

    read = (harness.paths.worktree(task_id) / "read").read_text()
    assert read == "words 65300\n"
    assert [(each.what, each.port) for each in task.services] == [(image, 7000)]


PYTHON = b"""ARG BASE_IMAGE
FROM ${BASE_IMAGE}
USER root
ENTRYPOINT ["python3", "-u", "-c"]
"""
SERVE = """
import http.server as h
h.HTTPServer(("127.0.0.1", 7000), h.BaseHTTPRequestHandler).serve_forever()
"""
SLEEP = "import time; time.sleep(1000)"


CONNECTS = "import socket as s; s.create_connection((None, 7000))"
ASKS_ANY = f"""health = "python3 -c '{CONNECTS}'"
"""


def _two_services(second: str) -> str:
    """One that listens at 7000 and does not say so, and another."""
    image = built("python-service", PYTHON)
    return f"""
[service-container.first]
image = "{image}"
command = [{json.dumps(SERVE)}]
{ASKS_ANY}
[service-container.second]
image = "{image}"
command = ["{SLEEP}"]
{second}
"""


@pytest.mark.parametrize("asked", ["", ASKS_ANY], ids=["by its port", "by a command"])
def test_no_other_service_answers_for_one(
    harness: KeeperHarness, sample: Path, asked: str
) -> None:
    """Neither program knows of the other; what answers at the port is the first's."""
    harness.start_keeper()
    agree(harness, sample, _two_services(f"port = 7000\n{asked}"))

    task = harness.until_state(harness.new_task(sample, "true"), State.FAILED)

    assert "service second cannot have port 7000" in task.reason
    assert "the service first listens there" in task.reason
    assert harness.task_containers() == []
    assert _volumes(harness, task.id) == []


def test_a_program_that_is_not_there_is_told_by_the_launch(
    harness: KeeperHarness, sample: Path
) -> None:
    """Nothing can be asked of it: it was live, and its end news of later."""
    harness.start_keeper()
    image = built("python-service", PYTHON)
    text = f'[service-container.x]\nimage = "{image}"\nentrypoint = ["/none"]\n'
    agree(harness, sample, text)

    task = harness.until_state(harness.new_task(sample, "true"), State.FAILED)

    assert "service x ended with exit status 127" in task.reason
    assert harness.task_containers() == []


def test_a_name_that_is_no_image_s_is_told_with_the_service(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    agree(harness, sample, '[service-container.x]\nimage = "a/B:c:d@x"\n')

    task = harness.until_state(harness.new_task(sample, "true"), State.FAILED)

    assert "the service x: docker image inspect" in task.reason
    assert "`image` in swarm.toml" in task.hint


def test_an_image_that_nobody_has_fails_the_launch_with_the_way_out(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    text = '[service-container.db]\nimage = "swarm-test.invalid/postgres:1"\n'
    agree(harness, sample, text)

    task = harness.until_state(harness.new_task(sample, "true"), State.FAILED)

    assert "service db: docker pull swarm-test.invalid/postgres:1" in task.reason
    assert 'recipe = "postgres"' in task.hint
    assert harness.task_containers() == []


def test_a_service_of_a_compose_file_runs_beside_the_task(
    harness: KeeperHarness, sample: Path
) -> None:
    """With what it says of itself there, in a folder that it may write to."""
    harness.start_keeper()
    text = f"""
services:
  app: {{build: ., privileged: true}}
  web:
    image: {built("service", IMAGE)}
    environment: [SAID=words]
    volumes: ["kept:/more"]
    entrypoint: [sh, -c]
    command: ["echo $$SAID > /more/said; exec python3 -m http.server 7001 -d /more"]
    ports: ["80:7001"]
    healthcheck: {{test: "test -s /more/said", retries: 1, interval: 60s}}
"""
    (sample / "compose.yaml").write_text(text)
    agree(harness, sample, 'compose = "compose.yaml"\nservices = ["web"]\n')
    lines = """
import urllib.request
open("read", "wb").write(urllib.request.urlopen("http://localhost:7001/said").read())
"""

    task_id = harness.new_task(sample, python(lines))
    harness.until_state(task_id, State.LIVE)
    _until_done(harness, task_id)

    assert (harness.paths.worktree(task_id) / "read").read_text() == "words\n"
    troubles = [
        record.event.reason
        for record in harness.queries.events.after(task=task_id)
        if isinstance(record.event, events.Trouble)
    ]
    assert "compose.yaml: web: ports it answers at localhost:7001, not 80" in troubles


def test_every_recipe_answers_under_the_floor_by_name_and_port(
    harness: KeeperHarness, sample: Path
) -> None:
    build_images("mariadb", "rabbitmq")
    harness.start_keeper()
    queue = '[service-container.queue]\nrecipe = "rabbitmq"\n'
    maria = """
[service-container.maria]
recipe = "mariadb"
environment = { MYSQL_DATABASE = "a`b", MYSQL_USER = "it's", MYSQL_PASSWORD = 'p\\w' }
"""
    agree(harness, sample, POSTGRES + REDIS + queue + maria)
    lines = """
import os
said = []
amqp = b"AMQP\\0\\0\\x09\\x01"
for name, port, hello in (("maria", 3306, b""), ("queue", 5672, amqp)):
    wire = socket.create_connection((name, port), 5)
    wire.sendall(hello)
    said.append(wire.recv(100))
assert b"MariaDB" in said[0], said
assert said[1][:1] == b"\\1", said
for name in ("db", "cache"):
    socket.create_connection((name, {"db": 5432, "cache": 6379}[name]), 5).close()
assert "cache,db,maria,queue" in os.environ["no_proxy"]
open("read", "w").write("all")
"""

    task_id = harness.new_task(sample, python(lines))
    harness.until_state(task_id, State.LIVE)
    _until_done(harness, task_id)

    assert (harness.paths.worktree(task_id) / "read").read_text() == "all"
    maria_db = harness.context.names(task_id).service("maria")
    client = ["mariadb", "--protocol=tcp", "-h127.0.0.1", "-uit's", "-pp\\w", "a`b"]
    asked = [*client, "-e", "create table t (v int)"]
    assert harness.context.containers.exec_status(maria_db, asked) == 0


def test_a_keeper_that_dies_between_two_services_leaves_nothing_behind(
    harness: KeeperHarness, sample: Path
) -> None:
    """The next one undoes what there is, and starts each once."""
    agree(harness, sample, POSTGRES + REDIS)
    body = {"repo": str(sample), "prompt": "p", "command": "sleep 600"}
    wishes.insert(harness.paths.database, "new", body)
    die_at(harness, "journal:ServiceReady")
    assert len(_services(harness, 1)) == 2

    harness.start_keeper()

    harness.until_state(1, State.LIVE)
    assert len(_services(harness, 1)) == 2
    assert len(_volumes(harness, 1)) == 2
    assert len(harness.net_namespaces()) == 1


def test_a_keeper_that_starts_finds_what_ended_meanwhile(
    harness: KeeperHarness, sample: Path
) -> None:
    harness.start_keeper()
    agree(harness, sample, REDIS)
    task_id = harness.new_task(sample, "sleep 600")
    harness.until_state(task_id, State.LIVE)
    harness.forget_all()
    harness.context.containers.remove(harness.context.names(task_id).service("cache"))

    harness.start_keeper()

    harness.until(
        lambda: bool(harness.queries.events.last(events.ServiceEnded, task_id)),
        "the end of the service",
    )
    (service,) = harness.queries.tasks.get(task_id).services
    assert service.ended == "was removed"


def test_a_paused_task_s_services_stand_still_and_end_with_it(
    harness: KeeperHarness, sample: Path
) -> None:
    """A frozen container is removed as any other."""
    harness.patience = 300.0
    harness.start_keeper()
    agree(harness, sample, REDIS)
    task_id = harness.new_task(sample, "sleep 600")
    harness.until_state(task_id, State.LIVE)

    def status() -> set[str]:
        names = harness.context.names(task_id)
        boxes = [names.sandbox, names.service("cache")]
        found = [harness.context.containers.inspect(name) for name in boxes]
        return {facts.status if facts else "gone" for facts in found}

    harness.wish_done("pause", task=task_id)
    assert status() == {"paused"}
    harness.wish_done("resume", task=task_id)
    assert status() == {"running"}
    harness.wish_done("pause", task=task_id)
    harness.wish_done("kill", task=task_id)
    assert _services(harness, task_id) == []


def test_a_database_that_was_killed_starts_beside_any_program() -> None:
    """The number that it left may be that of its own health check in the next box."""
    script = """
start="sh /usr/share/swarm/recipes/service-postgres.sh"
export SERVICE_PORT=5432
$start -C port
sleep 600 &
echo $! > /var/lib/service/postgres/postmaster.pid
$start &
until pg_isready -q -h 127.0.0.1; do kill -0 $!; sleep 0.1; done
"""
    build_images("postgres")
    run = [
        *("docker", "run", "--rm", "--init", "--network=none", "--user=65300:65300"),
        "--tmpfs=/var/lib/service:mode=1777",
        *(images.tag("services/postgres"), "sh", "-euc", script),
    ]

    done = subprocess.run(run, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
