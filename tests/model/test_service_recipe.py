"""Each recipe has its script; a name that there is not is told with those there are."""

import pytest

from swarm import assets
from swarm.errors import PlanError
from swarm.model.service_recipe import RECIPES, recipe


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_has_a_script_that_reads_its_variables(name: str) -> None:
    file = assets.folder("images") / "recipes" / f"service-{name}.sh"
    text = file.read_text(encoding="utf-8")

    assert recipe(name).name == name
    assert "$SERVICE_PORT" in text
    for variable in recipe(name).variables:
        assert variable in text


def test_an_unknown_one_is_told_with_the_nearest() -> None:
    with pytest.raises(PlanError, match="no service recipe 'postgre'") as caught:
        recipe("postgre")
    assert caught.value.hint.startswith("did you mean postgres? there are: mariadb")
