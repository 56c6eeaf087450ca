#!/bin/sh
# Pings a destination with a payload pattern that tells this ping's packets from all others. Needs no root:
#
#   ping.sh --destination ADDRESS --count N --interval SECONDS --timeout SECONDS --pattern 32-HEX-DIGITS
#
# ping's own output comes first; the last line is {"exit":N}: 0 answered, 1 no answer, 2 another error (said on standard
# error). All three are results: this script then exits with 0.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# fail CODE TEXT
fail() {
  code=$1
  shift
  echo "ping: error: $*" >&2
  exit "$code"
}

destination='' count='' interval='' timeout='' pattern=''
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail 64 "$1 needs a value"
  case $1 in
    --destination) destination=$2 ;;
    --count) count=$2 ;;
    --interval) interval=$2 ;;
    --timeout) timeout=$2 ;;
    --pattern) pattern=$2 ;;
    *) fail 64 "unknown argument \"$1\"" ;;
  esac
  shift 2
done

# check OPTION VALUE EXPRESSION EXPECTATION
check() { printf '%s\n' "$2" | grep -Eqx "$3" || fail 64 "$1 \"$2\": expected $4"; }
number='([0-9]|[1-9][0-9]{1,4})(\.[0-9]{1,3})?'
check --destination "$destination" '([0-9]{1,3}\.){3}[0-9]{1,3}' 'an IPv4 address such as 10.0.3.10'
check --count "$count" '[1-9][0-9]{0,3}' '1 to 9999'
check --interval "$interval" "$number" 'seconds, at least 0.2 for an ordinary user'
check --timeout "$timeout" "$number" 'seconds'
check --pattern "$pattern" '[0-9A-Fa-f]{32}' '32 hexadecimal digits'
command -v ping >/dev/null || fail 69 "ping is not installed"

result=0
ping -n -q -c "$count" -i "$interval" -W "$timeout" -p "$pattern" "$destination" || result=$?
[ "$result" -le 2 ] || fail 1 "ping was cut off (exit code $result)"
printf '{"exit":%s}\n' "$result"
