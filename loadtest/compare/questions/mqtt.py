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
IN_FLIGHT = ("--connections", 64, "--window", 16)
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
# Those whose acknowledgement means a disk.
DURABLE_PEERS = ("rabbitmq, quorum queue",)


def ask(bench, options):
    def varde(policy):
        def measure():
            node = varde_node.varde_node(bench, SHARED, policy)
            full = node.load("native", "--saturate", *IN_FLIGHT)
            paced = node.load("native", "--rate", RATE_PER_S, *IN_FLIGHT[:2])
            bench.end_all()
            bench.forget(node.directory)
            return {**varde_node.saturation(full), **varde_node.latency(paced)}

        return contender(f"varde, {policy}", varde_node.DURABLE[policy], SHARED, measure)

    def peer(name):
        durable, protocol, make = PEERS[name]

        def measure():
            figures = {}
            for run, load in (
                (peer_load.saturation, IN_FLIGHT),
                (peer_load.latency, (*IN_FLIGHT[:2], "--rate", RATE_PER_S)),
            ):
                server = make(bench)
                size = ("--payload-bytes", MESSAGE_BYTES, "--subscribe")
                figures |= run(peer_load.load(bench, server, SHARED, protocol, *load, *size))
                bench.end_all()
                bench.forget(server.directory)
            return figures

        return contender(name, durable, SHARED, measure)

    rows = alternate([*map(varde, varde_node.DURABLE), *map(peer, PEERS)], options.rounds)
    ours = ("varde, disk+redis", SHARED)
    per_s = "acknowledged_per_s"
    return rows, {
        "ratio_to_best_durable_peer": best(
            ratio(rows, per_s, ours, (name, SHARED)) for name in DURABLE_PEERS
        ),
        **{
            f"ratio_to_{'_'.join(name.replace(',', '').lower().split())}".replace("-", "_"): ratio(
                rows, per_s, ours, (name, SHARED)
            )
            for name in PEERS
        },
    }


def best(ratios):
    """Against the fastest of them; None if none was measured."""
    return min((r for r in ratios if r is not None), default=None)
