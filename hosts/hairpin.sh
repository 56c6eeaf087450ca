#!/bin/sh
# Makes this host an inspection target of a Gateway Load Balancer: whatever a GWLB address sends to UDP port 6081 is sent
# straight back, GENEVE header and all, and a web server answers its health checks. Run as root:
#
#   hairpin.sh --gateway-address 10.1.1.27 [--gateway-address 10.1.2.119 …] [--address 10.1.3.20] [--health-port 8080]
#     [--health-path /healthz] [--check]
#
# One gateway address for each Availability Zone of the GWLB: with cross-zone load balancing every one of them sends. The address is this
# target's as it is registered; without it, the one from which the host itself sends to the GWLB.
# Health checks are TCP connections to port 80, or to the one that is given; with a path they are HTTP.
# Amazon Linux 2023 (dnf; UNVERIFIED on the real thing, run on a look-alike over Debian only) and Debian or Ubuntu (apt).
# The last line on standard output is one JSON object; a second run finds nothing to do, changes nothing and says so. With
# --check it changes nothing either: "changes" tells what is not as it was set up.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

sysctl_file=/etc/sysctl.d/99-sysctl.conf
last_sysctl_file=/etc/sysctl.d/zzz-gwlb-inspection.conf
state_directory=/var/lib/gwlb-inspection
changes=''

say() { echo "hairpin: $*" >&2; }

# fail CODE TEXT
fail() {
  code=$1
  shift
  say "error: $*"
  exit "$code"
}

# One line per change; JSON strings later, so no quotes and no backslashes.
changed() {
  say "$*"
  changes="$changes$*
"
}

# ---- Arguments and surroundings: all of it is checked before anything is changed ----

# Dotted decimal without leading zeros, each number up to 255.
is_address() {
  echo "$1" | grep -Eqx '((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
}

usage='expected: hairpin.sh --gateway-address ADDRESS [--gateway-address ADDRESS …] [--address ADDRESS] [--health-port PORT] [--health-path PATH] [--check]'
gateways='' own='' health_port=80 health_path='' check=''
while [ $# -gt 0 ]; do
  case $1 in
    --gateway-address)
      [ $# -ge 2 ] || fail 64 "--gateway-address needs a value; $usage"
      is_address "$2" || fail 64 "--gateway-address \"$2\": expected an IPv4 address such as 10.1.1.27"
      if printf '%s' "$gateways" | grep -Fqx "$2"; then fail 64 "--gateway-address $2 is given twice"; fi
      gateways="$gateways$2
"
      shift 2
      ;;
    --address)
      [ $# -ge 2 ] || fail 64 "--address needs a value; $usage"
      is_address "$2" || fail 64 "--address \"$2\": expected an IPv4 address such as 10.1.3.20"
      own=$2
      shift 2
      ;;
    --health-port)
      [ $# -ge 2 ] || fail 64 "--health-port needs a value; $usage"
      if ! echo "$2" | grep -Eqx '[1-9][0-9]{0,4}' || [ "$2" -gt 65535 ]; then
        fail 64 "--health-port \"$2\": expected a TCP port, 1 to 65535"
      fi
      health_port=$2
      shift 2
      ;;
    --health-path)
      [ $# -ge 2 ] || fail 64 "--health-path needs a value; $usage"
      if ! echo "$2" | grep -Eqx '/([A-Za-z0-9_~-][A-Za-z0-9._~-]*(/|$))*' || [ "${#2}" -gt 255 ]; then
        fail 64 "--health-path \"$2\": expected / and up to 255 letters, digits, ._~- and /, as /healthz"
      fi
      health_path=$2
      shift 2
      ;;
    --check)
      check=1
      shift
      ;;
    *) fail 64 "unknown argument \"$1\"; $usage" ;;
  esac
done
[ -n "$gateways" ] || fail 64 "no gateway address; $usage"
# The order in which they are given means nothing, so it must not be a difference either.
gateways=$(printf '%s' "$gateways" | sort)

[ "$(id -u)" = 0 ] || fail 77 "must run as root, this is user $(id -un)"
command -v systemctl >/dev/null || fail 69 "systemctl is missing: services could not be made to start at boot"

