"""How often, and after which ends, a service is started again."""

import pytest

from swarm.model import service_restart
from swarm.model.service_restart import DELAYS, STEADY_SECONDS
from swarm.model.task import ServiceState

RUNS = ServiceState("db", "postgres", 5432, since=1000.0, ends=2)


@pytest.mark.parametrize(
    ("wanted", "exit_code", "ends", "seconds"),
    [
        ("on-failure", 1, 1, DELAYS[0]),
        ("on-failure", None, 2, DELAYS[1]),
        ("on-failure", 137, 3, DELAYS[2]),
        ("on-failure", 1, 4, None),
        ("on-failure", 0, 1, None),
        ("always", 0, 1, DELAYS[0]),
        ("always", 0, 4, None),
        ("no", 1, 1, None),
    ],
)
def test_each_end_has_a_longer_wait_and_the_last_has_none(
    wanted: str, exit_code: int | None, ends: int, seconds: float | None
) -> None:
    assert service_restart.delay(wanted, exit_code, ends) == seconds


def test_one_that_ran_for_long_is_counted_anew() -> None:
    soon, late = 1000.0 + STEADY_SECONDS, 1001.0 + STEADY_SECONDS
    assert service_restart.ends_with(RUNS, soon) == 3
    assert service_restart.ends_with(RUNS, late) == 1
