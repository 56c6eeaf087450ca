#!/bin/sh
# Process 1 of a lab's instance until systemd takes over: run by instance.ts in new mount, PID, UTS, IPC and cgroup
# namespaces, inside the network namespace that the fabric made for the instance.
#
#   instance-boot.sh ROOT       ROOT is the instance's mounted root file system
set -eu
root=$1

# The network namespace outlives a reboot, what the kernel keeps in it must not: without this, rules and settings that
# were never saved would seem to survive. Addresses and routes stay, they are DHCP's and so the fabric's.
nft flush ruleset
echo 0 >/proc/sys/net/ipv4/ip_forward

mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
# Hosts with cgroup v1 have a v2 hierarchy as well, without controllers: enough for systemd, and the same everywhere.
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755,size=64k,nosuid tmpfs "$root/dev"
mount -t tmpfs -o mode=755,size=64m,nosuid,nodev tmpfs "$root/run"
mount -t tmpfs -o mode=1777,size=128m,nosuid,nodev tmpfs "$root/tmp"

mkdir "$root/dev/pts" "$root/dev/shm" "$root/dev/net" "$root/dev/mqueue"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
mount -t tmpfs -o mode=1777,size=16m,nosuid,nodev tmpfs "$root/dev/shm"
while read -r device major minor; do
  mknod -m 666 "$root/dev/$device" c "$major" "$minor"
done <<END
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
net/tun 10 200
END
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for stream in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${stream%%:*}" "$root/dev/${stream#*:}"; done

# An instance may set its own network up, and nothing else of the kernel that it shares with the host.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
mount -o remount,bind,ro "$root/proc/sys"
if [ -e "$root/proc/sysrq-trigger" ]; then
  mount --bind "$root/proc/sysrq-trigger" "$root/proc/sysrq-trigger"
  mount -o remount,bind,ro "$root/proc/sysrq-trigger"
fi

hostname "$(cat "$root/etc/hostname")"
cd "$root"
mkdir -p .host
pivot_root . .host
umount -l /.host
rmdir /.host

export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin container=lab
exec setpriv --bounding-set -sys_module,-sys_time,-sys_rawio,-mac_admin,-mac_override,-syslog,-wake_alarm \
  /lib/systemd/systemd --system --log-target=console --log-level=notice --show-status=false
