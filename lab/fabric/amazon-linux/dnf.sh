#!/bin/sh
# What `dnf` and `yum` are on the lab's look-alike of Amazon Linux 2023: the few commands and options that the program
# uses, carried out by apt with the repository that /etc/yum.repos.d names. Output and errors have dnf's form.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive

die() {
  echo "Error: $*" >&2
  exit 1
}

# dnf.conf(5): the defaults of AL2023.
timeout=30 retries=10 confirmed='' words=''
for argument; do
  case $argument in
    --assumeyes | -y) confirmed=yes ;;
    --setopt=timeout=[0-9]*) timeout=${argument##*=} ;;
    --setopt=retries=[0-9]*) retries=${argument##*=} ;;
    -*) die "this dnf is a look-alike of the lab and does not know the option \"$argument\"" ;;
    *) words="$words $argument" ;;
  esac
done
# shellcheck disable=SC2086 # A list of words.
set -- $words
command=${1:-}
[ $# -eq 0 ] || shift
[ "$(id -u)" = 0 ] || die 'This command has to be run with superuser privileges (under the root user on most systems).'

settings=/etc/yum.repos.d/amazonlinux.repo
repository=$(sed -n 's/^\[\(.*\)\]$/\1/p' "$settings")
location=$(sed -n 's/^baseurl=//p' "$settings")
if [ -z "$repository" ] || [ -z "$location" ]; then die "$settings names no repository"; fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
echo "deb [trusted=yes] $location ./" >"$scratch/sources.list"

# The look-alike has no apt-get among its commands: scripts must see Amazon Linux.
apt() {
  # dnf counts attempts, apt those after the first.
  /usr/libexec/look-alike/apt-get --assume-yes --no-install-recommends \
    -o Dir::Etc::SourceList="$scratch/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Acquire::Retries="$((retries - 1))" -o Acquire::https::Timeout="$timeout" -o APT::Update::Error-Mode=any \
    -o DPkg::Lock::Timeout=120 "$@" </dev/null >"$scratch/output" 2>&1
}

read_metadata() {
  apt update && return
  echo "Errors during downloading metadata for repository '$repository':" >&2
  site=${location#*://}
  site=${site%%/*}
  # As libcurl says it, which dnf downloads with.
  case $(grep '^E:' "$scratch/output" | head -n 1) in
    *resolv*) cause="(6): Couldn't resolve host name for $location [Could not resolve host: $site]" ;;
    *'timed out'*) cause="(28): Timeout was reached for $location [Connection timed out after ${timeout}000 milliseconds]" ;;
    *) cause="(7): Couldn't connect to server for $location [Failed to connect to $site]" ;;
  esac
  echo "  - Curl error $cause" >&2
  die "Failed to download metadata for repo '$repository': Cannot download repomd.xml: All mirrors were tried"
}

transact() {
  if [ -z "$confirmed" ]; then
    echo 'Is this ok [y/N]: Operation aborted.'
    exit 1
  fi
  if ! apt "$@"; then
    absent=$(sed -n 's/^E: Unable to locate package //p' "$scratch/output" | head -n 1)
    [ -z "$absent" ] || die "Unable to find a match: $absent"
    cat "$scratch/output" >&2
    die 'Transaction failed'
  fi
  # systemd's package has a trigger for this on Amazon Linux.
  systemctl daemon-reload
  if grep -q '^Setting up ' "$scratch/output"; then
    sed -n 's/^Setting up \([^ ]*\) (\([^)]*\)) .*/  Installing       : \1-\2/p' "$scratch/output"
    echo 'Complete!'
  else
    echo 'Nothing to do.'
  fi
}

case $command in
  makecache)
    read_metadata
    echo 'Metadata cache created.'
    ;;
  upgrade | update)
    read_metadata
    transact upgrade
    ;;
  install)
    [ $# -gt 0 ] || die 'install needs package names'
    read_metadata
    transact install "$@"
    ;;
  *) die "this dnf is a look-alike of the lab and does not know the command \"$command\"" ;;
esac
