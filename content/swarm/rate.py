"""Floods this host's link for three seconds, and says at what rate the packets left it."""

import socket
import sys
import threading
import time
from pathlib import Path


def sent():
    """Packets and bytes that have left, with their Ethernet headers."""
    lines = Path("/proc/net/dev").read_text().splitlines()
    words = next(line for line in lines if "eth0:" in line).split()
    return int(words[10]), int(words[9])


def edge():
    """The moment at which the next packet has left."""
    packets, _ = sent()
    while sent()[0] == packets:
        time.sleep(0.0002)
    return time.monotonic(), sent()[1]


def flood():
    line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    while True:
        line.sendto(bytes(1400), (socket.gethostbyname("sink"), 9))


for _ in range(16):  # so that enough waits in the queue when this process does not run for a while
    threading.Thread(target=flood, daemon=True).start()
time.sleep(0.5)
begin, before = edge()
time.sleep(3)
end, after = edge()
declared, achieved = float(sys.argv[1]), (after - before) * 8 / (end - begin) / 1000
print(f"{declared:g},{achieved:.1f},{100 * (achieved / declared - 1):+.1f}")