# Routes to the GWLB tell interface and address; the default route may be another interface's. Surest is one without a router.
direct='' routed=''
for gateway in $gateways; do
  way=$(ip -4 route get "$gateway" 2>/dev/null | sed -n '1p')
  case $way in
    local' '*) fail 64 "--gateway-address $gateway is this host's own address: expected an address of the GWLB" ;;
    *' via '*' src '*) routed=${routed:-$way} ;;
    *' dev '*' src '*) direct=${direct:-$way} ;;
    *) fail 69 "no route leads to the gateway address $gateway: what it sends could not be sent back" ;;
  esac
done
interface=$(echo "${direct:-$routed}" | sed 's/.* dev \([^ ]*\).*/\1/')
address=$(echo "${direct:-$routed}" | sed 's/.* src \([^ ]*\).*/\1/')

# leaves_by GATEWAY [from GATEWAY iif INTERFACE …]: the interface that such a packet leaves by; nothing where the kernel refuses it.
leaves_by() { ip -4 route get "$@" 2>/dev/null | sed -n '1s/.* dev \([^ ]*\).*/\1/p'; }

# The GWLB sends to the registered address only: rules for another one, which a route leads by today, would turn nothing round.
if [ -n "$own" ]; then
  interface=$(ip -4 -o address show to "$own/32" | sed -n '1s/^[0-9]*: *\([^ ]*\) .*/\1/p')
  [ -n "$interface" ] || fail 69 "no interface has the address $own, by which the GWLB knows this target"
  address=$own
  for gateway in $gateways; do
    by=$(leaves_by "$gateway")
    [ "$by" != "$interface" ] || continue
    # Rules of policy routing may go by more than the destination. Until it forwards, the kernel tells nothing of that.
    [ "$(cat "/proc/sys/net/ipv4/conf/$interface/forwarding")" = 1 ] || continue
    by=$(leaves_by "$gateway" from "$gateway" iif "$interface" ipproto udp dport 6081)
    [ "$by" = "$interface" ] || fail 69 "what the gateway address $gateway sends would leave by ${by:-no interface}, not by $interface, which has the address $own: see ip route get $gateway, and ip rule"
  done
fi

# Another firewall manager would put its own rules back at the next boot.
if systemctl is-active --quiet firewalld.service; then
  fail 69 "firewalld is active and would undo the rules: systemctl disable --now firewalld"
fi
if grep -qsx 'ENABLED=yes' /etc/ufw/ufw.conf; then fail 69 "ufw is enabled and would undo the rules: ufw disable"; fi

if command -v dnf >/dev/null; then
  package_manager=dnf
  packages='httpd iptables-services tcpdump conntrack-tools'
  web_service=httpd.service
  web_config=/etc/httpd/conf.d
  iptables_service=iptables.service
  saved_rules=/etc/sysconfig/iptables
elif command -v apt-get >/dev/null; then
  package_manager=apt
  packages='apache2 iptables iptables-persistent tcpdump conntrack'
  web_service=apache2.service
  web_config=/etc/apache2/conf-enabled
  iptables_service=netfilter-persistent.service
  saved_rules=/etc/iptables/rules.v4
else
  fail 69 "neither dnf nor apt-get is here: expected Amazon Linux 2023, Debian or Ubuntu"
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

as_list() { sed -e '/^$/d' -e 's/.*/"&"/' | paste -s -d , -; }

result() {
  if [ -n "$changes" ]; then result=true; else result=false; fi
  printf '{"changed":%s,"changes":[%s],"interface":"%s","address":"%s","gateways":[%s],"packageManager":"%s"}\n' \
    "$result" "$(printf '%s' "$changes" | as_list)" "$interface" "$address" "$(echo "$gateways" | as_list)" "$package_manager"
}

# ---- Packages ----

is_installed() {
  case $package_manager in
    dnf) rpm --quiet -q "$1" ;;
    apt) [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null)" = installed ] ;;
  esac
}

# package_step NAME COMMAND…: a step of the package manager; its output is shown, and explained, when it fails.
package_step() {
  step=$1
  shift
  # Nothing may read standard input: this very script may be coming from it.
  if "$@" </dev/null >"$scratch/packages" 2>&1; then return; fi
  tail -n 20 "$scratch/packages" >&2
  cause=$(unreachable_repository "$scratch/packages")
  [ -n "$cause" ] || cause=$(grep -E '^(E|Error): ' "$scratch/packages" | head -n 1 || true)
  fail 1 "packages: $step failed: ${cause:-see above}"
}

