#!/bin/sh
# Pings a destination with a payload pattern that tells this ping's packets from all others. Needs no root:
#
#   ping.sh --destination ADDRESS --count N --interval SECONDS --timeout SECONDS --pattern 32-HEX-DIGITS [--largest BYTES]
#     [--flows N --flow-port PORT]
#
# ping's statistics come first; the last line is {"exit":N,"answered":[N,…],"duplicates":N}: exit 0 answered, 1 no answer, 2 another
# error (said on standard error), sequence numbers of the requests that were answered, and how many answers came again. All
# three are results: this script then exits with 0. With --largest, an answered ping is followed by one with packets that
# large, header and all, or as large as the interface takes, that must not be fragmented; without the pattern. The last line
# then has "large":{"size":BYTES,"transmitted":N,"received":N}, too, unless somebody on the way says that they are too large:
# who sends learns of it.
#
# With --flows, datagrams of UDP whose payload is the pattern go to the destination's port meanwhile, each from a port of its
# own: as many flows as there are datagrams, which a GWLB spreads over its targets, where a ping is a single one. Nobody has to
# answer them. The last line then has "flows":N, or 0 where they could not be sent: that takes bash (its /dev/udp) and dd.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# fail CODE TEXT
fail() {
  code=$1
  shift
  echo "ping: error: $*" >&2
  exit "$code"
}

destination='' count='' interval='' timeout='' pattern='' largest='' flows='' flow_port=''
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail 64 "$1 needs a value"
  case $1 in
    --destination) destination=$2 ;;
    --count) count=$2 ;;
    --interval) interval=$2 ;;
    --timeout) timeout=$2 ;;
    --pattern) pattern=$2 ;;
    --largest) largest=$2 ;;
    --flows) flows=$2 ;;
    --flow-port) flow_port=$2 ;;
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
[ -z "$largest" ] || check --largest "$largest" '[1-9][0-9]{2,4}' '100 to 65535'
[ -z "$flows" ] || check --flows "$flows" '[1-9][0-9]{0,2}' '1 to 999'
[ -z "$flows" ] || check --flow-port "$flow_port" '[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}' 'a UDP port up to 64999'
command -v ping >/dev/null || fail 69 "ping is not installed"

# send_flows: a datagram is what is written at once, also where a byte of the pattern is a line's end: dd sees to that.
send_flows() {
  # shellcheck disable=SC2016 # Its $ are for the inner shell.
  bash -c '
    set -e -o pipefail
    for ((flow = 0; flow < $1; flow++)); do
      printf %b "$2" | dd bs=16 iflag=fullblock status=none >"/dev/udp/$3/$4"
    done
  ' bash "$flows" "$(echo "$pattern" | sed 's/../\\x&/g')" "$destination" "$flow_port"
}

if [ -n "$flows" ]; then
  send_flows >/dev/null &
  sender=$!
fi
result=0
output=$(ping -n -c "$count" -i "$interval" -W "$timeout" -p "$pattern" "$destination") || result=$?
[ "$result" -le 2 ] || fail 1 "ping was cut off (exit code $result)"
printf '%s\n' "$output" | sed -n '/^--- /,$p'
# iputils' ping: `64 bytes from ADDRESS: icmp_seq=N ttl=N time=N ms`, with (DUP!) where the request was answered before.
answers=$(printf '%s\n' "$output" | grep -E '^[0-9]+ bytes from .* icmp_seq=[0-9]+ ') || answers=''
answered=$(printf '%s\n' "$answers" | grep -v 'DUP!' | sed -n 's/.* icmp_seq=\([0-9]*\) .*/\1/p' | paste -s -d , -)
duplicates=$(printf '%s\n' "$answers" | grep -c 'DUP!') || true
outcome=$(printf '"exit":%s,"answered":[%s],"duplicates":%s' "$result" "$answered" "$duplicates")
if [ -n "$flows" ]; then
  wait "$sender" || flows=0
  outcome=$outcome,\"flows\":$flows
fi
if [ "$result" -ne 0 ] || [ -z "$largest" ]; then
  printf '{%s}\n' "$outcome"
  exit 0
fi

interface=$(ip -o route get "$destination" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
mtu=$(cat "/sys/class/net/$interface/mtu")
size=$largest
[ "$mtu" -ge "$size" ] || size=$mtu
# 28 bytes are the headers of IP and ICMP. A few packets: a single one may be lost by chance.
output=$(ping -n -q -M "do" -s "$((size - 28))" -c 3 -i 0.2 -W "$timeout" "$destination" 2>&1) || true
counts=$(printf '%s\n' "$output" | sed -n 's/^\([0-9]*\) packets transmitted, \([0-9]*\) .*received.*/"transmitted":\1,"received":\2/p')
case $output in
  *'too long'* | *'Frag needed'*) counts='' ;;
esac
if [ -z "$counts" ]; then
  printf '{%s}\n' "$outcome"
else
  printf '{%s,"large":{"size":%s,%s}}\n' "$outcome" "$size" "$counts"
fi
