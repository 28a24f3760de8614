"""Deduplicate, group, notify: prometheus-alertmanager without any waiting against Varde, both with
30 % of the messages sent twice. How many are accepted a second, and how soon the first somebody is
told. What a kill -9 loses of both is for the question `crash`."""

from .. import peer_load, varde_node
from ..bench import SHARED
from ..peers.alertmanager import DURABLE, alertmanager
from ..rounds import alternate, contender, ratio

DUPLICATES = ("--duplicates", 0.3)
RATE_PER_S = 200
OURS, PEER = "varde, disk+redis", "prometheus-alertmanager"


def ask(bench, options):
    def varde():
        node = varde_node.varde_node(bench, SHARED)
        load = ("--connections", 64, "--window", 16, *DUPLICATES)
        full = node.load("native", "--saturate", "--no-watch", *load)
        paced = node.load("native", "--rate", RATE_PER_S, "--connections", 64, *DUPLICATES)
        bench.end_all()
        bench.forget(node.directory)
        return {**varde_node.saturation(full), **varde_node.latency(paced)}

    def peer():
        figures = {}
        for run, load in (
            (peer_load.saturation, ("--connections", 16, "--window", 4)),
            (peer_load.latency, ("--connections", 16, "--rate", RATE_PER_S, "--subscribe")),
        ):
            server = alertmanager(bench, SHARED)
            hook = ("--webhook-port", server.webhook_port, "--payload-bytes", 40)
            found = peer_load.load(bench, server, SHARED, "alerts", *load, *hook, *DUPLICATES)
            figures |= run(found)
            bench.end_all()
            bench.forget(server.directory)
        return figures

    rows = alternate(
        [
            contender(OURS, varde_node.DURABLE["disk+redis"], SHARED, varde),
            contender(PEER, DURABLE, SHARED, peer),
        ],
        options.rounds,
    )
    us, them = (OURS, SHARED), (PEER, SHARED)
    return rows, {
        "ratio_to_alertmanager": ratio(rows, "acknowledged_per_s", us, them),
        "ratio_to_alertmanager_screen_p50": ratio(rows, "screen_p50_ms", us, them),
    }
