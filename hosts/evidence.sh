#!/bin/sh
# Tells what of this host decides over packets that a GWLB sends it, as it is now and as it will be after a reboot.
# Changes nothing. Run as root:
#
#   evidence.sh
#
# The last line is {"interface","address","mtu","ipForward","ipForwardAtBoot","rules","savedRules","foreignTables",
# "listening"}: the interface of the default route, its address and MTU in bytes; net.ipv4.ip_forward; rules in force as
# `TABLE [PACKETS:BYTES] RULE`, chains' policies among them, and the saved ones as `TABLE RULE`; nftables' tables that
# are not iptables' own; TCP ports that something listens on. What could not be found out is null.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# fail CODE TEXT
fail() {
  code=$1
  shift
  echo "evidence: error: $*" >&2
  exit "$code"
}

[ $# = 0 ] || fail 64 "unknown argument \"$1\""
[ "$(id -u)" = 0 ] || fail 77 "must run as root, this is user $(id -un)"

as_text() { if [ -n "$1" ]; then printf '"%s"' "$1"; else echo null; fi; }
as_number() { if [ -n "$1" ]; then echo "$1"; else echo null; fi; }
# Lines as JSON: what would end a string, or is no text, is quoted or dropped.
as_list() {
  lines=$(tr -d '\000-\010\013-\037\177' | tr '\t' ' ' | sed -e '/^$/d' -e 's/[\\"]/\\&/g' -e 's/.*/"&"/' | paste -s -d , -)
  printf '[%s]' "$lines"
}

route=$(ip -4 route show default | head -n 1)
interface=$(echo "$route" | sed -n 's/.* dev \([^ ]*\).*/\1/p')
address=$(echo "$route" | sed -n 's/.* src \([^ ]*\).*/\1/p')
mtu=''
if [ -n "$interface" ]; then
  [ -n "$address" ] ||
    address=$(ip -4 -o address show dev "$interface" scope global primary | sed -n 's/.* inet \([0-9.]*\).*/\1/p' | head -n 1)
  mtu=$(cat "/sys/class/net/$interface/mtu" 2>/dev/null || ip -o link show dev "$interface" | sed -n 's/.* mtu \([0-9]*\).*/\1/p')
fi

# Files are read in the order of their names, whatever folder they are in; the last value counts.
at_boot=$(
  for file in /usr/lib/sysctl.d/*.conf /run/sysctl.d/*.conf /etc/sysctl.d/*.conf; do
    if [ -e "$file" ]; then echo "${file##*/} $file"; fi
  done | sort | while read -r _ file; do
    sed -n 's/^[[:space:]]*-\{0,1\}net[./]ipv4[./]ip_forward[[:space:]]*=[[:space:]]*\([^[:space:]]*\).*/\1/p' "$file"
  done | tail -n 1
)

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

rules=null saved=null
if command -v iptables-save >/dev/null; then rules=$(iptables-save -c | with_tables | as_list); fi
for file in /etc/sysconfig/iptables /etc/iptables/rules.v4; do
  if [ -e "$file" ]; then saved=$(sed -e 's/ *\[[0-9]*:[0-9]*\] *$//' -e 's/^\[[0-9]*:[0-9]*\] *//' "$file" | with_tables | as_list); fi
done
tables=null
if command -v nft >/dev/null; then
  tables=$(nft list tables | sed 's/^table //' | grep -Evx 'ip6? (raw|mangle|nat|filter|security)' | as_list)
fi

listening=$(ss -H -l -n -t | awk '{ sub(/.*:/, "", $4); print $4 }' | sort -n -u | paste -s -d , -)
printf '{"interface":%s,"address":%s,"mtu":%s,"ipForward":%s,"ipForwardAtBoot":%s,"rules":%s,"savedRules":%s,"foreignTables":%s,"listening":[%s]}\n' \
  "$(as_text "$interface")" "$(as_text "$address")" "$(as_number "$mtu")" "$(sysctl -n net.ipv4.ip_forward)" \
  "$(as_number "$at_boot")" "$rules" "$saved" "$tables" "$listening"
