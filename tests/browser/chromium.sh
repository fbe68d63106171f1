#!/usr/bin/env bash
# Prints where Chromium is. Where there is none, it is installed from the distribution's packages, which takes root and
# apt-get; anywhere else this says what to do and fails. CHROMIUM names one that is to be used instead.
set -euo pipefail

find_chromium() {
  command -v "${CHROMIUM:-chromium}" || command -v chromium-browser || command -v google-chrome-stable
}

find_chromium && exit 0

if ! command -v apt-get > /dev/null || [ "$(id -u)" -ne 0 ]; then
  echo "The tests of the web console need Chromium. Install it (Debian: apt-get install chromium)," >&2
  echo "or name one: CHROMIUM=/path/to/chromium make test" >&2
  exit 1
fi

echo "Installing Chromium from the distribution's packages, for the tests of the web console." >&2
export DEBIAN_FRONTEND=noninteractive
apt-get -qq update >&2
apt-get -qq install --yes --no-install-recommends chromium fonts-dejavu-core >&2
find_chromium
