#!/bin/sh
# Tells what of this host decides over packets that a GWLB sends it, as it is now and as it will be after a reboot.
# Changes nothing. Run as root:
#
#   evidence.sh --address ADDRESS --gateway-address ADDRESS [--gateway-address ADDRESS …]
#     [--health-port PORT --health-path PATH --health-timeout SECONDS]
#
# ADDRESS is this target's as it is registered. The last line is {"interface","address","mtu","routes","xdp","ipForward",
# "ipForwardAtBoot","rules","unreadTables","savedRules","foreignTables","listening","connections","strayFlows","trafficControl","healthAnswer"}: the interface that has the address, or
# that leads to the first GWLB address where none has it and "address" is null; its MTU in bytes; the way back to each GWLB
# address as {"gateway","interface","address","forwarded"}, where "forwarded" is the interface by which leaves what came from there
# and was turned round, and false where the kernel drops it; interfaces with an XDP program, whose packets a capture may not see;
# net.ipv4.ip_forward, 0 as well where that interface alone does not forward; rules in force as `TABLE [PACKETS:BYTES] RULE`,
# chains' policies among them; iptables' tables that it does not show; the saved rules as `TABLE RULE`; nftables' tables that
# iptables does not show, as `FAMILY TABLE`, with `CHAIN: RULE` for each rule, in nft's words or, where nft is not installed, by what its
# expressions are called; TCP ports that something listens on; how many connections the kernel tracks and may track, as
# {"known","most"}; how many GENEVE flows of the GWLB it goes on to send elsewhere than back, as what it had for rules and routes was when
# they began; filters of traffic control on the interface, and its queue where that may drop or delay (none of those that Linux takes by
# itself), as `ingress FILTER`; with --health-path the first line that the address answers to a GET of it within so many seconds, ""
# where none comes. What could not be found out is null.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# fail CODE TEXT
fail() {
  code=$1
  shift
  echo "evidence: error: $*" >&2
  exit "$code"
}

usage='expected: evidence.sh --address ADDRESS --gateway-address ADDRESS [--gateway-address ADDRESS …]
[--health-port PORT --health-path PATH --health-timeout SECONDS]'
own='' gateways='' health_port='' health_path='' health_timeout=''
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail 64 "$1 needs a value; $usage"
  case $1 in
    *address) form='([0-9]{1,3}\.){3}[0-9]{1,3}' expected='an IPv4 address such as 10.1.1.27' ;;
    *path) form='/[!-~]{0,1023}' expected='/ and printable characters' ;;
    *) form='[1-9][0-9]{0,4}' expected='1 to 99999' ;;
  esac
  printf '%s\n' "$2" | grep -Eqx "$form" || fail 64 "$1 \"$2\": expected $expected"
  case $1 in
    --address) own=$2 ;;
    --gateway-address) gateways="$gateways $2" ;;
    --health-port) health_port=$2 ;;
    --health-path) health_path=$2 ;;
    --health-timeout) health_timeout=$2 ;;
    *) fail 64 "unknown argument \"$1\"; $usage" ;;
  esac
  shift 2
done
if [ -z "$own" ] || [ -z "$gateways" ]; then fail 64 "$usage"; fi
case ${health_port:+a}${health_path:+a}${health_timeout:+a} in '' | aaa) ;; *) fail 64 "$usage" ;; esac
[ "$(id -u)" = 0 ] || fail 77 "must run as root, this is user $(id -un)"

as_text() { if [ -n "$1" ]; then printf '"%s"' "$1"; else echo null; fi; }
as_number() { if [ -n "$1" ]; then echo "$1"; else echo null; fi; }
# Lines as JSON: what would end a string, or is no text, is quoted or dropped.
as_list() {
  lines=$(tr -d '\000-\010\013-\037\177' | tr '\t' ' ' | sed -e '/^$/d' -e 's/[\\"]/\\&/g' -e 's/.*/"&"/' | paste -s -d , -)
  printf '[%s]' "$lines"
}