# unreachable_repository FILE: why the repository that FILE, a package manager's output, complains of cannot be reached;
# nothing when it can. A VPC drops what has no route, no endpoint or no egress rule alike, without a word, so the host
# cannot tell which of the three it is; it can tell them from a wrong name and from a host that refuses.
unreachable_repository() {
  url=$(grep -E '^(Err|E|W):|[Ee]rror' "$1" | grep -Eo 'https?://[^]/ ]+' | head -n 1 || true)
  [ -n "$url" ] || return 0
  site=${url#*://}
  port=443
  case $url in http:*) port=80 ;; esac
  case $site in *:*) port=${site##*:} ;; esac
  site=${site%%:*}
  peer=$(timeout 10 getent ahostsv4 "$site" | sed -n '1s/ .*//p' || true)
  if [ -z "$peer" ]; then
    echo "cannot reach $url: the name does not resolve: check that the VPC has DNS support switched on"
    return
  fi
  # bash is on both systems; curl and nc are not.
  # shellcheck disable=SC2016 # For the inner shell.
  answer=$(timeout 5 bash -c ': <>"/dev/tcp/$0/$1"' "$peer" "$port" 2>&1) && return 0
  way="the egress rule of this host's security group for TCP $port to the S3 prefix list; the route to that prefix list in \
the route table of this host's subnet; the S3 gateway endpoint that this route leads to"
  case $answer in
    *refused*) echo "cannot reach $url: $peer refuses TCP port $port, which S3 does not: check where that name leads" ;;
    *unreachable* | *'No route'*) echo "cannot reach $url: ${answer##*: } ($peer, TCP port $port): check $way" ;;
    *) echo "cannot reach $url: no answer from $peer, TCP port $port: something on the way is missing: check $way" ;;
  esac
}

# Two attempts of ten seconds: S3 answers within a Region in milliseconds, or something is missing.
dnf_do() { package_step "dnf $1" dnf --assumeyes --setopt=timeout=10 --setopt=retries=2 "$@"; }

apt_do() {
  package_step "apt-get $1" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l apt-get --assume-yes \
    --no-install-recommends -o DPkg::Lock::Timeout=120 -o APT::Update::Error-Mode=any -o Acquire::Retries=1 \
    -o Acquire::http::Timeout=10 -o Acquire::https::Timeout=10 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

missing=''
for package in $packages; do is_installed "$package" || missing="$missing $package"; done

# Updated once: later runs must not restart what is in use. The mark is set when an update has come to its end.
updated=$state_directory/packages-updated
if [ -n "$check" ] && { [ -n "$missing" ] || [ ! -e "$updated" ]; }; then
  # Without them nothing else can be looked at.
  changed "packages not installed or never updated:$missing"
  result
  exit
fi
if [ -n "$missing" ] || [ ! -e "$updated" ]; then
  # At first boot cloud-init may still hold the package manager's lock.
  if command -v cloud-init >/dev/null; then cloud-init status --wait </dev/null >/dev/null 2>&1 || true; fi
  say "reading the package repositories"
  case $package_manager in
    dnf) dnf_do makecache ;;
    apt)
      # A run that was cut off leaves packages unpacked and not configured.
      if [ -n "$(dpkg --audit)" ]; then package_step "dpkg --configure" env DEBIAN_FRONTEND=noninteractive dpkg --configure -a; fi
      apt_do update
      ;;
  esac
fi
if [ ! -e "$updated" ]; then
  say "updating the installed packages"
  case $package_manager in
    dnf)
      # Amazon Linux 2023 locks its repositories to the release of the AMI ("deterministic upgrades"): this brings what
      # that release holds and never a newer one. Hosts of one AMI are the same whenever they are made; newer security
      # updates come with a newer AMI, or by hand with `dnf upgrade --releasever=VERSION`.
      dnf_do upgrade
      count=$(grep -Ec '^  (Upgrading|Installing) +:' "$scratch/packages" || true)
      ;;
    apt)
      apt_do upgrade
      count=$(grep -c '^Setting up ' "$scratch/packages" || true)
      ;;
  esac
  [ "$count" = 0 ] || changed "packages updated: $count"
  mkdir -p "$state_directory"
  : >"$updated"
