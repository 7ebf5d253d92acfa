"""The services that swarm has recipes for: their packages, ports and health checks.

Their images are built from the distribution's packages. None asks who connects: only
the programs of one task reach it.
"""

import difflib

from swarm.errors import PlanError
from swarm.model.frozen import frozen


@frozen
class ServiceRecipe:
    """How one kind of service is had, started and asked."""

    name: str
    title: str
    packages: tuple[str, ...]
    """Debian's."""
    port: int
    """Where it listens if nothing else is said; it is told by `$SERVICE_PORT`."""
    health: str
    """A shell command in it that succeeds once it answers."""
    variables: tuple[str, ...]
    """What its environment may say; `images/recipes/service-NAME.sh` reads them."""
    megabytes: int
    """About what its image adds to the base."""


RECIPES = {
    recipe.name: recipe
    for recipe in (
        ServiceRecipe(
            "mariadb",
            "MariaDB, as `root` without a password",
            ("mariadb-server",),
            3306,
            "mariadb-admin --no-defaults --protocol=tcp --host=127.0.0.1 "
            '--port="$SERVICE_PORT" ping',
            (
                *("MARIADB_DATABASE", "MARIADB_PASSWORD", "MARIADB_ROOT_PASSWORD"),
                *("MARIADB_USER", "MYSQL_DATABASE", "MYSQL_PASSWORD"),
                *("MYSQL_ROOT_PASSWORD", "MYSQL_USER"),
            ),
            megabytes=330,
        ),
        ServiceRecipe(
            "postgres",
            "PostgreSQL, as `postgres` with any password",
            ("postgresql", "postgresql-contrib"),
            5432,
            "pg_isready --quiet --host=127.0.0.1 --dbname=postgres "
            '--port="$SERVICE_PORT" --username="${POSTGRES_USER:-postgres}"',
            ("POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_USER"),
            megabytes=180,
        ),
        ServiceRecipe(
            "rabbitmq",
            "RabbitMQ, as `guest` with the password `guest`",
            ("rabbitmq-server",),
            5672,
            "bash -c ': > /dev/tcp/127.0.0.1/$SERVICE_PORT'",
            (
                *("RABBITMQ_DEFAULT_PASS", "RABBITMQ_DEFAULT_USER"),
                "RABBITMQ_DEFAULT_VHOST",
            ),
            megabytes=160,
        ),
        ServiceRecipe(
            "redis",
            "Redis, without a password",
            ("redis-server", "redis-tools"),
            6379,
            'test "$(redis-cli -p "$SERVICE_PORT" ping)" = PONG',
            (),
            megabytes=20,
        ),
    )
}


def recipe(name: str) -> ServiceRecipe:
    """The recipe of that name; PlanError says which there are."""
    if name in RECIPES:
        return RECIPES[name]
    close = difflib.get_close_matches(name, RECIPES, 1)
    known = f"there are: {', '.join(RECIPES)}; others come as an `image`"
    hint = f"did you mean {close[0]}? {known}" if close else known
    raise PlanError(f"there is no service recipe {name!r}", hint=hint)
