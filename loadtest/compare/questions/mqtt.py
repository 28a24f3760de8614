"""From a device's message to its acknowledgement, and on to a subscriber's screen: Varde's three
policies of acknowledging against brokers that take the same number of bytes. First as many as they
take with somebody subscribed, then at a fixed rate."""

from .. import peer_load, varde_node
from ..bench import SHARED
from ..peers import mosquitto, nats, rabbitmq, redis_server
from ..rounds import alternate, contender, ratio

RATE_PER_S = 2_000
# What a device's alarm is on the wire of Varde's own protocol.
MESSAGE_BYTES = 40
CONNECTIONS = ("--connections", 64)
# Each with so many in flight; and with as many as a storm brings, against the best durable peer.
MANY, STORM = 16, 64
PEERS = {
    "rabbitmq, quorum queue": (
        rabbitmq.DURABLE_QUORUM,
        "amqp",
        lambda bench: rabbitmq.rabbitmq(bench, SHARED),
    ),
    "nats-server, MQTT over JetStream": (
        nats.DURABLE,
        "mqtt",
        lambda bench: nats.nats(bench, SHARED),
    ),
    "mosquitto, in memory": (
        mosquitto.DURABLE["memory"],
        "mqtt",
        lambda bench: mosquitto.mosquitto(bench, SHARED),
    ),
    "mosquitto, autosave on every change": (
        mosquitto.DURABLE["autosave"],
        "mqtt",
        lambda bench: mosquitto.mosquitto(bench, SHARED, "autosave"),
    ),
    "redis-server, XADD and XREAD": (
        redis_server.DURABLE,
        "xadd",
        lambda bench: redis_server.redis_server(bench, SHARED),
    ),
}
# The one whose acknowledgement means a disk.
DURABLE_PEER = "rabbitmq, quorum queue"


def ask(bench, options):
    def varde(policy, window=MANY):
        def measure():
            node = varde_node.varde_node(bench, SHARED, policy)
            full = node.load("native", "--saturate", *CONNECTIONS, "--window", window)
            figures = varde_node.saturation(full)
            if window == MANY:
                paced = node.load("native", "--rate", RATE_PER_S, *CONNECTIONS)
                figures |= varde_node.latency(paced)
            bench.end_all()
            bench.forget(node.directory)
            return figures

        name = named(f"varde, {policy}", window)
        return contender(name, varde_node.DURABLE[policy], SHARED, measure)

    def peer(name, window=MANY):
        durable, protocol, make = PEERS[name]
        runs = [(peer_load.saturation, ("--window", window))]
        if window == MANY:
            runs.append((peer_load.latency, ("--rate", RATE_PER_S)))

        def measure():
            figures = {}
            for run, load in runs:
                server = make(bench)
                size = ("--payload-bytes", MESSAGE_BYTES, "--subscribe")
                asked = (*CONNECTIONS, *load, *size)
                figures |= run(peer_load.load(bench, server, SHARED, protocol, *asked))
                bench.end_all()
                bench.forget(server.directory)
            return figures

        return contender(named(name, window), durable, SHARED, measure)

    contenders = [*map(varde, varde_node.DURABLE), *map(peer, PEERS)]
    contenders += [varde("disk+redis", STORM), peer(DURABLE_PEER, STORM)]
    rows = alternate(contenders, options.rounds)
    ours = ("varde, disk+redis", SHARED)
    per_s = "acknowledged_per_s"
    return rows, {
        "ratio_to_best_durable_peer": ratio(rows, per_s, ours, (DURABLE_PEER, SHARED)),
        "ratio_to_best_durable_peer_in_a_storm": ratio(
            rows,
            per_s,
            (named("varde, disk+redis", STORM), SHARED),
            (named(DURABLE_PEER, STORM), SHARED),
        ),
        **{
            f"ratio_to_{'_'.join(name.replace(',', '').lower().split())}".replace("-", "_"): ratio(
                rows, per_s, ours, (name, SHARED)
            )
            for name in PEERS
        },
    }


def named(name, window):
    return f"{name}, {CONNECTIONS[1] * window:,} in flight" if window != MANY else name