fi
if [ -n "$missing" ]; then
  say "installing$missing"
  # The rules of this moment are not the ones to save, which iptables-persistent would ask about.
  if [ "$package_manager" = apt ] && is_installed debconf; then
    for version in v4 v6; do
      echo "iptables-persistent iptables-persistent/autosave_$version boolean false"
    done | debconf-set-selections
  fi
  # shellcheck disable=SC2086 # A list of words.
  "${package_manager}_do" install $missing
  changed "packages installed:$missing"
fi

# ---- IP forwarding ----

# Keys that switch it on and off: the first two are one (Linux, Documentation/networking/ip-sysctl.rst).
forwarding_keys="net[./]ipv4[./](ip_forward|conf[./](all|default|$interface)[./]forwarding)"

# Values that sysctl.d files given as arguments set, in order. Both a.b.c and a/b/c are in use, as is a leading hyphen.
forwarding_in() {
  cat "$@" 2>/dev/null | sed -n -E "s#^[[:space:]]*-?${forwarding_keys}[[:space:]]*=[[:space:]]*([^[:space:]]*).*#\\3#p"
}

# Files that count at boot, in the order of their names, whatever folder they are in; one name stands once (sysctl.d(5)).
sysctl_files() {
  for file in /etc/sysctl.d/*.conf /run/sysctl.d/*.conf /usr/local/lib/sysctl.d/*.conf /usr/lib/sysctl.d/*.conf; do
    if [ -e "$file" ]; then echo "${file##*/} $file"; fi
  done | sort --stable --unique --key=1,1 | sed 's/^[^ ]* //'
}

# FILE that leaves one of the keys at another value than 1 at boot; nothing where none does. Each key counts by itself:
# systemd-sysctl leaves one where it was set first as long as the value is the same.
off_at_boot() {
  sysctl_files | while read -r file; do
    sed -n -E "s#^[[:space:]]*-?(${forwarding_keys})[[:space:]]*=[[:space:]]*([^[:space:]]*).*#\\1 \\4#p" "$file" | tr / . |
      while read -r key value; do echo "$key $value $file"; done
  done | awk '{ value[$1] = $2; file[$1] = $3 } END { for (key in value) if (value[key] != 1) print file[key] }' | head -n 1
}

forwards() { [ "$(sysctl -n net.ipv4.ip_forward)" = 1 ] && [ "$(cat "/proc/sys/net/ipv4/conf/$interface/forwarding")" = 1 ]; }

if ! forwards; then
  if [ -z "$check" ]; then
    sysctl -q -w net.ipv4.ip_forward=1 || fail 1 "the kernel does not let net.ipv4.ip_forward be set to 1"
    # To 1 from 1 it does nothing, though an interface was switched off.
    echo 1 >"/proc/sys/net/ipv4/conf/$interface/forwarding" || true
    forwards || fail 1 "the kernel does not let net.ipv4.conf.$interface.forwarding be set to 1"
  fi
  changed "net.ipv4.ip_forward switched on"
fi
# The file may be a link, as to /etc/sysctl.conf: what is replaced is the file that it points to.
sysctl_target=$(readlink -f "$sysctl_file") || fail 1 "$sysctl_file is a link into a folder that does not exist"
if [ "$(forwarding_in "$sysctl_target" | tail -n 1)" != 1 ]; then
  if [ -z "$check" ]; then
    if [ -e "$sysctl_target" ]; then cp -p "$sysctl_target" "$sysctl_target.new"; else : >"$sysctl_target.new"; fi
    {
      if [ -e "$sysctl_target" ]; then sed -E "\\#^[[:space:]]*-?${forwarding_keys}[[:space:]]*=#d" "$sysctl_target"; fi
      echo 'net.ipv4.ip_forward = 1'
    } >"$sysctl_target.new"
    mv "$sysctl_target.new" "$sysctl_target"
    if command -v restorecon >/dev/null; then restorecon "$sysctl_target"; fi
  fi
  changed "net.ipv4.ip_forward persisted in $sysctl_file"
