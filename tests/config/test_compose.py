"""Services of a compose file are taken as far as a box goes; the rest has a name."""

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config import compose
from swarm.errors import ConfigError
from swarm.model.project import ProjectChoice, ServiceContainer

FULL = """\
x-shared: &shared
  restart: always
  labels: {a: b}
services:
  app:
    build: .
    privileged: true
  db:
    <<: *shared
    image: postgres:${PG_VERSION:-16}
    container_name: shop-db
    command: postgres -c "max_connections=200"
    environment:
      POSTGRES_USER: shop
      POSTGRES_PASSWORD: ${SECRET:-pa$$ss}
      HOME_OF_MINE:
    ports: ["127.0.0.1:5433:5432/tcp"]
    volumes:
      - pgdata:/var/lib/postgresql/data
      - /var/cache/pg
    tmpfs: /tmp
    healthcheck:
      test: ["CMD-SHELL", "pg_isready -U $$POSTGRES_USER"]
      interval: 5s
      retries: 20
      start_period: 1m30s
    depends_on: [cache]
    deploy: {replicas: 2}
    user: "70"
  cache:
    image: redis:7
    environment: [A=1, "B=x=y"]
    ports:
      - target: 6379
        published: "6379"
    healthcheck: {test: [CMD, redis-cli, ping now]}
volumes: {pgdata: {}}
"""
CHOICE = ProjectChoice(compose="compose.yaml", services=("db", "cache"))


def test_what_a_box_can_give_is_taken() -> None:
    choice, notes = compose.applied(CHOICE, FULL)

    assert choice.service_container == {
        "db": ServiceContainer(
            image="postgres:16",
            environment={"POSTGRES_USER": "shop", "POSTGRES_PASSWORD": "pa$ss"},
            command=("postgres", "-c", "max_connections=200"),
            data=("/var/lib/postgresql/data", "/var/cache/pg"),
            health="pg_isready -U $POSTGRES_USER",
            port=5432,
            health_seconds=190,
            restart="always",
        ),
        "cache": ServiceContainer(
            image="redis:7",
            environment={"A": "1", "B": "x=y"},
            health="redis-cli 'ping now'",
            port=6379,
            health_seconds=90,
        ),
    }
    assert notes == (
        "compose.yaml: db: deploy is not taken",
        "compose.yaml: db: user is not taken",
        "compose.yaml: db: ports it answers at localhost:5432, not 5433",
        "compose.yaml: db: environment.HOME_OF_MINE is your own variable: it is not "
        "read",
    )


def test_those_of_the_project_file_stay() -> None:
    own = {"queue": ServiceContainer(recipe="rabbitmq")}
    choice, _ = compose.applied(replace(CHOICE, service_container=own), FULL)

    assert {*choice.service_container} == {"db", "cache", "queue"}


def test_without_a_pick_the_names_are_told() -> None:
    choice, notes = compose.applied(replace(CHOICE, services=()), FULL)

    assert choice.service_container == {}
    assert notes == ("compose.yaml: `services` in swarm.toml picks of: app, db, cache",)


