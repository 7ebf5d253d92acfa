#!/bin/sh
# Writes constraints.txt: the newest versions that pyproject.toml allows, resolved in an
# environment of its own. Run the whole suite before you commit what it wrote.
set -eu
cd "$(dirname "$0")"

environment=$(mktemp -d)
trap 'rm -rf "$environment"' EXIT
python3 -m venv "$environment"
"$environment/bin/pip" install -q --disable-pip-version-check -e '.[dev]'
{
    echo "# Exact versions that setup.sh installs; renew them with: make constraints"
    "$environment/bin/pip" freeze --exclude-editable
} > "$environment/constraints.txt"
cp "$environment/constraints.txt" constraints.txt
