#!/bin/sh
# Lets nothing of a measurement go on here when who measures is gone, however it went. Who measures renews its lease:
#
#   lease.sh run --id ID --seconds N [-- ARGUMENT...]  runs the script on standard input, ends it when the lease is over
#   lease.sh renew --id ID --seconds N                 the lease of what this measurement has running is over in N seconds
#
# A lease is a folder whose file `until` says when it is over, in seconds since this host was booted; a capture's folder is
# one. `run` first removes what has outlived its lease, if it is this user's own; it has the script's output and exit code.
# `renew` prints {"renewed":NUMBER}.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# fail CODE TEXT
fail() {
  code=$1
  shift
  echo "lease: error: $*" >&2
  exit "$code"
}

usage='expected: lease.sh run|renew --id ID --seconds N [-- ARGUMENT...]'
[ $# -ge 1 ] || fail 64 "$usage"
action=$1
shift
case $action in run | renew) ;; *) fail 64 "unknown action \"$action\"; $usage" ;; esac
id='' seconds=''
while [ $# -gt 0 ] && [ "$1" != -- ]; do
  [ $# -ge 2 ] || fail 64 "$1 needs a value; $usage"
  case $1 in
    --id) id=$2 ;;
    --seconds) seconds=$2 ;;
    *) fail 64 "unknown argument \"$1\"; $usage" ;;
  esac
  shift 2
done
[ $# = 0 ] || shift
echo "$id" | grep -Eqx '[A-Za-z0-9_-]{1,64}' || fail 64 "--id \"$id\": expected 1 to 64 letters, digits, - and _"
echo "$seconds" | grep -Eqx '[1-9][0-9]{0,4}' || fail 64 "--seconds \"$seconds\": expected 1 to 99999"

# Both are in memory: a reboot, which starts the seconds anew, removes them. The first is root's.
captures=/run/gwlb-inspection-capture-
commands=/run/gwlb-inspection-command-
scripts=/dev/shm/gwlb-inspection-lease-

# prolong FOLDER: by a rename, so that nobody reads half of it.
prolong() {
  read -r now _ </proc/uptime
  echo $((${now%%.*} + seconds)) >"$1/until.new"
  mv "$1/until.new" "$1/until"
}

# over FOLDER. One without a time is being made at this moment, or never will have one.
over() {
  until=$(cat "$1/until" 2>/dev/null) || until=''
  case $until in
    '' | *[!0-9]*)
      made=$(stat -c %Y "$1" 2>/dev/null) || return 0
      [ $(($(date +%s) - made)) -ge 2 ]
      ;;
    *)
      read -r now _ </proc/uptime
      [ "${now%%.*}" -ge "$until" ]
      ;;
  esac
}

# A process belongs to the capture that its arguments name. Where the folder is gone, nobody else will end it.
sweep() {
  user=$(id -u)
  grep -ls "$captures" /proc/[0-9]*/cmdline | while read -r arguments; do
    folder=$(tr '\0' '\n' <"$arguments" 2>/dev/null | sed -n "s|.*\(${captures}[A-Za-z0-9_-]*\).*|\1|p" | sed 1q)
    number=${arguments#/proc/}
    if [ -n "$folder" ] && over "$folder" && over "$folder.stopping"; then
      kill -s KILL "${number%/cmdline}" 2>/dev/null || true
    fi
  done
  for folder in "$captures"* "$commands"* "$scripts"*; do
    if [ -d "$folder" ] && [ "$(stat -c %u "$folder" 2>/dev/null)" = "$user" ] && over "$folder"; then rm -rf "$folder"; fi
  done
}

run() {
  sweep
  lease=$(mktemp -d "$scripts$id-XXXXXX")
  trap 'rm -rf "$lease"' EXIT
  trap 'exit 143' INT TERM HUP
  prolong "$lease"
  # `timeout` has made a group of all that belongs to the script.
  (
    while sleep 1; do
      if over "$lease"; then break; fi
    done
    kill -s TERM 0
  ) </dev/null >/dev/null 2>&1 &
  watcher=$!
  code=0
  sh -s -- "$@" || code=$?
  kill "$watcher" 2>/dev/null || true
  exit "$code"
}

renew() {
  renewed=0
  for folder in "$captures$id" "$captures$id.stopping" "$scripts$id-"*; do
    [ -e "$folder/until" ] || continue
    # It may have ended just now.
    if (prolong "$folder") 2>/dev/null; then renewed=$((renewed + 1)); fi
  done
  printf '{"renewed":%s}\n' "$renewed"
}

"$action" "$@"
