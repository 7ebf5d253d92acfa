"""gradle's init scripts, as far as they can be read."""

import pytest

from swarm.adapters.user_network import gradle
from tests.adapters.user_network.conftest import Home, only, urls


@pytest.mark.parametrize(
    "line",
    [
        'maven { url "https://gradle.example/m" }',
        "maven { url 'https://gradle.example/m' }",
        'maven { url = uri("https://gradle.example/m") }',
        'maven { url = java.net.URI("https://gradle.example/m") }',
        'maven { setUrl("https://gradle.example/m") }',
        'maven { url "$corp/m" }',
        'maven { url "${corp}/m" }',
    ],
)
@pytest.mark.parametrize("file", ["init.gradle", "init.gradle.kts", "init.d/a.gradle"])
def test_the_usual_ways_to_name_a_repository_are_read(
    home: Home, line: str, file: str
) -> None:
    home.write(".gradle/gradle.properties", "corp=https://gradle.example")
    home.write(f".gradle/{file}", f"allprojects {{ repositories {{\n{line}\n}} }}")

    assert only(home.read(gradle.read)).url == "https://gradle.example/m"


def test_a_name_is_looked_up_and_a_computed_address_is_told(home: Home) -> None:
    home.variables["GRADLE_USER_HOME"] = str(home.folder / "g")
    home.write("g/gradle.properties", "corpUrl = https://gradle.example/m")
    home.write("g/init.gradle", 'maven { url corpUrl }\nmaven { url "${pick(3)}/m" }')
    home.write("g/init.d/b.gradle", "maven { url = uri(System.getenv('X')) }")

    reading = home.read(gradle.read)

    assert urls(reading) == {"https://gradle.example/m": ""}
    assert reading.problems == [
        "~/g/init.gradle computes an address (pick), which is not read",
        "~/g/init.d/b.gradle computes an address (System.getenv), which is not read",
    ]


def test_comments_and_other_files_do_not_count(home: Home) -> None:
    home.write(
        ".gradle/init.gradle",
        '// url "https://a.example"\n/* url "https://b.example"\n*/ url "https://c.example"',
    )
    home.write(".gradle/init.d/readme.txt", 'url "https://d.example"')

    assert only(home.read(gradle.read)).host == "c.example"


@pytest.mark.parametrize("quote", ['"', "'"])
def test_a_password_with_a_sign_of_names_is_in_no_problem(
    home: Home, quote: str
) -> None:
    script = f"maven {{ url {quote}https://u:pa$hunter2@h.example/x{quote} }}"
    home.write(".gradle/init.gradle", script)

    reading = home.read(gradle.read)

    assert len(reading.problems) == 1
    assert "hunter2" not in reading.problems[0]


def test_a_token_of_the_properties_is_none_of_an_address(home: Home) -> None:
    """In the place of a user it is left out; in a path it would reach the sandbox."""
    home.write(".gradle/gradle.properties", "corpToken=hunter2-hunter2\nhost=h.example")
    home.write(
        ".gradle/init.gradle",
        'url "https://$host/$corpToken/m"\nurl "https://u:$corpToken@$host/m"\n',
    )

    reading = home.read(gradle.read)

    assert list(urls(reading)) == ["https://h.example/m"]
    assert "hunter2" not in str(reading.registries) + str(reading.problems)
    assert len(reading.problems) == 1
