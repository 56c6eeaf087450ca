"""Holds sockets in many network namespaces at once: servers, senders, and captures of what passes by.

Each line of standard input is a JSON command, answered by a line:
{"open": [{"namespace", "watch", "address"?, "tcp": [port], "udp": [port]}]}: opens a namespace's sockets ("" is the own one);
{"send": [{"namespace", "protocol", "source", "destination", "number", "index"}]}: one packet each;
{"collect": true}: everything of those packets and their answers that was seen since the last time.

A packet is told from all others by its number (ICMP identifier, client's port) and index.
"""

import ctypes
import json
import os
import selectors
import socket
import struct
import sys

CLONE_NEWNET = 0x40000000
ETH_P_ALL = 3
SO_TIMESTAMPNS = 35
SO_RCVBUFFORCE = 33
# Enough for every path, and few enough that a loop soon ends.
TIME_TO_LIVE = 32
GENEVE_PORT = 6081
ANSWERING = {"udp": 7, "tcp": 443}
PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp"}
SYN, ACK = 0x02, 0x10

libc = ctypes.CDLL(None, use_errno=True)
own = os.open("/proc/self/ns/net", os.O_RDONLY)


class Inside:
    """Sockets that are made inside stay in that namespace."""

    def __init__(self, namespace):
        self.namespace = namespace

    def __enter__(self):
        if self.namespace != "":
            descriptor = os.open(f"/run/netns/{self.namespace}", os.O_RDONLY)
            enter(descriptor)
            os.close(descriptor)

    def __exit__(self, *_):
        enter(own)


def enter(descriptor):
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def packet(protocol, source, destination, number, index):
    addresses = socket.inet_aton(source) + socket.inet_aton(destination)
    if protocol == "icmp":
        kind = 1
        body = struct.pack("!BBHHH", 8, 0, 0, number, index)
        body = body[:2] + struct.pack("!H", checksum(body)) + body[4:]
    elif protocol == "udp":
        kind = 17
        body = struct.pack("!HHHHH", number, ANSWERING["udp"], 10, 0, index)
    else:
        kind = 6
        body = struct.pack("!HHIIBBHHH", number, ANSWERING["tcp"], index, 0, 5 << 4, SYN, 1024, 0, 0)
        pseudo = addresses + struct.pack("!HH", kind, len(body))
        body = body[:16] + struct.pack("!H", checksum(pseudo + body)) + body[18:]
    # Length, identification and checksum are the kernel's to fill in.
    return struct.pack("!BBHHHBBH", 0x45, 0, 0, 0, 0, TIME_TO_LIVE, kind, 0) + addresses + body


def parse(data):
    """Protocol, number, index, leg, source and destination of a sent packet or its answer; None for all others."""
    if len(data) < 28 or data[0] >> 4 != 4:
        return None
    body = data[(data[0] & 15) * 4 :]
    protocol = PROTOCOLS.get(data[9])
    ends = [socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20])]
    if protocol == "icmp" and body[0] in (8, 0):
        return [protocol, *struct.unpack("!HH", body[4:8]), "request" if body[0] == 8 else "reply", *ends]
    if protocol == "icmp" or protocol is None or len(body) < 10:
        return None
    source, destination = struct.unpack("!HH", body[:4])
    if protocol == "tcp" and not body[13] & SYN:
        return None
    index = 1 if protocol == "tcp" else struct.unpack("!H", body[8:10])[0]
    if destination == ANSWERING[protocol] and not (protocol == "tcp" and body[13] & ACK):
        return [protocol, source, index, "request", *ends]
    if source == ANSWERING[protocol]:
        return [protocol, destination, index, "reply", *ends]
    return None


def seen(data):
    """What `parse` gives, and the addresses of the GENEVE datagram around it."""
    if len(data) > 36 and data[9] == 17:
        datagram = data[(data[0] & 15) * 4 :]
        if struct.unpack("!H", datagram[2:4])[0] == GENEVE_PORT:
            inner = parse(datagram[16 + (datagram[8] & 0x3F) * 4 :])
            outer = [socket.inet_ntoa(data[12:16]), socket.inet_ntoa(data[16:20])]
            return None if inner is None else [*inner, outer]
    found = parse(data)
    return None if found is None else [*found, None]


class Observer:
    def __init__(self):
        self.selector = selectors.DefaultSelector()
        self.senders = {}
        self.events = []

    def open(self, namespace, watch, tcp, udp, address="0.0.0.0"):
        with Inside(namespace):
            sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
            self.senders[namespace] = sender
            if watch:
                wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
                wire.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
                wire.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
                self.register(wire, lambda: self.capture(namespace, wire))
            if tcp:
                # An unanswered handshake is not to be seen twice.
                with open("/proc/sys/net/ipv4/tcp_synack_retries", "w", encoding="ascii") as setting:
                    setting.write("0")
            for port in tcp:
                self.serve(address, port)
            for port in udp:
                self.echo(address, port)

    def register(self, sock, handle):
        sock.setblocking(False)
        self.selector.register(sock, selectors.EVENT_READ, handle)

    def serve(self, address, port):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.bind((address, port))
        listener.listen(64)
        self.register(listener, lambda: listener.accept()[0].close())

    def echo(self, address, port):
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind((address, port))

        def answer():
            payload, peer = server.recvfrom(2048)
            server.sendto(payload, peer)

        self.register(server, answer)

    def capture(self, namespace, wire):
        # Until there is nothing more, which is an error.
        while True:
            data, ancillary, _, (link, _, direction, *_) = wire.recvmsg(2048, 64)
            found = seen(data)
            if found is None:
                continue
            seconds, nanoseconds = struct.unpack("qq", ancillary[0][2])
            way = "out" if direction == socket.PACKET_OUTGOING else "in"
            self.events.append([seconds * 10**9 + nanoseconds, namespace, link, way, *found])

    def send(self, namespace, protocol, source, destination, number, index):
        data = packet(protocol, source, destination, number, index)
        self.senders[namespace].sendto(data, (destination, 0))

    def command(self, line):
        given = json.loads(line)
        for namespace in given.get("open", []):
            self.open(**namespace)
        for each in given.get("send", []):
            self.send(**each)
        events = []
        if "collect" in given:
            events, self.events = sorted(self.events), []
        print(json.dumps([[str(time), *rest] for time, *rest in events]), flush=True)

    def run(self):
        waiting = b""
        self.selector.register(0, selectors.EVENT_READ)
        while True:
            ready = self.selector.select()
            for key, _ in ready:
                if key.data is not None:
                    try:
                        key.data()
                    except OSError:
                        # Nothing to read after all, or nobody to answer: no concern of a capture.
                        pass
            if any(key.fd == 0 for key, _ in ready):
                data = os.read(0, 1 << 20)
                if data == b"":
                    return
                waiting += data
                while b"\n" in waiting:
                    line, waiting = waiting.split(b"\n", 1)
                    self.command(line)


if __name__ == "__main__":
    sys.exit(Observer().run())
