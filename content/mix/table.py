"""A distributed hash table whose messages go through the mix, in place of a tracker.

A key is kept by the three nodes whose own hashes are nearest to it. Nobody knows all nodes: one
asks the nearest that one knows for nearer ones.
"""

import base64
import hashlib
import itertools
import json
import queue
import socket
import threading

import router

BRIDGE = ("127.0.0.1", 7655)
COPIES = 3


def hashed(destination):
    return hashlib.sha256(base64.b64decode(destination, b"-~")).digest()


def distance(key, destination):
    return int.from_bytes(key, "big") ^ int.from_bytes(hashed(destination), "big")


class Node:
    def __init__(self, entry=None):
        self.line = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.line.bind(("127.0.0.1", 0))
        port = self.line.getsockname()[1]
        self.bridge = router.session("table", f"STYLE=DATAGRAM HOST=127.0.0.1 PORT={port}")
        self.own = self.bridge.say("NAMING LOOKUP NAME=ME").split("VALUE=")[1].strip()
        self.known = {entry} if entry else set()
        self.kept, self.waiting, self.numbers = {}, {}, itertools.count()
        self.asked = self.answered = 0
        threading.Thread(target=self.listen, daemon=True).start()

    def remember(self, info_hash, peer):
        """Have a peer written down where its file belongs."""
        key = hashlib.sha256(info_hash).digest()
        for node in self.nearest(key)[0]:
            self.ask(node, key=key.hex(), peer=peer.hex())

    def recall(self, info_hash):
        """The peers that are written down for a file."""
        return self.nearest(hashlib.sha256(info_hash).digest())[1]

    def nearest(self, key):
        """The nodes next to a key, and what they keep under it."""
        asked, silent, peers = set(), set(), set()
        while True:
            near = sorted(self.known - silent, key=lambda one: distance(key, one))[:COPIES]
            new = [node for node in near if node not in asked]
            if not new:
                return near, peers
            asked.add(new[0])
            answer = self.ask(new[0], key=key.hex())
            if answer is None:
                silent.add(new[0])
            else:
                self.known |= set(answer["near"]) - {self.own}
                peers |= {bytes.fromhex(peer) for peer in answer["peers"]}

    def ask(self, node, **question):
        """What a node answers, or None."""
        number = next(self.numbers)
        self.waiting[number] = answers = queue.Queue()
        for _ in range(5):
            self.say(node, {"number": number, **question})
            self.asked += 1
            try:
                return answers.get(timeout=2)
            except queue.Empty:
                pass
        return None

    def say(self, node, message):
        self.line.sendto(f"3.0 table {node}\n{json.dumps(message)}".encode(), BRIDGE)

    def listen(self):
        while True:
            head, _, body = self.line.recv(65535).partition(b"\n")
            sender, message = head.split()[0].decode(), json.loads(body)
            self.known.add(sender)
            if "key" in message:
                self.say(sender, self.answer(message))
            elif message["number"] in self.waiting:
                self.waiting[message["number"]].put(message)

    def answer(self, message):
        key = bytes.fromhex(message["key"])
        peers = self.kept.setdefault(key, set()) if "peer" in message else self.kept.get(key, set())
        if "peer" in message:
            peers.add(message["peer"])
        self.answered += 1
        near = sorted(self.known, key=lambda one: distance(key, one))[:COPIES]
        return {"number": message["number"], "near": near, "peers": sorted(peers)}