# way_to GATEWAY [from ADDRESS]: interface and source address; nothing where no route leads there.
way_to() { ip -4 route get "$@" 2>/dev/null | sed -n '1s/.* dev \([^ ]*\).*/\1/p'; }
# turned_round GATEWAY: of a packet that came from there for there, as JSON. The kernel asks its reverse path filter and rules of
# policy routing; ip ends with 2 where it refuses, with another code where ip itself does not understand.
turned_round() {
  code=0
  route=$(ip -4 route get "$1" from "$1" iif "$interface" ipproto udp dport 6081 2>/dev/null) || code=$?
  case $code in
    0) as_text "$(echo "$route" | sed -n '1s/.* dev \([^ ]*\).*/\1/p')" ;;
    2) echo false ;;
    *) echo null ;;
  esac
}
source_to() { ip -4 route get "$1" 2>/dev/null | sed -n '1s/.* src \([^ ]*\).*/\1/p'; }

interface=$(ip -4 -o address show to "$own/32" | sed -n '1s/^[0-9]*: *\([^ ]*\) .*/\1/p')
address=''
[ -z "$interface" ] || address=$own
routes=''
for gateway in $gateways; do
  through=$(way_to "$gateway") source=$(source_to "$gateway")
  # Rules of policy routing may go by the source.
  if [ -n "$address" ] && [ "$through $source" != "$interface $address" ] && [ "$(way_to "$gateway" from "$address")" = "$interface" ]; then
    through=$interface source=$address
  fi
  [ -n "$interface" ] || interface=$through
  forwarded=null
  [ -z "$interface" ] || forwarded=$(turned_round "$gateway")
  routes="$routes$(printf '{"gateway":"%s","interface":%s,"address":%s,"forwarded":%s}' \
    "$gateway" "$(as_text "$through")" "$(as_text "$source")" "$forwarded")
"
done
routes=$(printf '%s' "$routes" | paste -s -d , -)
mtu=''
[ -z "$interface" ] || mtu=$(cat "/sys/class/net/$interface/mtu" 2>/dev/null || true)
# `… mtu 9001 xdpgeneric qdisc …` (iproute2, ip/iplink_xdp.c), older ones `xdpgeneric/id:7`.
xdp=$(ip -o link show | sed -n -E 's/^[0-9]+: *([^:@ ]*).* mtu [0-9]+ xdp[a-z]*[ /].*/\1/p' | as_list)

# Keys that switch it on and off: the first two are one (Linux, Documentation/networking/ip-sysctl.rst).
forwarding_keys="net[./]ipv4[./](ip_forward|conf[./](all|default|$interface)[./]forwarding)"
# Files are read in the order of their names, whatever folder they are in, one of each name (sysctl.d(5)). Each key counts by itself.
at_boot=$(
  for file in /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf; do
    if [ -e "$file" ]; then echo "${file##*/} $file"; fi
  done | sort --stable --unique --key=1,1 | while read -r _ file; do
    sed -n -E "s#^[[:space:]]*-?(${forwarding_keys})[[:space:]]*=[[:space:]]*([^[:space:]]*).*#\\1 \\4#p" "$file" | tr / .
  done | awk '{ value[$1] = $2 } END { for (key in value) if (all == "" || value[key] != 1) all = value[key]; print all }'
)
ip_forward=$(sysctl -n net.ipv4.ip_forward)
# An interface may be switched off by itself.
if [ -n "$interface" ] && [ "$(cat "/proc/sys/net/ipv4/conf/$interface/forwarding" 2>/dev/null)" = 0 ]; then ip_forward=0; fi

# with_tables: iptables-save's output as a line for each rule and policy, its table's name first.
with_tables() {
  table=''
  sed -e 's/[[:space:]]*$//' | while read -r line; do
    case $line in
      '' | '#'* | COMMIT) ;;
      '*'*) table=${line#\*} ;;
      *) echo "$table $line" ;;
    esac
  done
}

rules=null saved=null unread='' shown=''
if command -v iptables-save >/dev/null && in_force=$(iptables-save -c 2>/dev/null); then
  # iptables is nftables underneath, except where it is "legacy". It does not show a table that nft has put other rules into,
  # but says so in a comment (iptables/xtables-save.c); legacy rules are in force beside its own.
  unread=$(echo "$in_force" | sed -n "s/^# Table .\([a-z]*\)' is incompatible.*/\1/p")
  case $(iptables --version) in
    *nf_tables*)
      for table in raw mangle nat filter security; do
        echo "$unread" | grep -Fqx "$table" || shown="$shown -e ^ip:$table -e ^ip6:$table"
      done
      if grep -qs . /proc/net/ip_tables_names; then
        if command -v iptables-legacy-save >/dev/null; then
          in_force="$in_force
