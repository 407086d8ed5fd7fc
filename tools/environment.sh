#!/usr/bin/env bash
# Makes .venv, complete or not at all; does nothing when pyproject.toml and constraints.txt are as they were.
set -euo pipefail
cd "$(dirname "$0")/.."

key=$({ pwd; cat pyproject.toml constraints.txt tools/environment.sh; } | cksum | cut -d' ' -f1)
stamp=.venv/.complete   # holds the key of a finished set-up
begun=.venv/.begun      # stands in an environment of ours that was never finished
[ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ] && exit 0

find_python() {
  for name in ${PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  echo "Python = $(python3 --version 2>/dev/null || echo none), is not 3.11 or newer (the workbench needs it);" \
    "install one from https://www.python.org/downloads/ or your system (Debian: apt install python3 python3-venv)." >&2
  return 1
}

# An environment that stands here is built upon if its Python will do and it was made in this place:
# programs in it carry the path, so a moved one would start those of the old place.
is_usable() {
  [ ! -e "$begun" ] && grep -qsF "$PWD/.venv" .venv/bin/activate &&
    .venv/bin/python -c 'import sys, pip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

on_exit() {
  status=$?
  if [ $status -ne 0 ] && [ -e "$begun" ]; then
    rm -rf .venv
    echo "Set-up failed: the half-made .venv is removed." >&2
  fi
}

if ! is_usable; then
  python=$(find_python)
  if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "$python has no venv package, which is needed for an environment of its own;" \
      "install it (Debian and Ubuntu: apt install python3-venv) and run this again." >&2
    exit 1
  fi
  rm -rf .venv
  trap on_exit EXIT
  trap 'exit 130' INT TERM HUP
  mkdir .venv
  touch "$begun"
  "$python" -m venv .venv
fi
rm -f "$stamp"
echo "Setting up .venv (some minutes; on Linux about 7 GB, or 2 GB with PyTorch's CPU-only wheels, see README.md) …"
# shellcheck disable=SC2086  # PIP_ARGS are several words
.venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt ${PIP_ARGS:-} -e ".[lab,cluster,test]"
rm -f "$begun"
echo "$key" >"$stamp"
