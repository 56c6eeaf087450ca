# TCP streams through the path, told line by line. Ends with its standard input. Python's minimal library is all it takes.
#
#   python3 -c PROGRAM serve PORT              sends back whatever comes
#   python3 -c PROGRAM send ADDRESS PORT N     keeps N streams busy, and asks for a new connection every half second
#
# What `send` prints, times in seconds since 1970: `answer STREAM TIME` as bytes come back, `end STREAM TIME` when a stream is cut,
# `new TIME 1` or `new TIME 0`: a connection that was asked for then came about in time, or did not.
import os
import select
import socket
import sys
import time

INTERVAL = 0.1
NEW_EVERY = 0.5
# Less than it takes until a connection is asked for again (RFC 6298: a second).
PATIENCE = 0.9


def say(*words):
    os.write(1, (" ".join(str(word) for word in words) + "\n").encode())


def opened(address, port):
    each = socket.socket()
    each.setblocking(False)
    each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    each.connect_ex((address, port))
    return each


def ended():
    return bool(select.select([0], [], [], 0)[0]) and os.read(0, 1) == b""


def serve(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("", port))
    listener.listen(64)
    say("listening")
    streams = []
    while True:
        ready = select.select([0, listener] + streams, [], [])[0]
        for each in ready:
            if each == 0:
                if os.read(0, 1) == b"":
                    return
            elif each is listener:
                streams.append(listener.accept()[0])
            else:
                try:
                    data = each.recv(4096)
                    each.sendall(data)
                except OSError:
                    data = b""
                if data == b"":
                    streams.remove(each)
                    each.close()


def send(address, port, count):
    streams = {opened(address, port): index for index in range(count)}
    asked = {}
    tick = 0
    while not ended():
        tick += 1
        begin = time.time()
        for each in [one for one in asked if begin - asked[one] > PATIENCE]:
            say("new", asked.pop(each), 0)
            each.close()
        if tick % round(NEW_EVERY / INTERVAL) == 0:
            asked[opened(address, port)] = begin
        for each, index in list(streams.items()):
            try:
                each.send(b".")
            except (BlockingIOError, InterruptedError):
                pass
            except OSError as error:
                if error.errno != 107:  # ENOTCONN: its handshake is under way
                    cut(streams, each, index)
        while True:
            left = begin + INTERVAL - time.time()
            if left <= 0:
                break
            readable, writable, _ = select.select(list(streams), list(asked), [], left)
            for each in writable:
                failed = each.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                say("new", asked.pop(each), 0 if failed else 1)
                each.close()
            for each in readable:
                try:
                    data = each.recv(4096)
                except (BlockingIOError, InterruptedError):
                    continue
                except OSError:
                    data = b""
                if data == b"":
                    cut(streams, each, streams[each])
                else:
                    say("answer", streams[each], time.time())


def cut(streams, each, index):
    del streams[each]
    each.close()
    say("end", index, time.time())


if sys.argv[1] == "serve":
    serve(int(sys.argv[2]))
else:
    send(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
