#!/bin/sh
# What `/usr/libexec/iptables/iptables.init` is on the lab's look-alike of Amazon Linux 2023: loads the saved rules when
# its service starts, removes all rules when it stops, and saves those in force when asked to.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

rules=/etc/sysconfig/iptables

case ${1:-} in
  start)
    [ -f "$rules" ] || exit 6
    iptables-restore --wait 30 "$rules"
    ;;
  stop)
    for table in filter nat mangle raw; do
      iptables --wait 30 --table "$table" --flush
      iptables --wait 30 --table "$table" --delete-chain
    done
    for chain in INPUT FORWARD OUTPUT; do iptables --wait 30 --policy "$chain" ACCEPT; done
    ;;
  save)
    (umask 077 && iptables-save >"$rules.new")
    mv "$rules.new" "$rules"
    echo "iptables: Saving firewall rules to $rules: [  OK  ]"
    ;;
  *)
    echo "Usage: iptables.init {start|stop|save}, of which this is a look-alike of the lab" >&2
    exit 2
    ;;
esac
