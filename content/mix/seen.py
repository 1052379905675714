"""Says what there is in captured packets of one link, as CSV."""

import re
import struct
import sys
from pathlib import Path
from urllib.parse import unquote_to_bytes

info_hash = bytes.fromhex(Path("/shared/lecture.hash").read_text().strip())
lecture = Path("/shared/seed/lecture.txt").read_bytes()
samples = [lecture[at : at + 100] for at in range(5000, len(lecture), 1 << 16)]


def packets(path):
    """Addresses and payload of each TCP packet in a file of tcpdump."""
    data, at = Path(path).read_bytes(), 24
    while at + 16 <= len(data):
        length = struct.unpack_from("=I", data, at + 8)[0]
        frame = data[at + 16 : at + 16 + length]
        at += 16 + length
        if frame[12:14] == b"\x08\x00" and frame[23] == 6:
            ip = 14 + (frame[14] & 15) * 4
            end = 14 + int.from_bytes(frame[16:18], "big")
            tcp = ip + (frame[ip + 12] >> 4) * 4
            yield frame[26:30], frame[30:34], frame[26:34] + frame[ip : ip + 4], frame[tcp:end]


def yes(found):
    return "yes" if found else "no"


print("run,other addresses,info-hash to peers,info-hash to the tracker,samples of the file")
for name in sys.argv[1:]:
    streams, ends = {}, set()
    for source, target, conversation, payload in packets(f"/shared/{name}.pcap"):
        ends |= {source, target}
        streams.setdefault(conversation, bytearray()).extend(payload)
    greeted = [one for one in streams.values() if info_hash in one[:48]]
    whole = b"\n".join(streams.values())
    asked = re.findall(rb"info_hash=([^&\s]+)", whole)
    told = [one for one in asked if unquote_to_bytes(one) == info_hash]
    read = sum(sample in whole for sample in samples)
    row = len(ends) - 1, yes(greeted), yes(told), f"{read} of {len(samples)}"
    print(name, *row, sep=",")