@pytest.mark.parametrize(
    "line",
    [
        "privileged: true",
        "privileged: yes",
        "cap_add: [NET_ADMIN]",
        "network_mode: host",
        "network_mode: service:db",
        "pid: host",
        "ipc: host",
        "userns_mode: host",
        "uts: host",
        "cgroup_parent: x",
        "devices: [/dev/kvm]",
        "device_cgroup_rules: ['c 1:3 mr']",
        "security_opt: ['seccomp:unconfined']",
        "sysctls: {net.core.somaxconn: 1024}",
        "volumes_from: [db]",
        "extends: {file: ../other.yaml, service: x}",
        "runtime: nvidia",
        "gpus: all",
        "use_api_socket: true",
        "group_add: ['0']",
        "volumes: [/var/run/docker.sock:/var/run/docker.sock]",
        "volumes: [./init.sql:/init.sql:ro]",
        "volumes: [~/x:/x]",
        "volumes: [../x:/x]",
        "volumes: [{type: bind, source: /, target: /host}]",
        "volumes: [{type: npipe, source: x, target: /host}]",
        "volumes: ['data:/']",
        "volumes: ['data:/a/../../b']",
        "volumes: ['${PWD}:/x']",
        "image: ${IMAGE}",
        "image: $IMAGE",
        "image: ${IMAGE:?no}",
        "image: 'a b'",
        "ports: [x]",
        "ports: ['70000']",
        "command: 'a \"b'",
        "environment: 7",
        "environment: {'A B': x}",
    ],
)
def test_what_a_service_is_not_given_is_refused_by_its_name(line: str) -> None:
    image = "" if line.startswith("image") else "    image: x:1\n"
    text = f"services:\n  bad:\n{image}    {line}\n"

    with pytest.raises(ConfigError) as caught:
        compose.applied(replace(CHOICE, services=("bad",)), text)

    key = line.partition(":")[0]
    assert f"compose.yaml: services.bad.{key}" in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("services: [x]", "`services` are no mapping"),
        ("a: 1", "there is no service db"),
        ("services: {x: {image: y}}", "there is no service db"),
        (
            "services: {db: {build: .}, cache: {}}",
            r"services\.db\.image: there is none",
        ),
    ],
)
def test_what_is_not_there_is_told(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        compose.applied(CHOICE, text)


def test_a_default_that_is_a_variable_again_is_refused() -> None:
    """It came through as the letters `$HOME`; `$$` is a dollar sign."""
    one = replace(CHOICE, services=("db",))
    text = "services: {db: {image: x, environment: {A: '${A:-$HOME}'}}}"
    with pytest.raises(ConfigError, match=r"environment\.A: \$\{A\} has no default"):
        compose.applied(one, text)

    choice, _ = compose.applied(one, text.replace("$HOME", "$$HOME"))
    assert choice.service_container["db"].environment == {"A": "$HOME"}


def test_files_that_it_includes_are_told() -> None:
    text = "include: [/etc/other.yaml]\nservices: {db: {image: x}}"
    _, notes = compose.applied(replace(CHOICE, services=("db",)), text)
    assert notes == ("compose.yaml: include is not taken: no other file is read",)


@pytest.mark.parametrize("port", [53, 3128, 15001])
def test_a_port_of_the_gates_is_refused(port: int) -> None:
    text = f"services: {{db: {{image: x, ports: ['9:{port}']}}}}"
    with pytest.raises(ConfigError, match=rf"db\.ports: {port} is the gate's own"):
        compose.applied(replace(CHOICE, services=("db",)), text)


def test_a_harmless_value_of_a_refused_key_is_none() -> None:
    text = "services: {db: {image: x, privileged: false, cap_add: [], ports: []}}"

    choice, notes = compose.applied(replace(CHOICE, services=("db",)), text)

    assert choice.service_container == {"db": ServiceContainer(image="x")}
    assert notes == ()


_VALUES = st.recursive(
    st.none() | st.text(max_size=12) | st.sampled_from(["${A", "a:b", "$$", "1s"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
_KEYS = st.sampled_from([*compose._TAKEN, *compose._REFUSED, "x", "build", "deploy"])


@given(st.dictionaries(_KEYS, _VALUES, max_size=5))
def test_any_service_is_taken_or_refused(body: dict[str, object]) -> None:
    reading = compose._Reading("compose.yaml", "db")
    with suppress(ConfigError):
        service = compose._service(reading, {"image": "x:1", **body})
        assert service.image


@pytest.mark.parametrize(
    ("said", "taken"),
    [("no", "no"), ("on-failure:3", "on-failure"), ("unless-stopped", "always")],
)
def test_when_it_is_started_again_is_taken(said: str, taken: str) -> None:
    """How often is the box's own bound."""
    text = f'services: {{db: {{image: "a", restart: "{said}"}}}}'
    choice, _ = compose.applied(replace(CHOICE, services=("db",)), text)
    assert choice.service_container["db"].restart == taken


def test_an_unknown_word_on_restarts_is_refused() -> None:
    text = "services: {db: {image: a, restart: sometimes}}"
    with pytest.raises(ConfigError, match=r"services\.db\.restart: sometimes"):
        compose.applied(replace(CHOICE, services=("db",)), text)
