"""Plays the GWLB against a hairpin target: sends datagrams, tells what comes back and what else leaves the target.

Its argument is JSON: {"gateway": {namespace, link, address, nextHop}, "target": {namespace, link, address}}. Each line
of standard input is {"datagram": kind, "port": source port, "to": destination port} or {"flows": n, "packets": n}; each
is answered by a line.
"""

import json
import sys

import packets
from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Ether
from scapy.packet import Raw
from wire import Wire

GENEVE_PORT = 6081
# Packets on their way at a time: fewer than any queue holds.
WINDOW = 64


class GatewaySide:
    def __init__(self, gateway, target):
        self.gateway = gateway["address"]
        self.next_hop = gateway["nextHop"]
        self.target = target["address"]
        self.wire = Wire(gateway["namespace"], gateway["link"])
        self.target_wire = Wire(target["namespace"], target["link"])
        self.sentinels = 0

    def send(self, payload, port, to=GENEVE_PORT):
        ip = IP(src=self.gateway, dst=self.target, flags="DF")
        frame = Ether(dst=self.next_hop, src=self.wire.mac) / ip / UDP(sport=port, dport=to, chksum=0) / Raw(payload)
        self.wire.send(bytes(frame))

    def from_target(self, outgoing, frame):
        """The frame's IP packet if it came from the target and is no TCP, as health checks are."""
        packet = Ether(frame)
        if not outgoing and IP in packet and packet[IP].src == self.target and packet[IP].proto != 6:
            return packet[IP]
        return None

    def probe(self, datagram, port, to=GENEVE_PORT):
        for wire in (self.wire, self.target_wire):
            list(wire.frames())
        payload = packets.datagram(datagram)
        self.sentinels += 1
        # What comes back after it was decided after it: a case is over when it is back.
        sentinel = packets.geneve(packets.echo(0x30000 + self.sentinels), 2)
        self.send(payload, port, to)
        self.send(sentinel, 65535)
        seen, complete = self.wire.until_ending(sentinel, 1)
        back = [packet for packet in (self.from_target(*each) for each in seen) if packet is not None]
        # A refusal quotes what it refuses, and ends with it, too.
        sentinel_back = complete and back[-1].proto == 17
        if sentinel_back:
            back.pop()
        left = [Ether(frame) for outgoing, frame in self.target_wire.frames() if outgoing]
        others = [each[IP] for each in left if IP in each and each[IP].proto not in (6, 17)]
        return {
            "sentinelBack": sentinel_back,
            "back": [self.describe(packet, payload) for packet in back if packet.proto == 17],
            "datagramsLeft": sum(IP in each and each[IP].proto == 17 for each in left),
            "othersLeft": [
                each.sprintf("%IP.proto% %ICMP.type% %ICMP.code% of port %UDPerror.sport%") for each in others
            ],
        }

    @staticmethod
    def describe(packet, payload):
        return {
            "source": packet.src,
            "sourcePort": packet[UDP].sport,
            "destination": packet.dst,
            "destinationPort": packet[UDP].dport,
            "checksum": packet[UDP].chksum,
            "dontFragment": bool(packet.flags.DF),
            # Of the bytes themselves: scapy would make a GENEVE of them first.
            "intact": bytes(packet)[28 : packet.len] == payload,
        }

    def flood(self, flows, count):
        """Many packets of several flows. Tells how many came back to where they came from, unchanged and in order."""
        list(self.wire.frames())
        sent = [packets.geneve(packets.echo(number), number % flows) for number in range(count)]
        back = []
        for start in range(0, count, WINDOW):
            for number in range(start, min(start + WINDOW, count)):
                self.send(sent[number], 50000 + number % flows)
            last = sent[min(start + WINDOW, count) - 1]
            seen, _ = self.wire.until_ending(last)
            arrived = (self.from_target(*each) for each in seen)
            back += [(packet[UDP].sport, bytes(packet)[28:]) for packet in arrived if packet is not None]
        expected = [(50000 + number % flows, sent[number]) for number in range(count)]
        return {"backInOrder": back == expected, "back": len(back)}


def main():
    side = GatewaySide(**json.loads(sys.argv[1]))
    for line in sys.stdin:
        ask = json.loads(line)
        answer = side.flood(ask["flows"], ask["packets"]) if "flows" in ask else side.probe(**ask)
        print(json.dumps(answer), flush=True)


main()
