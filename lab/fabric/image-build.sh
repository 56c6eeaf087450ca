#!/bin/sh
# Builds what a lab's instances boot from, into an empty folder: their root file system, what makes it look like Amazon
# Linux, for each of the two the package repository that stands in for S3, and the repositories' certificate. Run by
# image.ts.
#
#   image-build.sh --target DIR --suite SUITE --apt-options FILE --regions "REGION …" < apt-sources
#
# The Debian archive is the one that the host's own apt uses. Its name stays out of the result.
set -eu

target='' suite='' apt_options='' regions=''
while [ $# -gt 0 ]; do
  case $1 in
    --target) target=$2 ;;
    --suite) suite=$2 ;;
    --apt-options) apt_options=$2 ;;
    --regions) regions=$2 ;;
    *) echo "image-build.sh: unknown option $1" >&2; exit 64 ;;
  esac
  shift 2
done
: "${target:?--target is required}" "${suite:?--suite is required}"
: "${apt_options:?--apt-options is required}" "${regions:?--regions is required}"

root=$target/root
repository=$target/repository
tls=$target/tls
mkdir -p "$root" "$repository/partial" "$tls"
chmod 755 "$root" "$repository"

# In the image from the start: what an AWS image has. Not in it: what the program installs on a target.
preinstalled=systemd,systemd-sysv,dbus,openssh-server,sudo,iproute2,iputils-ping,procps,python3-minimal,tcpdump,ca-certificates
export target_packages='apache2 iptables iptables-persistent conntrack'

# Within mmdebstrap, apt still has the host's sources: fetch the repository's packages, with what they depend on.
download="cd / && APT_CONFIG=\$MMDEBSTRAP_APT_CONFIG apt-get --quiet --yes --download-only --no-install-recommends \
  -o APT::Sandbox::User=root -o Dir::Cache::archives=$repository install \$target_packages"

mmdebstrap --mode=root --variant=minbase --format=directory \
  --include="$preinstalled" --aptopt="$apt_options" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook="$download" \
  "$suite" "$root" -

rm -rf "$repository/partial" "$repository/lock"
rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d" "$root/etc/apt/apt.conf.d/99mmdebstrap" \
  "$root/etc/dpkg/dpkg.cfg.d/99mmdebstrap" "$root/etc/resolv.conf" "$root/etc/hostname" "$root/etc/hosts"
find "$root/var/lib/apt/lists" "$root/var/cache/apt" "$root/var/log" -type f -delete
mkdir -p "$root/etc/apt/sources.list.d"

echo "I: making the Amazon Linux look-alike..." >&2
# apt's cache writes a version's epoch into the name, with its colon escaped; an archive leaves it out.
for package in "$repository"/*%3a*.deb; do mv "$package" "$(echo "$package" | sed 's/[0-9]*%3a//')"; done
look_alike=$target/amazon-linux
sh "$(dirname "$0")/amazon-linux/build.sh" --root "$root" --debian-repository "$repository" \
  --layer "$look_alike/layer" --repository "$look_alike/repository"

echo "I: indexing the package repositories..." >&2
for folder in "$repository" "$look_alike/repository"; do (
  cd "$folder"
  for package in *.deb; do
    dpkg-deb --field "$package"
    printf 'Filename: ./%s\nSize: %s\n' "$package" "$(stat --format=%s "$package")"
    printf 'SHA256: %s\n\n' "$(sha256sum "$package" | cut -d ' ' -f 1)"
  done >Packages
  printf 'Origin: lab\nLabel: lab\nSuite: stable\nDate: %s\nSHA256:\n %s %s Packages\n' \
    "$(LC_ALL=C date --utc '+%a, %d %b %Y %H:%M:%S +0000')" \
    "$(sha256sum Packages | cut -d ' ' -f 1)" "$(stat --format=%s Packages)" >Release
); done

echo "I: making the certificate of the package repository..." >&2
names=$(for region in $regions; do printf 'DNS:packages.s3.%s.amazonaws.com\n' "$region"; done | paste -s -d ,)
# shellcheck disable=SC2016 # Its $ are for the shell that runs it, inside the image.
make_certificates='
set -eu
umask 077
folder=$(mktemp -d)
cd "$folder"
pwd
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "/CN=lab package CA" \
  -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign -keyout ca.key -out ca.pem
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=packages.s3.amazonaws.com" \
  -keyout server.key -out server.csr
printf "subjectAltName=%s\nbasicConstraints=CA:FALSE\nextendedKeyUsage=serverAuth\n" "$1" >extensions
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -extfile extensions \
  -out server.pem
install -m 644 ca.pem /usr/local/share/ca-certificates/lab-packages.crt
rm ca.key
update-ca-certificates >/dev/null
'
# The builder's TMPDIR is no folder inside the image.
made=$(TMPDIR=/tmp chroot "$root" sh -c "$make_certificates" sh "$names")
cp "$root$made/server.pem" "$root$made/server.key" "$root$made/ca.pem" "$tls/"
rm -rf "${root:?}$made"
chmod 600 "$tls/server.key"

echo "I: preparing the units..." >&2
units=$root/etc/systemd/system
mkdir -p "$units/multi-user.target.wants"
# An instance has no hardware, no console and no clock of its own; host keys come from cloud-config, never from dpkg.
for unit in systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket systemd-udev-trigger.service \
  systemd-resolved.service systemd-networkd.service systemd-networkd.socket systemd-timesyncd.service \
  systemd-logind.service systemd-remount-fs.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
  systemd-sysusers.service systemd-firstboot.service systemd-machine-id-commit.service systemd-pcrphase.service \
  systemd-pcrphase-sysinit.service systemd-random-seed.service systemd-modules-load.service systemd-binfmt.service \
  systemd-journal-flush.service systemd-journal-catalog-update.service systemd-update-done.service \
  systemd-ask-password-console.path systemd-ask-password-wall.path modprobe@.service proc-sys-fs-binfmt_misc.automount \
  dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount \
  sys-fs-fuse-connections.mount tmp.mount getty@.service serial-getty@.service console-getty.service getty.target \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer \
  systemd-tmpfiles-clean.timer hwclock.service; do
  ln -sf /dev/null "$units/$unit"
done
ln -sf /lib/systemd/system/multi-user.target "$units/default.target"
rm -f "$root"/etc/ssh/ssh_host_*
: >"$root/etc/machine-id"
cat >"$root/etc/ssh/sshd_config.d/10-instance.conf" <<'END'
HostKey /etc/ssh/ssh_host_ed25519_key
PasswordAuthentication no
PermitRootLogin no
UseDNS no
END
mkdir -p "$root/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=volatile\nRuntimeMaxUse=8M\n' >"$root/etc/systemd/journald.conf.d/10-instance.conf"
