#!/bin/sh
# Captures one measurement's packets on all interfaces, for GENEVE may come by any: UDP port 6081, ICMP inside, whose payload has
# the measurement's marker where ping puts its pattern, or UDP, whose payload begins with it; and the same ICMP outside GENEVE,
# as two-armed appliances send it on. Others' packets are never stored. Run as root:
#
#   capture.sh start --id ID --seconds N --marker 16-HEX-DIGITS [--also FILTER]… [--canary GATEWAY-ADDRESS |
#     --mirrored TARGET-ADDRESS --gateway-address ADDRESS… --health-port PORT --wait SECONDS]
#                                returns when packets are being captured
#   capture.sh stop --id ID      ends it and prints the capture
#
# A filter is one of pcap's (pcap-filter(7)) for further packets inside GENEVE, in which INNER and TRANSPORT stand for the offsets of the
# inner IPv4 header and of its payload from the outer UDP header: `udp[INNER + 9] = 6 and udp[TRANSPORT + 2:2] = 443`.
#
# A canary is one datagram that this host itself sends to the GWLB, which drops it: GENEVE without options, inside a ping from
# 192.0.2.1 to 192.0.2.2 (RFC 5737) with the marker, then "canary!!", in its payload. A capture without it has seen nothing.
# Where no route leads to the GWLB, it goes to this host itself; where the capture does not show it, as a rule of this host keeps
# what it sends, a ping with the same payload follows it.
#
# With --mirrored this host is a collector of EC2 Traffic Mirroring: the same packets are looked for inside VXLAN (UDP port 4789), and
# TCP between the GWLB's addresses and the target's port PORT beside them, the health checks: what must be seen. `start` then waits until
# a check and an answer were seen, SECONDS at most, and returns whether they were or not.
#
# `start` prints {"id"}. `stop` prints the pcap file in base64 between BEGIN and END lines, then {"id",
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

usage='expected: capture.sh start --id ID --seconds N --marker 16-HEX-DIGITS [--also FILTER]… [--canary ADDRESS | --mirrored ADDRESS
--gateway-address ADDRESS… --health-port PORT --wait SECONDS] | capture.sh stop --id ID'
[ $# -ge 1 ] || fail 64 "$usage"
action=$1
shift
case $action in start | stop) ;; *) fail 64 "unknown action \"$action\"; $usage" ;; esac
id='' seconds='' marker='' also='' canary='' mirrored='' gateways='' health_port='' wait=''
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail 64 "$1 needs a value; $usage"
  case $1 in
    --id) id=$2 ;;
    --seconds) seconds=$2 ;;
    --marker) marker=$2 ;;
    --also) also="$also or ($2)" ;;
    --canary) canary=$2 ;;
    --mirrored) mirrored=$2 ;;
    --gateway-address) gateways="$gateways $2" ;;
    --health-port) health_port=$2 ;;
    --wait) wait=$2 ;;
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

# send_canary: GENEVE, and where that is not seen, as where this host's own rules keep it, a ping, which they may let out. Where no
# route leads to the GWLB, GENEVE to this host itself.
send_canary() {
  if ! ip -4 route get "$canary" >/dev/null 2>&1; then
    send_geneve 127.0.0.1 || true
    await_packet
    return 0
  fi
  if send_geneve "$canary" && await_packet; then return 0; fi
  ping -n -q -c 1 -W 1 -p "${marker}63616e6172792121" "$canary" >/dev/null 2>&1 || true
  await_packet || true
}

# send_geneve ADDRESS: headers of GENEVE, IPv4 and ICMP, 16 bytes where ping has the time, marker, `canary!!`. Only bash can do this
# without further programs.
send_geneve() {
  geneve=0000080000000000
  ip=4500003c000000004001f6bdc0000201c0000202
  icmp=0800000000000000
  time=00000000000000000000000000000000
  bytes=$(echo "$geneve$ip$icmp$time${marker}63616e6172792121" | sed 's/../\\x&/g')
  # Through a file: a datagram is what is written at once.
  # shellcheck disable=SC2016 # Its $ are for the inner shell.
  bash -c 'printf %b "$1" >"$2/canary" && cat "$2/canary" >"/dev/udp/$3/6081"' bash "$bytes" "$directory" "$1" 2>/dev/null
}

# await_packet: until the capture has one.
await_packet() {
  remaining=40
  until [ "$(wc -c <"$directory/capture.pcap")" -gt 24 ]; do
    remaining=$((remaining - 1))
    [ "$remaining" -gt 0 ] || return 1
    sleep 0.05
  done
}

# await_checks: until a health check and an answer were seen, or the time is over.
await_checks() {
  remaining=$((wait * 5))
  until has_seen "$checks_in" && has_seen "$checks_out"; do
    remaining=$((remaining - 1))
    [ "$remaining" -gt 0 ] || break
    sleep 0.2
  done
}

# has_seen FILTER: whether the capture has such a packet of the mirror.
has_seen() { [ "$(tcpdump -n -r "$directory/capture.pcap" -c 1 "$is_ip and $1" 2>/dev/null | wc -l)" -gt 0 ]; }

