"""Heartbeats answered on open TLS connections, so few at a time that each wakes the server for
itself, against mosquitto's acknowledgements of QoS 1 on plain TCP at the same pace: how many for a
second of the server's processor time."""

from .. import peer_load, varde_node
from ..bench import SPLIT
from ..peers.mosquitto import mosquitto
from ..rounds import alternate, contender, ratio

OURS, PEER = "varde, heartbeats over TLS", "mosquitto, QoS 1 over TCP"
NOTHING = "nothing: a sign of life"
CONNECTIONS = 500
RATE_PER_S = 5_000
MESSAGE_BYTES = 40


def ask(bench, options):
    rate = 500 if options.smoke else RATE_PER_S

    def varde():
        node = varde_node.varde_node(bench, SPLIT)
        beats = {"kind": "heartbeats", "rate_per_s": rate, "connections": CONNECTIONS}
        run = node.load_streams([beats], watch=False)
        bench.end_all()
        bench.forget(node.directory)
        used = run["cpu"]["used_s"]
        return {
            **found(bench, run["streams"][0], used["server"]),
            "redis_cpu_s": used["its children"],
        }

    def peer():
        broker = mosquitto(bench, SPLIT)
        load = ("--connections", CONNECTIONS, "--rate", rate, "--payload-bytes", MESSAGE_BYTES)
        run = peer_load.load(bench, broker, SPLIT, "mqtt", *load)
        bench.end_all()
        bench.forget(broker.directory)
        return found(bench, run["streams"][0], run["cpu"]["used_s"]["server"])

    rows = alternate(
        [contender(OURS, NOTHING, SPLIT, varde), contender(PEER, NOTHING, SPLIT, peer)],
        options.rounds,
    )
    us, them = (OURS, SPLIT), (PEER, SPLIT)
    return rows, {
        "ratio_to_mosquitto_per_cpu_s": ratio(rows, "answered_per_server_cpu_s", us, them),
    }


def found(bench, stream, server_s):
    return {
        "acknowledged_per_s": stream["acknowledged"] / bench.seconds,
        "answered_per_server_cpu_s": stream["acknowledged"] / max(server_s, 0.01),
        "acknowledge_p50_ms": stream["acknowledge"]["p50_ms"],
        "acknowledge_p99_ms": stream["acknowledge"]["p99_ms"],
    }
