"""What goes through a GWLB, made by scapy: inner packets of every kind, and GENEVE around them."""

import random

from scapy.contrib.geneve import GENEVE, GeneveOptions
from scapy.layers.inet import ICMP, IP, TCP, UDP, IPerror, UDPerror
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6, IPv6ExtHdrFragment
from scapy.packet import Raw

AMAZON = 0x0108
IPV4 = 0x0800
IPV6 = 0x86DD
# Documentation addresses (RFC 5737, RFC 3849): no host of the tests answers to them.
V4 = {"src": "192.0.2.1", "dst": "198.51.100.1"}
V6 = {"src": "2001:db8::1", "dst": "2001:db8:1::1"}
BACK = {"src": V4["dst"], "dst": V4["src"]}


def pattern(length):
    return bytes(index % 251 for index in range(length))


def echo(number, length=56):
    """An echo request that can be told from all others."""
    return bytes(IP(**V4) / ICMP(id=number >> 16, seq=number & 0xFFFF) / Raw(pattern(length)))


def udp(port, length):
    """`length` is that of the whole packet."""
    return bytes(IP(**V4) / UDP(sport=port, dport=7) / Raw(pattern(length - 28)))


def icmp_error():
    refused = IPerror(**V4) / UDPerror(sport=40001, dport=9) / Raw(pattern(8))
    return bytes(IP(**BACK) / ICMP(type="dest-unreach", code="port-unreachable") / refused)


def inner(kind):
    """The inner packet's bytes."""
    return {
        "echo request": lambda: echo(0x10001),
        "echo reply": lambda: bytes(IP(**BACK) / ICMP(type="echo-reply", id=1, seq=1) / Raw(pattern(56))),
        "UDP": lambda: udp(40001, 100),
        "TCP SYN": lambda: bytes(IP(**V4) / TCP(sport=40001, dport=80, flags="S")),
        "TCP segment": lambda: bytes(IP(**V4) / TCP(sport=40001, dport=80, flags="PA") / Raw(pattern(1400))),
        "ICMP error": icmp_error,
        "first fragment": lambda: bytes(
            IP(**V4, id=7, flags="MF") / UDP(sport=40001, dport=7, len=2008) / pattern(1472)
        ),
        "later fragment": lambda: bytes(IP(**V4, id=7, frag=185, proto=17) / Raw(pattern(528))),
        "IPv6 echo request": lambda: bytes(IPv6(**V6) / ICMPv6EchoRequest(id=1, seq=1, data=pattern(56))),
        "IPv6 UDP": lambda: bytes(IPv6(**V6) / UDP(sport=40001, dport=7) / Raw(pattern(100))),
        "IPv6 fragment": lambda: bytes(IPv6(**V6) / IPv6ExtHdrFragment(id=7, offset=100, nh=17) / Raw(pattern(100))),
        "8500 bytes": lambda: udp(40001, 8500),
        "8501 bytes": lambda: udp(40001, 8501),
        "half an IP header": lambda: echo(0x10001)[:10],
    }[kind]()


def options(endpoint, cookie, attachment=0):
    values = [(1, endpoint.to_bytes(8, "big")), (2, attachment.to_bytes(8, "big")), (3, cookie.to_bytes(4, "big"))]
    return [GeneveOptions(classid=AMAZON, type=number, data=data) for number, data in values]


def geneve(packet, cookie, **header):
    """GENEVE as GWLB makes it, but for what `header` says."""
    proto = IPV6 if packet[0] >> 4 == 6 else IPV4
    fields = {"proto": proto, "options": options(0x0123456789ABCDEF, cookie), **header}
    return bytes(GENEVE(**fields)) + packet


def garbage(length):
    return random.Random(length).randbytes(length)


def datagram(kind):
    """UDP payloads for the hairpin: GWLB's own of each inner packet, and what GWLB would never send."""
    packet = echo(0x20001)
    spoiled = {
        "version 1": lambda: geneve(packet, 1, version=1),
        "an endpoint ID of 4 bytes": lambda: geneve(
            packet, 1, options=[GeneveOptions(classid=AMAZON, type=1, data=bytes(4)), *options(1, 1)[1:]]
        ),
        "options longer than the datagram": lambda: geneve(b"E", 1, optionlen=63),
        "no options": lambda: geneve(packet, 1, options=[]),
        "another VNI": lambda: geneve(packet, 1, vni=0x123456),
        "garbage": lambda: garbage(200),
        "one byte": lambda: b"\0",
        "nothing at all": lambda: b"",
        "a packet of the MTU": lambda: garbage(9001 - 28),
    }
    return spoiled[kind]() if kind in spoiled else geneve(inner(kind), 1)


def decode(payload):
    """What scapy makes of a GENEVE header, for JSON."""
    packet = GENEVE(payload)
    found = []
    # Scapy 2.5 takes all options behind the first one for its payload.
    rest = b"".join(bytes(each) for each in packet.options)
    while rest:
        option = GeneveOptions(rest)
        found.append([option.classid, option.type, option.data.hex()])
        rest = bytes(option.payload)
    return {
        "version": packet.version,
        "control": packet.oam,
        "critical": packet.critical,
        "protocol": packet.proto,
        "vni": packet.vni,
        "options": found,
    }