# number ADDRESS: as tcpdump compares it.
number() {
  # shellcheck disable=SC2046,SC2183 # Four words.
  printf '0x%02x%02x%02x%02x' $(echo "$1" | tr . ' ')
}

# of_gateways OFFSET: packets that have a GWLB address there.
of_gateways() {
  either=''
  for address in $gateways; do
    echo "${either}udp[$1:4] = $(number "$address")"
    either='or '
  done
}

# inspected OFFSET: a UDP datagram that begins there is GENEVE with this measurement's packets inside. From its beginning: 8 bytes of
# UDP's header, 8 of GENEVE's and its options (RFC 8926), the inner IPv4 header; of ICMP 8 bytes of its header, and 16 that ping
# overwrites with the time; of UDP 8 bytes of its header.
inspected() {
  inner="$1 + 16 + ((udp[$1 + 8] & 0x3f) << 2)"
  transport="$inner + ((udp[$inner] & 0xf) << 2)"
  # To sed, an & stands for what is replaced.
  places=$(printf 's/INNER/%s/g; s/TRANSPORT/%s/g' "$inner" "$transport" | sed 's/&/\\&/g')
  further=$(echo "$also" | sed "$places")
  echo "((udp[$inner + 9] = 1 and $(marked udp "$transport + 24")) or (udp[$inner + 9] = 17 and $(marked udp "$transport + 8"))$further)"
}

# marked HEADER OFFSET: packets that have the marker there.
marked() { echo "$1[$2:4] = 0x${marker%????????} and $1[$2 + 4:4] = 0x${marker#????????}"; }

start() {
  echo "$seconds" | grep -Eqx '[1-9][0-9]{0,4}' || fail 64 "--seconds \"$seconds\": expected 1 to 99999"
  echo "$marker" | grep -Eqx '[0-9a-f]{16}' || fail 64 "--marker \"$marker\": expected 16 hexadecimal digits"
  if echo "$also" | grep -q '[^][A-Za-z0-9 +:=<>&()|]'; then
    fail 64 "--also \"$also\": expected a filter of pcap's, of letters, digits, blanks and []()+:=<>&|"
  fi
  for address in $canary $mirrored $gateways; do
    echo "$address" | grep -Eqx '([0-9]{1,3}\.){3}[0-9]{1,3}' ||
      fail 64 "\"$address\": expected an IPv4 address such as 10.1.10.16"
  done
  if [ -n "$mirrored" ]; then
    [ -n "$gateways" ] || fail 64 "--gateway-address is missing: expected the GWLB's address in each of its AZs"
    echo "$health_port" | grep -Eqx '[1-9][0-9]{0,4}' || fail 64 "--health-port \"$health_port\": expected a TCP port"
    echo "$wait" | grep -Eqx '[1-9][0-9]{0,2}' || fail 64 "--wait \"$wait\": expected 1 to 999 seconds"
  fi
  command -v tcpdump >/dev/null || fail 69 "tcpdump is not installed"
  mkdir -m 700 "$directory" 2>/dev/null || fail 75 "a capture with id $id is already running"
  trap 'give_up "$directory"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  read -r now _ </proc/uptime
  echo $((${now%%.*} + seconds)) >"$directory/until"
  log=$directory/log

  # The kernel looks for them, so that other traffic costs nothing and is not kept.
  if [ -z "$mirrored" ]; then
    filter="(udp port 6081 and $(inspected 0)) or ($(marked icmp 24))"
  else
    # Offsets from the UDP header: 8 bytes of it, 8 of VXLAN's (RFC 7348), 14 of the Ethernet header; then the frame's IPv4 header.
    is_ip='udp port 4789 and udp[28:2] = 0x0800'
    behind='30 + ((udp[30] & 0xf) << 2)'
    # Addresses: from 42 on where it comes from, from 46 on where it goes to.
    checks_in="udp[39] = 6 and udp[46:4] = $(number "$mirrored") and ($(of_gateways 42)) and udp[$behind + 2:2] = $health_port"
    checks_out="udp[39] = 6 and udp[42:4] = $(number "$mirrored") and ($(of_gateways 46)) and udp[$behind:2] = $health_port"
    geneve="udp[39] = 17 and udp[$behind + 2:2] = 6081 and $(inspected "$behind")"
    bare="udp[39] = 1 and $(marked udp "$behind + 24")"
    filter="$is_ip and (($geneve) or ($bare) or ($checks_in) or ($checks_out))"
  fi

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
  [ -z "$mirrored" ] || await_checks
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
  if ended "$pid"; then early=true; else early=false; fi

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
  # What came later it has not seen.
  if [ "$early$truncated" = truefalse ]; then fail 1 "tcpdump ended by itself, after $packets packets"; fi
  echo '-----BEGIN PCAP-----'
  base64 --wrap=76 "$claimed/capture.pcap"
  echo '-----END PCAP-----'
  printf '{"id":"%s","packets":%s,"dropped":%s,"truncated":%s}\n' "$id" "$packets" "$dropped" "$truncated"
}

"$action"
