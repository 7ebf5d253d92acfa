"""Public projects of others: where they come from, and what an owner has to add."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Project:
    """One release of a project, and what its tests say if all is well."""

    name: str
    source: str
    """Who has it: `pypi`, `npm` or `debian`."""
    version: str
    """Of Debian, the suite."""
    said: str
    """A pattern of what its tests print in the end; each match is told."""
    answers: str = ""
    """What the files of the release do not say: an option of `swarm init` a line."""
    why: str = ""
    """Why there are answers."""

    @property
    def options(self) -> list[str]:
        """The words of the answers."""
        words = [word for answer in self._answers() for word in answer]
        return [word for word in words if word]

    @property
    def packages(self) -> tuple[str, ...]:
        """Those of the answers."""
        return tuple(value for name, value in self._answers() if name == "--package")

    def _answers(self) -> list[tuple[str, str]]:
        lines = filter(None, self.answers.split("\n"))
        parts = (line.partition(" ") for line in lines)
        return [(f"--{name}", value) for name, _, value in parts]

    @property
    def release(self) -> str:
        """As its registry writes it."""
        return f"{self.name}{'==' if self.source == 'pypi' else '@'}{self.version}"


_PYTEST = r"\d+ (?:passed|failed)[^\n]*"
_TAP = r"# (?:tests|pass|fail)\s+\d+"
_JARS = ":".join(
    f"/usr/share/java/{name}.jar"
    for name in ("junit4", "hamcrest-core", "commons-lang3")
)

PROJECTS = {
    project.name: project
    for project in (
        Project(
            "itsdangerous",
            "pypi",
            "2.2.0",
            _PYTEST,
            """
setup python3 -m venv .venv
setup .venv/bin/python -m pip install -e . pytest freezegun
""",
            "what its tests need stands in no file that the release has",
        ),
        Project("attrs", "pypi", "26.1.0", _PYTEST),
        Project("markupsafe", "pypi", "3.0.4", _PYTEST),
        Project(
            "psycopg2",
            "pypi",
            "2.9.13",
            r"Ran \d+ tests[^\n]*|OK \([^\n]*|FAILED \([^\n]*",
            """
stack python
package libpq-dev
setup python3 -m venv .venv
setup .venv/bin/python -m pip install -e . setuptools
service postgres
no-each-task
test PSYCOPG2_TESTDB=postgres PSYCOPG2_TESTDB_HOST=127.0.0.1 \
PSYCOPG2_TESTDB_USER=postgres PSYCOPG2_TESTDB_PASSWORD=x \
.venv/bin/python -c 'import tests; tests.unittest.main(defaultTest="tests.test_suite")'
""",
            "its tests say by variables where the database is",
        ),
        Project(
            "redis",
            "pypi",
            "8.1.0",
            _PYTEST,
            """
setup python3 -m venv .venv
setup .venv/bin/python -m pip install -e . pytest pytest-asyncio pytest-timeout mock \
numpy packaging cachetools xxhash pybreaker requests cryptography pyjwt
service redis
no-each-task
test .venv/bin/python -m pytest -q --timeout=60 tests/test_commands.py \
tests/test_pipeline.py tests/test_encoding.py tests/test_pubsub.py \
tests/test_connection_pool.py
""",
            "its list of test packages is not released; others want a cluster",
        ),
        Project(
            "pytest-selenium",
            "pypi",
            "4.1.0",
            _PYTEST,
            """
stack browser
stack python
setup python3 -m venv .venv
setup .venv/bin/python -m pip install -e '.[test]' 'pytest<8' 'requests<2.32'
test .venv/bin/python -m pytest -q testing --driver Chrome \
-m 'not edge and not firefox and not safari'
""",
            "which browser is a choice; it is older than today's pytest",
        ),
        Project("minimist", "npm", "1.2.8", _TAP),
        Project("unix-dgram", "npm", "2.0.7", _TAP),
        Project(
            "iconv",
            "npm",
            "3.0.1",
            _TAP,
            """
setup npm install
setup mkdir -p test/tmp
""",
            "a release has no empty folder, and its tests write into one",
        ),
        Project(
            "libcommons-codec-java",
            "debian",
            "bookworm",
            r"OK \(\d+ tests\)|Tests run: \d+,  Failures: \d+",
            f"""
stack java
package junit4
package libcommons-lang3-java
setup mkdir -p target/c && javac -nowarn -encoding UTF-8 -d target/c -cp {_JARS} \
$(find src -name '*.java')
setup cp -r src/main/resources/. src/test/resources/. target/c/
test java -cp target/c:{_JARS} org.junit.runner.JUnitCore $(cd src/test/java; find . \
-name '*Test.java' ! -name 'Abstract*' ! -name '*AbstractTest.java' | \
sed 's#^./##; s#.java$##; s#/#.#g')
""",
            "javac and JUnit, where no Maven repository can be reached",
        ),
    )
}