fi
off=$(off_at_boot)
if [ -n "$off" ] && [ -n "$check" ]; then
  changed "net.ipv4.ip_forward is not persisted: $off"
elif [ -n "$off" ]; then
  # A file of a later name has the last word: then so has a further one of ours.
  for key in ip_forward conf/all/forwarding conf/default/forwarding "conf/$interface/forwarding"; do
    echo "net/ipv4/$key = 1"
  done >"$last_sysctl_file"
  if command -v restorecon >/dev/null; then restorecon "$last_sysctl_file"; fi
  changed "net.ipv4.ip_forward persisted in $last_sysctl_file, since $off sets it to another value"
  off=$(off_at_boot)
  [ -z "$off" ] || fail 1 "$off switches IP forwarding off at boot, after $last_sysctl_file: remove that line"
fi

# ---- Rules ----

# For each gateway address G, this host's address T: G → T becomes G → G on the way in, T → G on the way out. The port
# that the GWLB sent from is kept, and with it the flow.
rules_of_nat() {
  for gateway in $gateways; do
    echo "-A PREROUTING -s $gateway/32 -d $address/32 -i $interface -p udp -j DNAT --to-destination $gateway:6081"
  done
  for gateway in $gateways; do
    echo "-A POSTROUTING -s $gateway/32 -d $gateway/32 -o $interface -p udp -m udp --dport 6081 -j MASQUERADE"
  done
}

wanted_rules() {
  printf '*nat\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\n'
  rules_of_nat
  printf 'COMMIT\n*mangle\n:PREROUTING ACCEPT\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n:POSTROUTING ACCEPT\nCOMMIT\n'
  printf '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\nCOMMIT\n'
}

# What iptables-save's output means: rules, chains and policies of the three tables, each with its table's name. A table
# that is missing and one with ACCEPT policies and no rules are the same; counters and comments mean nothing.
meaning_of() {
  table=''
  sed -e 's/ *\[[0-9]*:[0-9]*\] *$//' -e 's/^\[[0-9]*:[0-9]*\] *//' -e 's/[[:space:]]*$//' "$1" | while read -r line; do
    case $line in
      '' | '#'* | COMMIT) ;;
      '*'*) table=${line#\*} ;;
      :*' ACCEPT') ;;
      *) case $table in nat | mangle | filter) echo "$table $line" ;; esac ;;
    esac
  done | sort --stable --key=1,1
}

wanted_rules >"$scratch/wanted"
meaning_of "$scratch/wanted" >"$scratch/wanted-meaning"

# is_wanted FILE: whether rules in iptables-save's form are the wanted ones.
is_wanted() {
  meaning_of "$1" >"$scratch/meaning"
  cmp -s "$scratch/meaning" "$scratch/wanted-meaning"
}

iptables-save >"$scratch/live" || fail 1 "iptables-save failed: the rules in force are unknown"
if ! is_wanted "$scratch/live" && [ -n "$check" ]; then
  changed "rules in force are others"
elif ! is_wanted "$scratch/live"; then
  iptables-restore --test "$scratch/wanted" || fail 1 "iptables-restore does not accept the hairpin rules"
  # Tables that are named are replaced as a whole, without a moment in which they are empty.
  iptables-restore --wait 30 "$scratch/wanted" || fail 1 "iptables-restore failed"
  iptables-save >"$scratch/live"
  if ! is_wanted "$scratch/live"; then
    diff "$scratch/wanted-meaning" "$scratch/meaning" >&2 || true
    fail 1 "the rules in force are not those just set (above: < wanted, > in force): does another program set rules?"
  fi
  # Address translation is decided by a flow's first packet. Flows that came before the rules would never be sent back
  # for as long as they go on, so they are forgotten.
  conntrack -D -p udp --orig-dst "$address" --orig-port-dst 6081 >/dev/null 2>&1 || true
  changed "rules replaced: 2 for each of $(echo "$gateways" | wc -l | tr -d ' ') gateway addresses on $interface"
fi

# Saved before the service is started: it would load what its package brings, which rejects port 80.
is_saved() { [ -e "$saved_rules" ] && is_wanted "$saved_rules"; }
if ! is_saved && [ -n "$check" ]; then
  changed "rules in $saved_rules are others"
