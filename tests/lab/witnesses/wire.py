"""Raw packets on a link of a network namespace, in and out, with the kernel's own view of their direction."""

import ctypes
import os
import select
import socket
import time

ALL_PROTOCOLS = 0x0003
RECEIVE_BUFFER_FORCE = 33
NEW_NETWORK = 0x40000000
OUTGOING = 4


def _enter(namespace):
    """Python's own os.setns came with 3.12."""
    libc = ctypes.CDLL(None, use_errno=True)
    descriptor = os.open(namespace, os.O_RDONLY)
    try:
        if libc.setns(descriptor, NEW_NETWORK) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {namespace}")
    finally:
        os.close(descriptor)


class Wire:
    """A packet socket on `link`; frames as they are on the wire (bare IP packets on a TUN)."""

    def __init__(self, namespace, link):
        _enter(f"/run/netns/{namespace}")
        self.link = link
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
        self.socket.setsockopt(socket.SOL_SOCKET, RECEIVE_BUFFER_FORCE, 1 << 24)
        self.socket.bind((link, ALL_PROTOCOLS))
        self.mac = self.socket.getsockname()[4]

    def send(self, frame, protocol=0x0800):
        """`protocol` counts on a TUN only: elsewhere it is in the frame."""
        self.socket.sendto(frame, (self.link, protocol))

    def frames(self):
        """All that are waiting, as (is it outgoing, bytes)."""
        while select.select([self.socket], [], [], 0)[0]:
            frame, address = self.socket.recvfrom(65536)
            yield address[2] == OUTGOING, frame

    def until_ending(self, suffix, seconds=3):
        """Reads until an incoming frame ends with `suffix`. Returns all that it read, and whether that came."""
        deadline = time.monotonic() + seconds
        seen = []
        while time.monotonic() < deadline:
            select.select([self.socket], [], [], max(0, deadline - time.monotonic()))
            for outgoing, frame in self.frames():
                seen.append((outgoing, frame))
                if not outgoing and frame.endswith(suffix):
                    return seen, True
        return seen, False
