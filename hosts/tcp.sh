#!/bin/sh
# Opens connections to a destination's TCP port and sends one segment by each: a pattern and the request's number, 32 bits, which tell it
# from all others' packets. Needs no root, but python3:
#
#   tcp.sh --destination ADDRESS --port PORT --count N --interval SECONDS --timeout SECONDS --pattern 32-HEX-DIGITS --source-port PORT
#
# Request N comes from the port N - 1 above the given one. It is answered when the destination has acknowledged the segment, or reset the
# connection after it. The connection is reset then, so that neither side keeps anything of it.
#
# The last line is {"connected":[N,…],"answered":[N,…],"refused":[N,…],"milliseconds":[N,…]}: numbers of requests, from 1, and how long
# it took until each connection was there, or refused.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# fail CODE TEXT
fail() {
  code=$1
  shift
  echo "tcp: error: $*" >&2
  exit "$code"
}

destination='' port='' count='' interval='' timeout='' pattern='' source_port=''
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || fail 64 "$1 needs a value"
  case $1 in
    --destination) destination=$2 ;;
    --port) port=$2 ;;
    --count) count=$2 ;;
    --interval) interval=$2 ;;
    --timeout) timeout=$2 ;;
    --pattern) pattern=$2 ;;
    --source-port) source_port=$2 ;;
    *) fail 64 "unknown argument \"$1\"" ;;
  esac
  shift 2
done

# check OPTION VALUE EXPRESSION EXPECTATION
check() { printf '%s\n' "$2" | grep -Eqx "$3" || fail 64 "$1 \"$2\": expected $4"; }
number='([0-9]|[1-9][0-9]{1,4})(\.[0-9]{1,3})?'
check --destination "$destination" '([0-9]{1,3}\.){3}[0-9]{1,3}' 'an IPv4 address such as 10.0.3.10'
check --port "$port" '[1-9][0-9]{0,4}' 'a TCP port'
check --count "$count" '[1-9][0-9]{0,3}' '1 to 9999'
check --interval "$interval" "$number" 'seconds'
check --timeout "$timeout" "$number" 'seconds'
check --pattern "$pattern" '[0-9A-Fa-f]{32}' '32 hexadecimal digits'
check --source-port "$source_port" '[1-9][0-9]{3,4}' 'a TCP port from 1024 on'
command -v python3 >/dev/null || fail 69 "python3 is not installed"

program=$(
  cat <<'PYTHON'
import errno, socket, struct, sys, threading, time

destination, port, count, interval, timeout, pattern, first = sys.argv[1:]
port, count, first, interval, timeout = int(port), int(count), int(first), float(interval), float(timeout)
# Of Linux's struct tcp_info: the state, and how many segments are not acknowledged yet.
state_at, unacknowledged_at, closed = 0, 24, 7
# What says that packets were lost, or turned away on their way; anything else, that they were not sent.
losses = (errno.ETIMEDOUT, errno.EHOSTUNREACH)
# Of each request: milliseconds of the handshake, or None, and what became of it.
took, outcomes, failures = [None] * count, [""] * count, []


def is_answered(connection):
    until = time.monotonic() + timeout
    while True:
        info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
        if info[state_at] == closed or struct.unpack_from("=I", info, unacknowledged_at)[0] == 0:
            return True
        if time.monotonic() > until:
            return False
        time.sleep(0.002)


def request(index):
    time.sleep(index * interval)
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Closed by a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("=ii", 1, 0))
        connection.settimeout(timeout)
        connection.bind(("", first + index))
        begun = time.monotonic()
        try:
            connection.connect((destination, port))
        except ConnectionRefusedError:
            outcomes[index] = "refused"
        except socket.timeout:
            return
        except OSError as error:
            if error.errno in losses:
                return
            raise
        took[index] = (time.monotonic() - begun) * 1000
        if outcomes[index] == "refused":
            return
        outcomes[index] = "connected"
        try:
            connection.sendall(bytes.fromhex(pattern) + struct.pack(">I", index + 1))
            answered = is_answered(connection)
        except ConnectionResetError:
            # Before the segment was sent: nothing has answered it.
            answered = False
        if answered:
            outcomes[index] = "answered"


def attempt(index):
    try:
        request(index)
    except OSError as error:
        failures.append("request %d from port %d: %s" % (index + 1, first + index, error))


threads = [threading.Thread(target=attempt, args=(index,)) for index in range(count)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
if failures:
    sys.exit("tcp: error: " + failures[0])
# What the destination sends after its answer is on its way still, and to be seen whole on targets.
time.sleep(max([0.3] + [2 * each / 1000 for each in took if each is not None]))


def numbers(*wanted):
    return "[%s]" % ",".join(str(index + 1) for index, each in enumerate(outcomes) if each in wanted)


print(
    '{"connected":%s,"answered":%s,"refused":%s,"milliseconds":[%s]}'
    % (
        numbers("connected", "answered"),
        numbers("answered"),
        numbers("refused"),
        ",".join("%.3f" % each for each in took if each is not None),
    )
)
PYTHON
)
python3 -c "$program" "$destination" "$port" "$count" "$interval" "$timeout" "$pattern" "$source_port"
