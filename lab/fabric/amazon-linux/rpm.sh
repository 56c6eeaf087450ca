#!/bin/sh
# What `rpm` is on the lab's look-alike of Amazon Linux 2023: asks dpkg whether packages are installed.
#
#   rpm [--quiet] -q NAME…
set -eu
export LC_ALL=C

quiet='' query='' names=''
for argument; do
  case $argument in
    --quiet) quiet=yes ;;
    -q | --query) query=yes ;;
    -*) query='' && break ;;
    *) names="$names $argument" ;;
  esac
done
if [ -z "$query" ] || [ -z "$names" ]; then
  echo "rpm: this is a look-alike of the lab: expected rpm [--quiet] -q NAME…, not rpm $*" >&2
  exit 1
fi

absent=0
for name in $names; do
  found=$(dpkg-query --show --showformat '${db:Status-Status} ${Package}-${Version}' "$name" 2>/dev/null || true)
  case $found in
    'installed '*) answer=${found#installed } ;;
    *) answer="package $name is not installed" absent=$((absent + 1)) ;;
  esac
  [ -n "$quiet" ] || echo "$answer"
done
exit "$absent"
