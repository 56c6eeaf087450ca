#!/bin/sh
# Captures one measurement's packets on all interfaces, for GENEVE may come by any: UDP port 6081, ICMP inside, whose payload has
# the measurement's marker where ping puts its pattern, or UDP, whose payload begins with it; and the same ICMP outside GENEVE,
# as two-armed appliances send it on. Others' packets are never stored. Run as root:
#
#   capture.sh start --id ID --seconds N --marker 16-HEX-DIGITS [--canary GATEWAY-ADDRESS]
#                                returns when packets are being captured
#   capture.sh stop --id ID      ends it and prints the capture
#
# A canary is one datagram that this host itself sends to the GWLB, which drops it: GENEVE without options, inside a ping from
# 192.0.2.1 to 192.0.2.2 (RFC 5737) with the marker, then "canary!!", in its payload. A capture without it has seen nothing.
# Where no route leads to the GWLB, it goes to this host itself. `start` prints {"id"}. `stop` prints the pcap file in base64 between BEGIN and END lines, then {"id",
# "packets","dropped","truncated"}; it leaves no file. A capture that nobody stops ends, and removes its files, N seconds
# after it was started or `lease.sh renew` has prolonged it.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# The files are in memory: 256 bytes of each packet (the inner headers and ping's payload), 100000 packets at most.
snap_length=256
limit=100000

# fail CODE TEXT
fail() {
  code=$1
  shift
  echo "capture: error: $*" >&2
  exit "$code"
}

usage='expected: capture.sh start --id ID --seconds N --marker 16-HEX-DIGITS [--canary ADDRESS] | capture.sh stop --id ID'
[ $# -ge 1 ] || fail 64 "$usage"
action=$1
shift
case $action in start | stop) ;; *) fail 64 "unknown action \"$action\"; $usage" ;; esac
id='' seconds='' marker='' canary=''
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail 64 "$1 needs a value; $usage"
  case $1 in
    --id) id=$2 ;;
    --seconds) seconds=$2 ;;
    --marker) marker=$2 ;;
    --canary) canary=$2 ;;
    *) fail 64 "unknown argument \"$1\"; $usage" ;;
  esac
  shift 2
done
echo "$id" | grep -Eqx '[A-Za-z0-9_-]{1,64}' || fail 64 "--id \"$id\": expected 1 to 64 letters, digits, - and _"
[ "$(id -u)" = 0 ] || fail 77 "must run as root, this is user $(id -un)"
directory=/run/gwlb-inspection-capture-$id

# statistic TEXT: the number in tcpdump's last line that has TEXT. A signal makes it print all on one line, the end one each.
statistic() { sed -n "s/^\(.*[ ,:]\)\{0,1\}\([0-9][0-9]*\) packets\{0,1\} $1.*/\2/p" "$log" | tail -n 1; }

