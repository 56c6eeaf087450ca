#!/bin/sh
# Waits until this host has answered a GWLB's health checks: TCP connections from one of its addresses. Run as root:
#
#   health.sh --gateway-address ADDRESS --port 80 --threshold N --deadline SECONDS
#
# Seen from the host itself, by tcpdump: a check counts when the gateway has acknowledged our SYN-ACK; a check that we
# refuse or leave unanswered sets the count back to 0. The last line is {"healthy","seen","failed","gateway","port"}; both
# healthy and not healthy are results: this script then exits with 0. What a check asks within the connection, and what it is answered, is
# not looked at: of an HTTP check "healthy" says that connections are taken, and no more.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# fail CODE TEXT
fail() {
  code=$1
  shift
  echo "health: error: $*" >&2
  exit "$code"
}

gateway='' port='' threshold='' deadline=''
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail 64 "$1 needs a value"
  case $1 in
    --gateway-address) gateway=$2 ;;
    --port) port=$2 ;;
    --threshold) threshold=$2 ;;
    --deadline) deadline=$2 ;;
    *) fail 64 "unknown argument \"$1\"" ;;
  esac
  shift 2
done

# check OPTION VALUE EXPRESSION EXPECTATION
check() { printf '%s\n' "$2" | grep -Eqx "$3" || fail 64 "$1 \"$2\": expected $4"; }
check --gateway-address "$gateway" '([0-9]{1,3}\.){3}[0-9]{1,3}' 'an IPv4 address such as 10.1.1.27'
check --port "$port" '[1-9][0-9]{0,4}' 'a TCP port'
check --threshold "$threshold" '[1-9][0-9]{0,2}' '1 to 999'
check --deadline "$deadline" '[1-9][0-9]{0,4}' 'seconds, 1 to 99999'
[ "$(id -u)" = 0 ] || fail 77 "must run as root, this is user $(id -un)"
command -v tcpdump >/dev/null || fail 69 "tcpdump is not installed"

scratch=$(mktemp -d)
watcher=''
trap 'if [ -n "$watcher" ]; then kill "$watcher" 2>/dev/null || true; fi; rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkfifo "$scratch/packets"
timeout "$deadline" tcpdump -i any -n -t -l -Z root --immediate-mode "tcp port $port and host $gateway" \
  >"$scratch/packets" 2>"$scratch/log" &
watcher=$!

# A line is `ens5  In  IP 10.1.1.27.40112 > 10.1.1.10.80: Flags [S.], seq …`, up to tcpdump 4.98 without what is before `IP`.
# Checks may come by any interface, and a packet is there again on the device below a bridge or a bond. The gateway's port
# names the check.
seen=0 failed=0 opened='' answered=''
while [ "$seen" -lt "$threshold" ] && read -r line; do
  # shellcheck disable=SC2086 # Its words.
  set -- ${line#*IP }
  [ $# -ge 5 ] || continue
  from=$1 to=$3 flags=$5
  if [ "$from" = "$gateway.${from##*.}" ]; then
    check=${from##*.}
    case $flags in
      '[S]'*)
        # A repeated SYN is still the same check.
        if [ -n "$opened" ] && [ "$opened" != "$check" ]; then seen=0 failed=$((failed + 1)); fi
        opened=$check
        ;;
      '['*.*)
        if [ "$answered" = "$check" ]; then seen=$((seen + 1)) answered='' opened=''; fi
        ;;
    esac
  else
    check=${to##*.}
    check=${check%:}
    case $flags in
      '[S.]'*) answered=$check ;;
      '[R'*)
        if [ "$opened" = "$check" ]; then seen=0 failed=$((failed + 1)) opened='' answered=''; fi
        ;;
    esac
  fi
done <"$scratch/packets"

if ! grep -q 'listening on' "$scratch/log"; then
  cat "$scratch/log" >&2
  fail 1 "tcpdump does not capture"
fi
if [ "$seen" -ge "$threshold" ]; then healthy=true; else healthy=false; fi
printf '{"healthy":%s,"seen":%s,"failed":%s,"gateway":"%s","port":%s}\n' "$healthy" "$seen" "$failed" "$gateway" "$port"
