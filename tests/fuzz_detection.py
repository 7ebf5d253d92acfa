"""Mutated files of a repository: whatever they hold, a proposal can be written."""

from swarm.config import project_text
from swarm.config.detection.detect import detect
from swarm.config.detection.tree import Listing
from swarm.config.project import parsed
from tests.fuzz_target import Broken, Target

_PACKAGE = (
    b'{"packageManager": "pnpm@9.1.0", "engines": {"node": "^20 || >=22 <23"},'
    b' "scripts": {"test": "x"}, "devDependencies": {"puppeteer": "1", "pg": "*"}}'
)
_PYPROJECT = (
    b'[project]\nrequires-python = ">=3.9,<3.13"\ndependencies = ["psycopg2>=2"]\n'
    b'[project.optional-dependencies]\ntest = ["pytest"]\n[tool.poetry.group.dev]\n'
    b'[dependency-groups]\ndev = ["x"]\n[build-system]\nrequires = ["maturin"]\n'
)
_DEVCONTAINER = (
    b'{"image": "a", "features": {"go": {"version": "1.20"}}, // c\n'
    b'"postCreateCommand": ["a", "b c"], "forwardPorts": [3000, "db:5432"],'
    b' "containerEnv": {"A": "${localEnv:B:c}"}, "privileged": true,}'
)
_COMPOSE = (
    b"services:\n  db: &d\n    image: postgres:16\n    environment: [POSTGRES_DB=a]\n"
    b"  c:\n    <<: *d\n    image: redis\n    environment: {X: '${Y:-z}'}\n"
    b"  s: {image: x}"
)
_CARGO = b"[package]\nrust-version = '1.70'\n[workspace.dependencies]\nopenssl = '1'\n"
_GEMFILE = b"source 'x'\ngem 'pg'\n  gem \"sqlite3\", '~> 1'\n"
_MISE = b"[tools]\npython = ['3.11', '3.12']\nnode = { version = '20' }\n"
_VERSIONS = b"nodejs 20.1.0 # c\npython 3.12.1\nrust nightly\n"
_MAKEFILE = b"all: x\ntest check: all\n\tpytest\ncheck:\n"


_PIPFILE = b"[packages]\npsycopg2 = '*'\n[requires]\npython_version = '3.11'\n"
_SETUP_CFG = (
    b"[options]\npython_requires = >=3.8,<3.13\ninstall_requires =\n  six\n"
    b"[options.extras_require]\ntest =\n  pytest\n[tool:pytest]\n"
)
_SETUP_PY = b"setup(python_requires='<3.12', extras_require={'test': ['pytest>=8']})"
_TOX = b"[testenv]\ndeps =\n  -r x.txt\n  pytest<9\n  .[a,b]\ncommands = pytest\n"
_NOX = b"def tests(session):\n    session.install('-e', '.[x]', 'pytest')\n"
_CMAKE = b"find_package(Boost)\npkg_check_modules(X REQUIRED glib-2.0)\n# c\n"
_POM = b"<maven.compiler.release> 25 </maven.compiler.release>"
_GRADLE = b"java { toolchain { languageVersion = JavaLanguageVersion.of(17) } }"
_RAILS = b"test:\n  adapter: postgresql\n  username: app\n"
_WORKFLOW = (
    b"jobs:\n  t:\n    strategy: {matrix: {v: [3.10, 3.11]}}\n"
    b"    services: {db: {image: postgres, env: {POSTGRES_DB: a}}}\n"
    b"    env: {DB_HOST: localhost}\n    steps:\n    - uses: actions/setup-python@v5\n"
    b"      with: {python-version: '${{ matrix.v }}'}\n"
    b"    - run: |\n        apt-get install -y libpq-dev x=1 $Y\n        pytest -q\n"
)
_NPMRC = b"@c:registry=https://u:${T}@h.example/\n//h.example/:_authToken=${TOK}\n"
_CARGO_CONFIG = b"[registries.a]\nindex = 'sparse+https://h.example:8080/x'\n"
_GITLAB = (
    b"image: node:20\n.a: {variables: {A: b}}\nt: {extends: .a, script: [npm test]}"
)
_DOCKERFILE = (
    b"ARG V=3.12\nFROM python:${V}-slim\nRUN apk add a b-dev \\\n && x\nEXPOSE 80"
)
_CARGO_LOCK = b'[[package]]\nname = "openssl-sys"\n'


FILES = {
    "package.json": _PACKAGE,
    ".github/workflows/ci.yml": _WORKFLOW,
    ".gitlab-ci.yml": _GITLAB,
    ".npmrc": _NPMRC,
    ".cargo/config.toml": _CARGO_CONFIG,
    "Dockerfile": _DOCKERFILE,
    "pyproject.toml": _PYPROJECT,
    ".devcontainer/devcontainer.json": _DEVCONTAINER,
    "compose.yaml": _COMPOSE,
    "Cargo.toml": _CARGO,
    "Gemfile": _GEMFILE,
    "mise.toml": _MISE,
    ".tool-versions": _VERSIONS,
    "Makefile": _MAKEFILE,
    "Pipfile": _PIPFILE,
    "setup.cfg": _SETUP_CFG,
    "setup.py": _SETUP_PY,
    "tox.ini": _TOX,
    "noxfile.py": _NOX,
    "CMakeLists.txt": _CMAKE,
    "pom.xml": _POM,
    "build.gradle": _GRADLE,
    "config/database.yml": _RAILS,
    "Cargo.lock": _CARGO_LOCK,
}


def _check(data: bytes) -> bool:
    """The first byte chooses the file's name, the others are all that is in it."""
    name, content = [*FILES][data[0] % len(FILES)] if data else "a", data[1:]
    found = detect(Listing(frozenset({name})), {name: content})
    written = project_text.text(found.choice, found)
    if parsed(written).setup != found.choice.setup:
        raise Broken(f"{name}: {content!r} is not written as it was proposed")
    if not all(note.isprintable() for note in found.notes):
        raise Broken(f"{name}: {content!r} reaches the terminal by a note")
    return bool(found.reasons or found.pins or found.indexes)


TARGETS = (
    Target(
        "detection",
        tuple(bytes([n]) + sample for n, sample in enumerate(FILES.values())),
        _check,
    ),
)
