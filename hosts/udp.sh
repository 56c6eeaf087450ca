#!/bin/sh
# Sends datagrams to a destination's UDP port, with a pattern and the request's number, 32 bits, which tell them from all others' packets.
# Needs no root, but python3:
#
#   udp.sh --destination ADDRESS --port PORT --count N --interval SECONDS --timeout SECONDS --pattern 32-HEX-DIGITS --source-port PORT
#
# Request N comes from the port N - 1 above the given one. It is answered when a datagram comes back that begins with the same 20 bytes, and
# refused when an ICMP message says that nothing listens there.
#
# The last line is {"answered":[N,…],"refused":[N,…],"milliseconds":[N,…]}: numbers of requests, from 1, and how long it took until each
# was answered or refused, in the order of the two lists.
set -eu
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin

# fail CODE TEXT
fail() {
  code=$1
  shift
  echo "udp: error: $*" >&2
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
check --port "$port" '[1-9][0-9]{0,4}' 'a UDP port'
check --count "$count" '[1-9][0-9]{0,3}' '1 to 9999'
check --interval "$interval" "$number" 'seconds'
check --timeout "$timeout" "$number" 'seconds'
check --pattern "$pattern" '[0-9A-Fa-f]{32}' '32 hexadecimal digits'
check --source-port "$source_port" '[1-9][0-9]{3,4}' 'a UDP port from 1024 on'
command -v python3 >/dev/null || fail 69 "python3 is not installed"

program=$(
  cat <<'PYTHON'
import errno, socket, struct, sys, threading, time

destination, port, count, interval, timeout, pattern, first = sys.argv[1:]
port, count, first, interval, timeout = int(port), int(count), int(first), float(interval), float(timeout)
# What says that packets were turned away on their way; anything else, that they were not sent.
losses = (errno.EHOSTUNREACH, errno.ENETUNREACH)
# Of each request: how it ended and after how many milliseconds; absent: it was lost.
outcomes, failures = {}, []


def request(index):
    time.sleep(index * interval)
    message = bytes.fromhex(pattern) + struct.pack(">I", index + 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.bind(("", first + index))
        # Nobody else's datagrams are read, and ICMP messages are told.
        connection.connect((destination, port))
        begun = time.monotonic()
        try:
            connection.send(message)
            while True:
                left = begun + timeout - time.monotonic()
                if left <= 0:
                    return
                connection.settimeout(left)
                if connection.recv(65535).startswith(message):
                    how = "answered"
                    break
        except ConnectionRefusedError:
            how = "refused"
        except socket.timeout:
            return
        except OSError as error:
            if error.errno in losses:
                return
            raise
        outcomes[index] = (how, (time.monotonic() - begun) * 1000)


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
    sys.exit("udp: error: " + failures[0])


def ended(how):
    return [index for index in range(count) if outcomes.get(index, ("",))[0] == how]


def listed(values):
    return "[%s]" % ",".join(values)


answered, refused = ended("answered"), ended("refused")
print(
    '{"answered":%s,"refused":%s,"milliseconds":%s}'
    % (
        listed(str(index + 1) for index in answered),
        listed(str(index + 1) for index in refused),
        listed("%.3f" % outcomes[index][1] for index in answered + refused),
    )
)
PYTHON
)
python3 -c "$program" "$destination" "$port" "$count" "$interval" "$timeout" "$pattern" "$source_port"
