#!/bin/sh
# Builds what makes a Debian root look like Amazon Linux 2023: a layer to mount over it, and a package repository with
# the packages of that name. Run by image-build.sh as root, when it has made the Debian root and its repository.
#
#   build.sh --root DIR --debian-repository DIR --layer DIR --repository DIR
#
# Only what the program touches is imitated. The packages are empty but for units and scripts; the programs are Debian's.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root='' debian_repository='' layer='' repository=''
while [ $# -gt 0 ]; do
  case $1 in
    --root) root=$2 ;;
    --debian-repository) debian_repository=$2 ;;
    --layer) layer=$2 ;;
    --repository) repository=$2 ;;
    *) echo "build.sh: unknown option $1" >&2; exit 64 ;;
  esac
  shift 2
done
: "${root:?--root is required}" "${debian_repository:?--debian-repository is required}"
: "${layer:?--layer is required}" "${repository:?--repository is required}"

# ---- The layer: what an AMI has from the start ----

mkdir -p "$layer/usr/bin" "$layer/usr/lib" "$layer/usr/libexec/look-alike" "$layer/etc/sysconfig" "$layer/etc/yum.repos.d"
chmod -R u=rwX,go=rX "$layer"
install -m 755 "$here/dnf.sh" "$layer/usr/bin/dnf"
ln -s dnf "$layer/usr/bin/yum"
install -m 755 "$here/rpm.sh" "$layer/usr/bin/rpm"
install -m 644 "$here/os-release" "$layer/usr/lib/os-release"
echo 'Amazon Linux release 2023 (Amazon Linux)' >"$layer/etc/system-release"
install -m 755 "$root/usr/bin/apt-get" "$layer/usr/libexec/look-alike/apt-get"
# In an overlay a character device 0/0 hides what is below it: what would show that this is Debian.
for hidden in usr/bin/apt usr/bin/apt-get usr/bin/apt-cache etc/debian_version; do
  mknod "$layer/$hidden" c 0 0
done

# ---- The repository: Debian's packages, and those that stand for Amazon Linux's ----

mkdir -p "$repository"
ln "$debian_repository"/*.deb "$repository/"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# make_package NAME DEPENDS: from the files in $scratch/NAME.
make_package() {
  mkdir -p "$scratch/$1/DEBIAN"
  printf 'Package: %s\nVersion: 2023.0\nArchitecture: all\nMaintainer: the lab\nDepends: %s\nDescription: %s\n' \
    "$1" "$2" "stands for Amazon Linux's package $1" >"$scratch/$1/DEBIAN/control"
  if [ -d "$scratch/$1/etc" ]; then (cd "$scratch/$1" && find etc -type f | sed 's|^|/|') >"$scratch/$1/DEBIAN/conffiles"; fi
  find "$scratch/$1" -type d -exec chmod 755 {} +
  dpkg-deb --build --root-owner-group -Zgzip "$scratch/$1" "$repository/$1_2023.0_all.deb" >/dev/null
}

files=$scratch/httpd
mkdir -p "$files/usr/sbin" "$files/usr/lib/systemd/system" "$files/etc/httpd/conf" "$files/etc/httpd/conf.d" "$files/var/www/html"
ln -s apache2 "$files/usr/sbin/httpd"
install -m 644 "$here/httpd.service" "$files/usr/lib/systemd/system/"
install -m 644 "$here/httpd.conf" "$files/etc/httpd/conf/"
make_package httpd apache2-bin

files=$scratch/iptables-services
mkdir -p "$files/usr/libexec/iptables" "$files/usr/lib/systemd/system" "$files/etc/sysconfig"
install -m 755 "$here/iptables.init.sh" "$files/usr/libexec/iptables/iptables.init"
install -m 644 "$here/iptables.service" "$files/usr/lib/systemd/system/"
install -m 600 "$here/iptables.rules" "$files/etc/sysconfig/iptables"
make_package iptables-services iptables

make_package conntrack-tools conntrack
