"""A tracker: tells those who ask for the same file who the others are.

Outside of the mix these are addresses, inside of it hashes of destinations.
"""

import base64
import hashlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from common import hops

peers = set()


def remember(_info_hash, peer):
    peers.add(peer)


def recall(_info_hash):
    return peers


class Tracker(BaseHTTPRequestHandler):
    remember = staticmethod(remember)
    recall = staticmethod(recall)

    def do_GET(self):
        query = parse_qs(self.path.partition("?")[2], encoding="latin1")
        wanted = query["info_hash"][0].encode("latin1")
        if hops:
            destination = base64.b64decode(query["ip"][0].removesuffix(".i2p"), b"-~")
            peer = hashlib.sha256(destination).digest()
        else:
            port = int(query["port"][0]).to_bytes(2, "big")
            peer = socket.inet_aton(self.client_address[0]) + port
        self.remember(wanted, peer)
        others = b"".join(set(self.recall(wanted)) - {peer})
        answer = b"d8:intervali10e5:peers%d:%se" % (len(others), others)
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


def start():
    server = ThreadingHTTPServer(("", 6969), Tracker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