$(iptables-legacy-save -c | sed 's/^\*/*legacy-/')"
        else
          unread="$unread
$(sed 's/^/legacy-/' /proc/net/ip_tables_names)"
        fi
      fi
      ;;
  esac
  rules=$(echo "$in_force" | with_tables | as_list)
fi
for file in /etc/sysconfig/iptables /etc/iptables/rules.v4; do
  if [ -e "$file" ]; then saved=$(sed -e 's/ *\[[0-9]*:[0-9]*\] *$//' -e 's/^\[[0-9]*:[0-9]*\] *//' "$file" | with_tables | as_list); fi
done

# by_table: nft's listing as a line for each table, and one for each rule and each policy that does not accept.
by_table() {
  awk '
    /^table / { table = $2 ":" $3; print table " " $2 " " $3; next }
    /^\t[a-z]/ { chain = $1 == "chain" ? $2 : ""; next }
    /^\t\t/ && chain != "" {
      sub(/^\t+/, "")
      if ($0 ~ /^type .* hook /) { if (sub(/.*policy drop.*/, "policy drop") == 0) next }
      split(table, name, ":")
      print table " " name[1] " " name[2] " " chain ": " $0
    }'
}

# asked_kernel: the same where nft is not installed, as on Amazon Linux 2023. Of a rule only what its expressions are called, and its verdict.
# Messages and attributes: linux/netfilter/nf_tables.h and nfnetlink.h.
asked_kernel() {
  python3 - <<'PYTHON'
import socket
import struct

families = {1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6"}
words = {"nat": "dnat", "masq": "masquerade", "redir": "redirect", "ct": "ct state", "connlimit": "ct count"}
verdicts = {0: "drop", 1: "accept", -3: "jump", -4: "goto", -5: "return"}
kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)  # NETLINK_NETFILTER
kernel.settimeout(5)


def attributes(data):
    found = []
    while len(data) >= 4:
        size, kind = struct.unpack("=HH", data[:4])
        if size < 4:
            break
        found.append((kind & 0x3FFF, data[4:size]))
        data = data[(size + 3) & ~3 :]
    return found


def dump(message):
    # NLM_F_REQUEST and NLM_F_DUMP, subsystem NFNL_SUBSYS_NFTABLES, all families
    kernel.send(struct.pack("=IHHIIBBH", 20, 10 << 8 | message, 0x301, 1, 0, 0, 0, 0))
    while True:
        data = kernel.recv(1 << 20)
        while data:
            size, kind = struct.unpack("=IH", data[:6])
            if kind == 3:  # NLMSG_DONE
                return
            if kind == 2:  # NLMSG_ERROR
                raise OSError("the kernel tells no tables of nftables")
            yield families.get(data[16], "unknown"), dict(attributes(data[20:size]))
            data = data[(size + 3) & ~3 :]


def text(value):
    return value.rstrip(b"\0").decode("ascii", "replace")


def expression(data):
    of = dict(attributes(data))
    name = text(of[1])
    if name == "immediate":
        verdict = dict(attributes(dict(attributes(dict(attributes(of[2])).get(2, b""))).get(2, b""))).get(1)
        return name if verdict is None else verdicts.get(struct.unpack(">i", verdict)[0], "verdict")
    return words.get(name, name)


def line(family, table, more=""):
    print("%s:%s %s %s%s" % (family, table, family, table, more))


for family, table in dump(1):
    line(family, text(table[1]))
for family, chain in dump(4):
    if 4 in chain and chain.get(5) == struct.pack(">I", 0):
        line(family, text(chain[1]), " %s: policy drop" % text(chain[3]))
for family, rule in dump(7):
    said = " ".join(expression(each) for _, each in attributes(rule.get(4, b"")))
    line(family, text(rule[1]), " %s: %s" % (text(rule[2]), said))
PYTHON
}

listed=''
if command -v nft >/dev/null; then
  if ruleset=$(nft list ruleset 2>/dev/null); then listed=$(echo "$ruleset" | by_table; echo .); fi