elif ! is_saved; then
  saver=/usr/libexec/iptables/iptables.init
  if [ "$package_manager" = dnf ] && [ -x "$saver" ]; then "$saver" save </dev/null >&2 || true; fi
  # The saver of some versions sees no tables when iptables is nftables underneath, and saves nothing.
  if ! is_saved; then
    mkdir -p "${saved_rules%/*}"
    (umask 077 && iptables-save >"$saved_rules.new")
    mv "$saved_rules.new" "$saved_rules"
    if command -v restorecon >/dev/null; then restorecon "$saved_rules"; fi
  fi
  is_wanted "$saved_rules" || fail 1 "$saved_rules does not hold the hairpin rules after saving"
  changed "rules saved in $saved_rules"
fi

# ---- Services ----

for service in "$iptables_service" "$web_service"; do
  if ! systemctl is-enabled --quiet "$service"; then
    [ -n "$check" ] || systemctl enable --quiet "$service" || fail 1 "$service cannot be enabled"
    changed "$service enabled"
  fi
  if ! systemctl is-active --quiet "$service"; then
    [ -n "$check" ] || systemctl start "$service" || {
      systemctl status --no-pager --lines=10 "$service" >&2 || true
      fail 1 "$service does not start (see above)"
    }
    changed "$service started"
  fi
done

# ---- Health checks ----

listens() { [ -n "$(ss -H -l -n -t "sport = :$health_port")" ]; }

# The first line that is answered; bash is on both systems, curl is not.
answer() {
  # shellcheck disable=SC2016 # For the inner shell.
  timeout 5 bash -c 'exec 3<>"/dev/tcp/$0/$1" && printf "GET %s HTTP/1.0\r\n\r\n" "$2" >&3 && head -n 1 <&3' \
    "$address" "$health_port" "$health_path" 2>&1 | tr -d '\r'
}
# AWS takes 200 to 399 for healthy (ELBv2 API, Matcher).
answers() { answer | grep -Eq '^HTTP/[0-9.]+ [23][0-9][0-9]( |$)'; }

if [ -n "$check" ]; then
  if ! listens || { [ -n "$health_path" ] && ! answers; }; then changed "health checks are not answered"; fi
  result
  exit
fi

# Both systems' web servers serve /var/www/html on port 80 and read every file of this folder.
listener=$web_config/gwlb-inspection.conf
printf 'Listen %s\n<VirtualHost *:%s>\n  DocumentRoot /var/www/html\n</VirtualHost>\n' "$health_port" "$health_port" >"$scratch/listener"
if [ -e "$listener" ] && { [ "$health_port" = 80 ] || ! cmp -s "$listener" "$scratch/listener"; }; then
  rm "$listener"
  changed "$listener removed: it was for another port"
  systemctl reload "$web_service" || fail 1 "$web_service does not reload its configuration"
fi
# What listens already needs no second one, which the web server would refuse.
if [ "$health_port" != 80 ] && ! listens; then
  install -m 644 "$scratch/listener" "$listener"
  if command -v restorecon >/dev/null; then restorecon "$listener"; fi
  if ! systemctl reload "$web_service"; then
    rm "$listener"
    fail 1 "$web_service does not reload its configuration with TCP port $health_port"
  fi
  changed "$web_service listens on TCP port $health_port"
fi

remaining=150
until listens; do
  remaining=$((remaining - 1))
  [ "$remaining" -gt 0 ] || fail 1 "$web_service is active, yet after 30 s nothing listens on TCP port $health_port"
  sleep 0.2
done

if [ -n "$health_path" ] && ! answers; then
  # Amazon Linux has a test page with 403 for an empty folder.
  case $health_path in
    */) page=/var/www/html${health_path}index.html ;;
    *) page=/var/www/html$health_path ;;
  esac
  if [ ! -e "$page" ]; then
    echo 'ok' >"$scratch/page"
    install -D -m 644 "$scratch/page" "$page" || fail 1 "$page cannot be made"
    if command -v restorecon >/dev/null; then restorecon "$page"; fi
    changed "$page made"
  fi
  answers || fail 1 "GET $health_path on TCP port $health_port is answered with \"$(answer)\": expected 200 to 399"
fi

result
