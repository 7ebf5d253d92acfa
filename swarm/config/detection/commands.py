"""What one language's files say of installing and testing a project."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from swarm.config.detection.tree import Tree


@dataclass(frozen=True, slots=True)
class Commands:
    """Shell commands for one folder, and the files that tell of them."""

    setup: tuple[str, ...] = ()
    setup_because: str = ""
    test: str = ""
    test_because: str = ""
    manager: str = ""
    stacks: dict[str, str] = field(default_factory=dict)
    """Further stacks, each with its reason."""
    packages: dict[str, str] = field(default_factory=dict)
    """Debian's, each with its reason."""
    wants: dict[str, str] = field(default_factory=dict)
    """Recipes of services that a dependency speaks to, each with its reason."""
    each_task: dict[str, str] = field(default_factory=dict)
    """What makes the tables of a database that was just begun, each with its reason."""


@dataclass(frozen=True, slots=True)
class FolderLook:
    """What one language's files in one folder say."""

    stack: str
    folder: str
    """Empty for the repository's root."""
    commands: Commands


Look = Callable[[Tree, str], Commands | None]
"""Looks at one folder of a tree; None if it has nothing of the language."""

LIBRARIES = {
    "psycopg2": "libpq-dev", "psycopg-c": "libpq-dev", "pg": "libpq-dev",
    "mysqlclient": "default-libmysqlclient-dev", "mysql2": "default-libmysqlclient-dev",
    "pygraphviz": "libgraphviz-dev", "python-ldap": "libldap-dev",
    "pycurl": "libcurl4-openssl-dev", "xmlsec": "libxmlsec1-dev",
    "sqlite3": "libsqlite3-dev", "rmagick": "libmagickwand-dev",
    "pygobject": "libgirepository-2.0-dev",
    "pyodbc": "unixodbc-dev", "python-magic": "libmagic1",
    "weasyprint": "libpango-1.0-0",
}  # fmt: skip
"""The Debian package that a dependency needs to be built or loaded."""
CRATES = {
    "openssl": "libssl-dev", "openssl-sys": "libssl-dev", "pq-sys": "libpq-dev",
    "diesel": "libpq-dev", "mysqlclient-sys": "default-libmysqlclient-dev",
    "alsa-sys": "libasound2-dev", "libdbus-sys": "libdbus-1-dev",
    "libudev-sys": "libudev-dev", "prost-build": "protobuf-compiler",
    "clang-sys": "libclang-dev", "cmake": "cmake",
    "fontconfig-sys": "libfontconfig-dev",
    "yeslogic-fontconfig-sys": "libfontconfig-dev", "glib-sys": "libglib2.0-dev",
    "gtk-sys": "libgtk-3-dev", "webkit2gtk-sys": "libwebkit2gtk-4.1-dev",
    "soup3-sys": "libsoup-3.0-dev", "wayland-sys": "libwayland-dev",
    "sdl2-sys": "libsdl2-dev", "zmq-sys": "libzmq3-dev",
    "rdkafka-sys": "librdkafka-dev",
    "libpcap": "libpcap-dev", "pcap": "libpcap-dev", "libsodium-sys": "libsodium-dev",
}  # fmt: skip
"""The same of Rust's crates, which a lock file names however deep they are needed."""
SERVICES = {
    **dict.fromkeys(("psycopg", "psycopg2", "psycopg2-binary", "psycopg-binary",
                     "asyncpg", "pg", "pg-promise", "postgres"), "postgres"),
    **dict.fromkeys(("redis", "ioredis", "django-redis", "hiredis", "bullmq", "sidekiq",
                     "rq"), "redis"),
    **dict.fromkeys(("mysqlclient", "pymysql", "mysql2", "mysql", "aiomysql",
                     "mariadb"), "mariadb"),
    **dict.fromkeys(("pika", "aio-pika", "amqplib", "amqp", "bunny", "lapin"),
                    "rabbitmq"),
    "tokio-postgres": "postgres",
}  # fmt: skip
"""The recipe of the service that a dependency speaks to."""


PLAYWRIGHT = (
    "Playwright looks for a browser of its own: let the project's settings name the "
    "stack's (`executablePath`: /usr/bin/chromium), or have the set-up run `playwright "
    "install chromium` after `swarm policy service playwright --project`"
)
"""To tell where a project tests by it: no variable leads it to another browser."""


_IN_TEXT = {
    "postgres": re.compile(
        r"github\.com/(?:jackc/pgx|lib/pq)\b|org\.postgresql|tokio-postgres"
    ),
    "redis": re.compile(
        r"github\.com/(?:redis/go-redis|go-redis/redis|gomodule/redigo)\b"
        r"|spring-boot-starter-data-redis|\bjedis\b|lettuce-core"
    ),
    "mariadb": re.compile(
        r"github\.com/go-sql-driver/mysql\b|mysql-connector-j|mariadb-java-client"
    ),
    "rabbitmq": re.compile(
        r"github\.com/(?:rabbitmq/amqp091-go|streadway/amqp)\b"
        r"|spring-boot-starter-amqp|com\.rabbitmq"
    ),
}
"""The clients of services, as the manifests of Go and Java spell them."""


def services_in(text: str, file: str) -> dict[str, str]:
    """The recipes of the services whose clients a manifest names, with reasons."""
    found = ((recipe, each.search(text)) for recipe, each in _IN_TEXT.items())
    return {recipe: f"{match[0]} in {file}" for recipe, match in found if match}


def services_of(names: set[str], file: str) -> dict[str, str]:
    """The recipes of the services that these dependencies speak to, with reasons."""
    return {
        SERVICES[name]: f"{name} in {file}"
        for name in sorted(names & SERVICES.keys(), reverse=True)
    }


def libraries_of(
    names: set[str], file: str, libraries: Mapping[str, str] = LIBRARIES
) -> dict[str, str]:
    """The Debian packages of these dependencies, each with its reason."""
    return {
        libraries[name]: f"{name} in {file}"
        for name in sorted(names & libraries.keys(), reverse=True)
    }
