"""Plays a GWLB's target, and the consumer behind its endpoint, against a gateway.

Its argument is JSON: {"consumer": {namespace, link}, "target": {namespace, link, address}}. Each line of standard input
is {"inner": kind, "answer": how} or {"flows": n, "packets": n}; each is answered by a line.
"""

import json
import socket
import sys

import packets
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from wire import Wire

GENEVE_PORT = 6081
# GENEVE with GWLB's options.
HEADER = 40
# Packets on their way at a time: fewer than any queue holds.
WINDOW = 64


def changed(offset, mask):
    """A change of some bits of one byte."""
    return lambda payload: payload[:offset] + bytes([payload[offset] ^ mask]) + payload[offset + 1 :]


def renewed(cookie, **header):
    """An answer with a header of its own around the same inner packet."""
    return lambda payload: packets.geneve(payload[HEADER:], cookie, **header)


def without_order(payload):
    """The second option before the first."""
    return payload[:8] + payload[20:32] + payload[8:20] + payload[32:]


# How an answer differs from what came, by name. Offsets are those of RFC 8926 with GWLB's options.
ANSWERS = {
    "as it came": lambda payload: payload,
    "version 1": changed(0, 0x40),
    "the control bit set": changed(1, 0x80),
    "another protocol": changed(2, 0x8E),
    "another VNI": changed(6, 0x01),
    "an endpoint ID of another length": changed(11, 0x03),
    "another endpoint ID": changed(19, 0x01),
    "another attachment ID": changed(31, 0x01),
    "another cookie": changed(39, 0x01),
    "options in another order": without_order,
    "no options": lambda payload: packets.geneve(payload[HEADER:], 0, options=[]),
    "one option less": lambda payload: bytes([6]) + payload[1:32] + payload[HEADER:],
    "a flow of its own": renewed(0x12345678, options=packets.options(0x01111111111111111, 0x12345678)),
    "garbage": lambda payload: packets.garbage(len(payload)),
    "nothing at all": lambda payload: b"",
    "half a GENEVE header": lambda payload: payload[:20],
    "no inner packet": lambda payload: payload[:HEADER],
    "half an inner header": lambda payload: payload[: HEADER + 10],
    "an inner packet cut short": lambda payload: payload[:-1],
    "an inner packet of the other IP version": lambda payload: payload[:HEADER] + packets.inner("IPv6 UDP"),
    "an inner packet of 8501 bytes": lambda payload: payload[:HEADER] + packets.inner("8501 bytes"),
    "an inner packet of 8500 bytes": lambda payload: payload[:HEADER] + packets.inner("8500 bytes"),
    "another source port": lambda payload: payload,
    "another source address": lambda payload: payload,
}


class TargetSide:
    def __init__(self, consumer, target):
        self.consumer = Wire(consumer["namespace"], consumer["link"])
        self.wire = Wire(target["namespace"], target["link"])
        self.address = target["address"]
        # Nobody reads it. Without it the kernel would refuse what is for us.
        self.port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.port.bind((self.address, GENEVE_PORT))
        self.sentinels = 0

    def offer(self, packet):
        self.consumer.send(packet, packets.IPV6 if packet[0] >> 4 == 6 else packets.IPV4)

    def is_geneve(self, outgoing, frame):
        packet = Ether(frame)
        return not outgoing and IP in packet and packet[IP].proto == 17 and packet[IP].dst == self.address

    @staticmethod
    def payload(frame):
        """UDP payload of a frame whose IP header has no options."""
        return frame[42:]

    def reply(self, frame, how="as it came"):
        """Answers a datagram: addresses swapped, ports kept."""
        came = Ether(frame)
        source = "10.1.1.99" if how == "another source address" else came[IP].dst
        port = 1024 if how == "another source port" else came[UDP].sport
        outer = Ether(dst=came.src, src=came.dst) / IP(src=source, dst=came[IP].src, flags="DF")
        datagram = UDP(sport=port, dport=GENEVE_PORT, chksum=0) / Raw(ANSWERS[how](self.payload(frame)))
        self.wire.send(bytes(outer / datagram))

    def exchange(self, inner, answer):
        for wire in (self.wire, self.consumer):
            list(wire.frames())
        self.sentinels += 1
        packet = packets.inner(inner)
        # Nothing overtakes: a case is over when the packet after it is through.
        sentinel = packets.echo(0x30000 + self.sentinels)
        self.offer(packet)
        self.offer(sentinel)
        seen, complete = self.wire.until_ending(sentinel)
        arrived = [frame for outgoing, frame in seen if self.is_geneve(outgoing, frame)]
        if not complete:
            return {"error": f"the packet after it did not arrive at the target; {len(arrived)} did"}
        last = arrived.pop()
        for frame in arrived:
            self.reply(frame, answer)
        self.reply(last)
        seen, complete = self.consumer.until_ending(sentinel)
        if not complete:
            return {"error": "the packet after it did not come back to the consumer"}
        returned = [frame for outgoing, frame in seen if not outgoing and frame[0] >> 4 in (4, 6)]
        return {
            "arrived": [self.describe(frame, packet) for frame in arrived],
            "back": ["intact" if frame == packet else f"{len(frame)} bytes" for frame in returned[:-1]],
        }

    def describe(self, frame, inner):
        packet = Ether(frame)
        return {
            "source": packet[IP].src,
            "sourcePort": packet[UDP].sport,
            "destinationPort": packet[UDP].dport,
            "checksum": packet[UDP].chksum,
            "dontFragment": bool(packet[IP].flags.DF),
            "intact": self.payload(frame)[HEADER:] == inner,
            **packets.decode(self.payload(frame)),
        }

    def flood(self, flows, count):
        """Many packets of several flows, all answered. Tells what came back, in order, of how many flows."""
        for wire in (self.wire, self.consumer):
            list(wire.frames())
        sent = [packets.udp(41000 + number % flows, 100 + number // flows) for number in range(count)]
        back = []
        outer = set()
        for start in range(0, count, WINDOW):
            window = sent[start : start + WINDOW]
            for packet in window:
                self.offer(packet)
            seen, _ = self.wire.until_ending(window[-1])
            for frame in (frame for outgoing, frame in seen if self.is_geneve(outgoing, frame)):
                outer.add((Ether(frame)[UDP].sport, self.payload(frame)[36:HEADER]))
                self.reply(frame)
            seen, _ = self.consumer.until_ending(window[-1])
            back += [frame for outgoing, frame in seen if not outgoing]
        return {"backInOrder": back == sent, "back": len(back), "portsAndCookies": len(outer)}


def main():
    side = TargetSide(**json.loads(sys.argv[1]))
    for line in sys.stdin:
        ask = json.loads(line)
        answer = side.flood(ask["flows"], ask["packets"]) if "flows" in ask else side.exchange(**ask)
        print(json.dumps(answer), flush=True)


main()
