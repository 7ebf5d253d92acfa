"""`swarm.toml` is read strictly: a mistake is told with its file, line and key."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from swarm.config.project import LARGEST, may_hold, parsed
from swarm.errors import ConfigError
from swarm.model.project import ProjectChoice, ServiceContainer

FULL = """\
version = 1
agent = "claude"
stacks = ["python", "c", "c"]
packages = ["libpq-dev"]
setup = ["pip install ."]
test = "pytest"
ports = [3000, 3000]
env_files = [".env"]
protect = [".github/"]
hide = ["secrets"]
compose = "compose.yaml"
services = ["db"]

[service-container.cache]
recipe = "redis"
port = 6379
environment = { A = "b" }

[service-container.queue]
image = "rabbitmq:3"
command = ["run", "-v"]
health = "ok"
health_seconds = 5
"""


def test_every_key_is_read() -> None:
    assert parsed(FULL) == ProjectChoice(
        agent="claude",
        stacks=("c", "python"),
        packages=("libpq-dev",),
        setup=("pip install .",),
        test="pytest",
        ports=(3000,),
        env_files=(".env",),
        protect=(".github",),
        hide=("secrets",),
        compose="compose.yaml",
        services=("db",),
        service_container={
            "cache": ServiceContainer("redis", environment={"A": "b"}, port=6379),
            "queue": ServiceContainer(
                image="rabbitmq:3",
                command=("run", "-v"),
                health="ok",
                health_seconds=5,
            ),
        },
    )


def test_an_empty_file_chooses_nothing() -> None:
    assert parsed("# later\n") == ProjectChoice()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("\nset-up = []", "swarm.toml:2: set-up: unknown key"),
        ("version = 2", "swarm.toml:1: version: a number"),
        ("version = true", "swarm.toml:1: version: a number"),
        ('stacks = ["pyton"]', "swarm.toml:1: stacks: there is no stack 'pyton'; did"),
        ('packages = ["x;id"]', "swarm.toml:1: packages: 'x;id' can be no package"),
        ('setup = "make"', "swarm.toml:1: setup: "),
        ('setup = [""]', "swarm.toml:1: setup.0: a shell command"),
        ('test = "a\\u0000b"', "swarm.toml:1: test: a shell command"),
        ('test = "a\\u001b[2J"', "swarm.toml:1: test: a shell command"),
        ("ports = [0]", "swarm.toml:1: ports.0: "),
        ("ports = [65536]", "swarm.toml:1: ports.0: "),
        ('ports = ["80"]', "swarm.toml:1: ports.0: "),
        ("ports = [true]", "swarm.toml:1: ports.0: "),
        ('image = "a b"', "swarm.toml:1: image: an image such as"),
        ('image = "--privileged"', "swarm.toml:1: image: an image such as"),
        ('image="a"\ndockerfile="b"', "swarm.toml: image and dockerfile: a task has"),
        ('services = ["db"]', "swarm.toml: services are those of a compose file"),
        ("[service-container.DB]\nrecipe='x'", "swarm.toml:1: service-container.DB: "),
        ("[service-container.db]", "swarm.toml:1: service-container.db: must have"),
        (
            '[service-container.db]\nrecipe = "a"\nimage = "b"',
            "swarm.toml:1: service-container.db: must have either",
        ),
        (
            '[service-container.db]\nrecipe = "a"\nprivileged = true',
            "swarm.toml:3: service-container.db.privileged: unknown key",
        ),
        (
            '[service-container.db]\nimage = "a"\nenvironment = { "A B" = "c" }',
            "swarm.toml:3: service-container.db.environment: a variable's name",
        ),
        (
            'compose="c"\nservices=["db"]\n[service-container.db]\nrecipe="a"',
            "swarm.toml: there are two services of the name db",
        ),
        ("service_container = {}", "swarm.toml:1: service_container: unknown key"),
        ("a = " + "[" * 5000, "swarm.toml is not valid TOML: "),
        ("a = 1\na = 2", "swarm.toml is not valid TOML: "),
        ("\0", "swarm.toml is not valid TOML: "),
        (".".join("a" * 5000) + " = 1", "swarm.toml is not valid TOML: a key of more"),
        ("#" * (LARGEST + 1), "swarm.toml is larger than 64 KiB"),
        ("hide = [" + '"a",' * 51 + "]", "swarm.toml:1: hide: "),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parsed(text)

    assert caught.value.message.startswith(told)


@pytest.mark.parametrize("key", ["dockerfile", "devcontainer", "compose"])
@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "../x", "a/../x", "a//b", "./x", ".git/config", "a\\\\b", "~\\n"],
)
def test_no_path_leads_out_of_the_repository(key: str, path: str) -> None:
    """Nor into git's own directory."""
    with pytest.raises(ConfigError, match="a path in the repository"):
        parsed(f'{key} = "{path}"')
    for plural in ("env_files", "protect", "hide"):
        with pytest.raises(ConfigError, match="a path in the repository"):
            parsed(f'{plural} = ["{path}"]')


def test_a_strangers_key_cannot_drive_the_terminal() -> None:
    with pytest.raises(ConfigError) as caught:
        parsed('"\\u001b[2J" = 1')

    assert "\x1b" not in caught.value.message


@given(st.text(max_size=300))
def test_any_text_is_a_choice_or_a_config_error(text: str) -> None:
    with suppress(ConfigError):
        assert isinstance(parsed(text), ProjectChoice)


def test_a_folder_of_an_image_that_it_writes_to() -> None:
    text = '[service-container.db]\nimage = "db:1"\ndata = ["/var/lib/db/", "/d"]\n'

    (service,) = parsed(text).service_container.values()

    assert service.data == ("/var/lib/db", "/d")


@pytest.mark.parametrize("folder", ["/", "d", "/a/../b", "/proc", "/tmp/x", "/a:b"])
def test_what_can_be_no_volume_is_refused(folder: str) -> None:
    text = f'[service-container.db]\nimage = "db:1"\ndata = ["{folder}"]\n'
    with pytest.raises(ConfigError, match="a folder of the image"):
        parsed(text)


def test_a_single_value_may_be_asked_about() -> None:
    assert may_hold("ports", (1, 2))
    assert not may_hold("ports", (0,))
    assert not may_hold("nothing", 1)