# ended PROCESS: also when its parent has not asked for its exit code yet.
ended() { ! grep -qs '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status"; }

# give_up FOLDER: ends everything that a capture has running, and removes its files.
give_up() {
  session=$(cat "$1/session" 2>/dev/null) || session=''
  [ -z "$session" ] || kill -s KILL -- "-$session" 2>/dev/null || true
  rm -rf "$1"
}

# send_canary: headers of GENEVE, IPv4 and ICMP, 16 bytes where ping has the time, marker, `canary!!`. Only bash can do this
# without further programs; where it is not, the capture remains without.
send_canary() {
  geneve=0000080000000000
  ip=4500003c000000004001f6bdc0000201c0000202
  icmp=0800000000000000
  time=00000000000000000000000000000000
  bytes=$(echo "$geneve$ip$icmp$time${marker}63616e6172792121" | sed 's/../\\x&/g')
  # Through a file: a datagram is what is written at once.
  # shellcheck disable=SC2016 # Its $ are for the inner shell.
  bash -c '
    printf %b "$1" >"$2/canary"
    for address in "$3" 127.0.0.1; do
      if cat "$2/canary" >"/dev/udp/$address/6081"; then exit 0; fi
    done
    exit 1
  ' bash "$bytes" "$directory" "$canary" || return 0
  remaining=40
  while [ "$remaining" -gt 0 ] && [ "$(wc -c <"$directory/capture.pcap")" -le 24 ]; do
    remaining=$((remaining - 1))
    sleep 0.05
  done
}

# marked HEADER OFFSET: packets that have the marker there.
marked() { echo "$1[$2:4] = 0x${marker%????????} and $1[$2 + 4:4] = 0x${marker#????????}"; }

start() {
  echo "$seconds" | grep -Eqx '[1-9][0-9]{0,4}' || fail 64 "--seconds \"$seconds\": expected 1 to 99999"
  echo "$marker" | grep -Eqx '[0-9a-f]{16}' || fail 64 "--marker \"$marker\": expected 16 hexadecimal digits"
  [ -z "$canary" ] || echo "$canary" | grep -Eqx '([0-9]{1,3}\.){3}[0-9]{1,3}' ||
    fail 64 "--canary \"$canary\": expected an IPv4 address such as 10.1.10.16"
  command -v tcpdump >/dev/null || fail 69 "tcpdump is not installed"
  mkdir -m 700 "$directory" 2>/dev/null || fail 75 "a capture with id $id is already running"
  trap 'give_up "$directory"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  read -r now _ </proc/uptime
  echo $((${now%%.*} + seconds)) >"$directory/until"
  log=$directory/log

  # The kernel looks for them, so that other traffic costs nothing and is not kept. Offsets are from the UDP header: 8 bytes of
  # it, 8 of GENEVE's and its options (RFC 8926), the inner IPv4 header; of ICMP 8 bytes of its header, and 16 that ping
  # overwrites with the time; of UDP 8 bytes of its header.
  inner='16 + ((udp[8] & 0x3f) << 2)'
  transport="$inner + ((udp[$inner] & 0xf) << 2)"
  ping="udp[$inner + 9] = 1 and $(marked udp "$transport + 24")"
  flow="udp[$inner + 9] = 17 and $(marked udp "$transport + 8")"
  filter="(udp port 6081 and (($ping) or ($flow))) or ($(marked icmp 24))"

  # In a session of its own, so that it outlives this one, up to the end of its lease. `stop` renames the folder, and is not
  # to be disturbed while that lease lasts. tcpdump stays root, as the folder is root's.
  # shellcheck disable=SC2016 # Its $ are for the inner shell.
  setsid sh -c '
    echo $$ >"$1/session"
    tcpdump -i any -n -Z root --immediate-mode -U -s "$2" -c "$3" -w "$1/capture.pcap" "$4" &
    echo $! >"$1/pid"
    while sleep 1; do
      until=$(cat "$1/until" 2>/dev/null || cat "$1.stopping/until" 2>/dev/null) || break
      read -r now _ </proc/uptime
      [ "${now%%.*}" -lt "$until" ] || break
    done
    rm -rf "$1" "$1.stopping"
    kill -s KILL 0
  ' sh "$directory" "$snap_length" "$limit" "$filter" </dev/null >/dev/null 2>"$log" &

  remaining=200
  until grep -qs 'listening on' "$log"; do
    remaining=$((remaining - 1))
    pid=$(cat "$directory/pid" 2>/dev/null) || pid=''
    if [ "$remaining" = 0 ] || { [ -n "$pid" ] && ended "$pid"; }; then
      if [ -s "$log" ]; then cat "$log" >&2; fi
      fail 1 "tcpdump does not capture"
    fi
    sleep 0.05
  done
  [ -z "$canary" ] || send_canary
  trap - EXIT
  printf '{"id":"%s"}\n' "$id"
}

stop() {
  claimed=$directory.stopping
  # The rename decides between two of this kind, and the capture's own end.
  mv "$directory" "$claimed" 2>/dev/null ||
    fail 66 "there is no capture with id $id: never started, stopped before, or over its time"
  trap 'give_up "$claimed"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  log=$claimed/log
  pid=$(cat "$claimed/pid")

  # tcpdump would leave behind what the kernel has for it and it has not read yet: ask until both counts are equal.
  remaining=40
  while [ "$remaining" -gt 0 ] && kill -USR1 "$pid" 2>/dev/null; do
    remaining=$((remaining - 1))
    sleep 0.05
    if [ -n "$(statistic captured)" ] && [ "$(statistic captured)" = "$(statistic 'received by filter')" ]; then break; fi
  done
  kill -INT "$pid" 2>/dev/null || true
  remaining=200
  until ended "$pid"; do
    remaining=$((remaining - 1))
    [ "$remaining" -gt 0 ] || fail 1 "tcpdump (process $pid) does not end"
    sleep 0.05
  done

  packets=$(statistic captured)
  dropped=$(statistic 'dropped by kernel')
  if [ -z "$packets" ] || [ -z "$dropped" ]; then
    cat "$log" >&2
    fail 1 "tcpdump ended without its statistics"
  fi
  if [ "$packets" -ge "$limit" ]; then truncated=true; else truncated=false; fi
  echo '-----BEGIN PCAP-----'
  base64 --wrap=76 "$claimed/capture.pcap"
  echo '-----END PCAP-----'
  printf '{"id":"%s","packets":%s,"dropped":%s,"truncated":%s}\n' "$id" "$packets" "$dropped" "$truncated"
}

"$action"
