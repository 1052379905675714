"""A BitTorrent client, plain, encrypted or through the mix."""

import sys
import time

from common import ADDRESS, ROLE, hops, note, run

sys.path.insert(0, "/shared/lib")
import libtorrent

NOW = libtorrent.reannounce_flags_t.ignore_min_interval


def start():
    """A session; it needs a while to get its tunnels."""
    encryption = 0 if run == "encrypted" else 2  # always or never
    settings = {
        "listen_interfaces": f"{ADDRESS}:6881",
        "in_enc_policy": encryption,
        "out_enc_policy": encryption,
        "allowed_enc_level": 2,  # all of a connection, not its beginning alone
        "alert_mask": libtorrent.alert.category_t.tracker_notification,
    }
    for feature in "dht lsd upnp natpmp incoming_utp outgoing_utp".split():
        settings["enable_" + feature] = False
    if hops:
        settings |= {"i2p_hostname": "127.0.0.1", "i2p_port": 7656}
        for way in "inbound", "outbound":
            settings |= {f"i2p_{way}_length": hops, f"i2p_{way}_quantity": 2}
    return libtorrent.session(settings)


def download(session, tracker):
    """Have the file; note how many seconds after the tracker's first answer that is."""
    torrent = libtorrent.load_torrent_file("/shared/lecture.torrent")
    torrent.trackers = [f"http://{tracker}/announce"]
    torrent.save_path = "/shared/seed" if ROLE == "seed" else run
    task = session.add_torrent(torrent)
    begin, asked = None, time.monotonic()
    while not begin or not task.status().is_seeding:
        session.wait_for_alert(200)
        for alert in session.pop_alerts():
            print(f"{time.monotonic():.1f}", alert.message()[:300], flush=True)
            if not begin and isinstance(alert, libtorrent.tracker_reply_alert):
                begin = time.monotonic()
        if time.monotonic() > asked + (5 if begin else 1) and task.status().num_peers < 5:
            task.force_reannounce(0, -1, NOW)
            asked = time.monotonic()
    note("times", f"{time.monotonic() - begin:.1f}\n")
