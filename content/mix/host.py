"""A host: takes part in the mix if there is one, and in the swarm until all have the file."""

import sys
import time

from common import HOST, ROLE, RUN, hops, note, run, sent, together

sys.stderr = sys.stdout
begin, before = time.monotonic(), sent()
client = node = None
name = "slow-tracker:6969" if HOST.startswith("slow-") else "tracker:6969"
if hops:
    import router

    routing = router.start()
if ROLE in ("seed", "peer"):
    import client

    session = client.start()
if hops:
    probe = router.session("probe", "STYLE=STREAM")
if "table" in run and client:
    import table
    import tracker

    if ROLE == "seed":
        node = table.Node()
        note("entry", node.own)
    while not (RUN / "entry/seed").exists():
        time.sleep(0.2)
    node = node or table.Node((RUN / "entry/seed").read_text())
    node.nearest(table.hashed(node.own))
    tracker.Tracker.remember, tracker.Tracker.recall = node.remember, node.recall
    tracker.start()
    name = router.tracker()
elif ROLE == "tracker":
    import tracker

    tracker.start()
    note("tracker", router.tracker() if hops else name)
together("ready")
note("ready-after", f"{time.monotonic() - begin:.1f}\n")
if client:
    if "table" not in run:
        name = next((RUN / "tracker").iterdir()).read_text()
    client.download(session, name)
together("done")
note("sent", f"{sent() - before}\n")
if node:
    kept = sum(map(len, node.kept.values()))
    note("nodes", f"{HOST},{len(node.known)},{node.asked},{node.answered},{kept}\n")
if hops:
    together("noted")
    routing.kill()
    routing.wait()
