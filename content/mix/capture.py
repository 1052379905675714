"""Writes all packets of this host's link to a file, in tcpdump's format, until it is ended."""

import socket
import struct
import sys
import time

link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
link.bind(("eth0", 0))
link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
with open(sys.argv[1], "wb", buffering=0) as file:
    file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
    while packet := link.recv(65535):
        seconds, part = divmod(time.time_ns(), 10**9)
        file.write(struct.pack("=IIII", seconds, part // 1000, len(packet), len(packet)) + packet)