elif command -v python3 >/dev/null; then
  if ruleset=$(asked_kernel 2>/dev/null); then listed=$(echo "$ruleset"; echo .); fi
fi
tables=null
if [ -n "$listed" ]; then
  # shellcheck disable=SC2086 # A list of patterns.
  tables=$(echo "${listed%.}" | { if [ -n "$shown" ]; then grep -v -w $shown || true; else cat; fi; } | cut -d ' ' -f 2- | as_list)
fi

listening=$(ss -H -l -n -t | awk '{ sub(/.*:/, "", $4); print $4 }' | sort -n -u | paste -s -d , -)
printf '{"interface":%s,"address":%s,"mtu":%s,"routes":[%s],"xdp":%s,"ipForward":%s,"ipForwardAtBoot":%s,"rules":%s,' \
  "$(as_text "$interface")" "$(as_text "$address")" "$(as_number "$mtu")" "$routes" "$xdp" "$ip_forward" \
  "$(as_number "$at_boot")" "$rules"
connections=null
known=$(cat /proc/sys/net/netfilter/nf_conntrack_count 2>/dev/null) most=$(cat /proc/sys/net/netfilter/nf_conntrack_max 2>/dev/null) || true
if [ -n "$known" ] && [ -n "$most" ]; then connections="{\"known\":$known,\"most\":$most}"; fi

# stray: of conntrack's lines on standard input, GENEVE of the GWLB that is not sent back to it from where it came to: answers would not
# come from the GWLB's address to the address, and between the ports, that it sent to.
stray() {
  awk -v gateways="$gateways" '
    BEGIN { count = split(gateways, list, " "); for (i = 1; i <= count; i++) is_gateway[list[i]] = 1 }
    {
      split("", seen)
      way = 0
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^src=/) way++
        if (split($i, pair, "=") == 2) seen[way, pair[1]] = pair[2]
      }
      if (!is_gateway[seen[1, "src"]] || seen[1, "dport"] != 6081) next
      if (seen[2, "src"] != seen[1, "src"] || seen[2, "dst"] != seen[1, "dst"] || seen[2, "dport"] != seen[1, "sport"]) strays++
    }
    END { print strays + 0 }'
}
strays=''
if command -v conntrack >/dev/null && tracked=$(conntrack -L -p udp --orig-port-dst 6081 2>/dev/null); then strays=$(echo "$tracked" | stray); fi

# controls: what tc has beside its defaults. A filter's first lines only name its table.
controls() {
  for direction in ingress egress; do
    tc filter show dev "$interface" "$direction" 2>/dev/null | sed -n -E "s/^[[:space:]]*(filter .* (flowid|fh|handle) .*|action order.*)/$direction \\1/p"
  done
  tc qdisc show dev "$interface" 2>/dev/null | sed -n -E '/^qdisc (noqueue|mq|pfifo_fast|fq|fq_codel|clsact|ingress) /d; s/^qdisc (.*)/queue \1/p'
}
control=null
if command -v tc >/dev/null && [ -n "$interface" ]; then control=$(controls | as_list); fi
# answer: to the GWLB's question, the target's own address in its Host header (UNVERIFIED for a GWLB; so do other load balancers of AWS).
answer() {
  # shellcheck disable=SC2016 # For the inner shell.
  timeout "$health_timeout" bash -c 'exec 3<>"/dev/tcp/$0/$1" &&
    printf "GET %s HTTP/1.1\r\nHost: %s:%s\r\nUser-Agent: ELB-HealthChecker/2.0\r\nConnection: close\r\n\r\n" "$2" "$0" "$1" | cat >&3 &&
    head -c 200 <&3 | head -n 1' "$own" "$health_port" "$health_path" 2>/dev/null | tr -cd ' -~' | sed 's/[\\"]//g'
}
answered=null
if [ -n "$health_path" ] && command -v bash >/dev/null; then answered=$(printf '"%s"' "$(answer)"); fi
printf '"unreadTables":%s,"savedRules":%s,"foreignTables":%s,"listening":[%s],"connections":%s,"strayFlows":%s,"trafficControl":%s,"healthAnswer":%s}\n' \
  "$(echo "$unread" | as_list)" "$saved" "$tables" "$listening" "$connections" \
  "$(as_number "$strays")" "$control" "$answered"
