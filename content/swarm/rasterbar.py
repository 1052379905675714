"""A client that is libtorrent."""

import socket
import sys

sys.path.insert(0, "/shared/lib")
import libtorrent

SETTINGS = {
    "listen_interfaces": socket.gethostbyname(socket.gethostname()) + ":6881",
    "unchoke_slots_limit": 4,
    "aio_threads": 1,
    "hashing_threads": 1,
    # As in 2008: peers are known from the tracker alone, and nothing is encrypted.
    "num_want": 12,
    "torrent_connect_boost": 12,
    "connection_speed": 2,
    "min_reconnect_time": 300,
    "peer_turnover": 0,
    "in_enc_policy": 2,
    "out_enc_policy": 2,
}
for feature in "dht lsd upnp natpmp incoming_utp outgoing_utp".split():
    SETTINGS["enable_" + feature] = False


class Client:
    def __init__(self, directory):
        self.directory = directory
        self.session = libtorrent.session(SETTINGS)

    def start(self, name):
        torrent = libtorrent.load_torrent_file(name)
        torrent.save_path = self.directory
        torrent.flags |= libtorrent.torrent_flags.disable_pex
        self.download = self.session.add_torrent(torrent)

    def has_all(self):
        return self.download.status().is_seeding

    def stop(self):
        self.session.pause()
