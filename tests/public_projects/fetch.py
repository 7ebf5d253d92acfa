"""Has a package manager fetch a release; what it runs, it runs in a container."""

import subprocess
from pathlib import Path

from swarm.adapters.docker.images import DockerImages
from swarm.engine.host import images
from swarm.model.toolchain import toolchain
from tests.public_projects.projects import Project

ROOTS = "/etc/ssl/certs/ca-certificates.crt"
_NAMES = ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
TRUST = (
    *(f"--env={name}={ROOTS}" for name in _NAMES),
    f"--volume={ROOTS}:{ROOTS}:ro",
)
"""This machine's authorities, for a container on the engine's own bridge."""
SECONDS = 600

_FETCH = {
    "pypi": (
        "python",
        "pip download -q --no-deps --no-binary :all: -d /tmp/got {release}"
        " && tar -xzf /tmp/got/*.tar.gz --strip-components=1 -C /out",
    ),
    "npm": (
        "node",
        "cd /tmp && npm pack --silent {release}"
        " && tar -xzf /tmp/*.tgz --strip-components=1 -C /out",
    ),
    "debian": (
        "python",
        ". /etc/os-release; for file in /etc/apt/sources.list"
        " /etc/apt/sources.list.d/*; do [ ! -f $file ] || sed -i"
        ' "s/^Types: deb$/Types: deb-src/; s/^deb /deb-src /;'
        ' s/$VERSION_CODENAME/{version}/" $file; done;'
        " apt-get -qq update && cd /tmp && apt-get -qq source --download-only {name}"
        " && python3 -c 'import glob, lzma, shutil, sys; shutil.copyfileobj("
        'lzma.open(glob.glob("/tmp/*.orig.tar.xz")[0]), sys.stdout.buffer)\''
        " | tar -x --strip-components=1 -C /out",
    ),
}
"""Of each registry: the stack that has its tool, and how the tool fetches a source."""


def image(stacks: tuple[str, ...], packages: tuple[str, ...]) -> str:
    """The image with these tools; built if it is not there, which takes minutes."""
    engine = DockerImages()
    try:
        name = images.on_toolchain("base", toolchain(stacks, packages))
        return images.build(engine, name, lambda _line: None)
    finally:
        engine.close()


def fetch(project: Project, folder: Path, label: str) -> None:
    """Fill an empty folder with the release; RuntimeError says what the tool said.

    pip has a release describe itself, which may need the project's own packages.
    """
    stack, words = _FETCH[project.source]
    folder.chmod(0o777)
    script = words.format(
        release=project.release, name=project.name, version=project.version
    )
    options = [
        "--rm",
        "--user=0",
        f"--label={label}",
        *TRUST,
        f"--volume={folder}:/out",
    ]
    command = ["bash", "-c", f"{script} && chmod -R a+rwX /out"]
    done = subprocess.run(
        ["docker", "run", *options, image((stack,), project.packages), *command],
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"{project.name}: {done.stdout[-500:]}{done.stderr[-1500:]}")
