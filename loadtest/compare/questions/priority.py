"""A life alarm's way to its acknowledgement and to a screen: alone, and while lower lanes are sent
ten times what the server took of them right before, whether it answers or not. RabbitMQ does the
same with a priority queue of ten levels and a consumer that takes one message at a time, so that
the queue and not its client decides."""

from .. import peer_load, varde_node
from ..bench import SPLIT
from ..peers.rabbitmq import DURABLE_PRIORITY, rabbitmq
from ..rounds import alternate, contender, ratio

LIFE_PER_S = 50
PEER = "rabbitmq, priority queue"
OURS = "varde, disk+redis"
TIMES = 10
LIFE = {"name": "life", "rate_per_s": LIFE_PER_S, "connections": 50}
FLOOD = {
    "name": "technical",
    "device_type": 31,
    "status": 42,
    "connections": 100,
    "window": 64,
    "times_capacity": TIMES,
}
RABBIT_CONNECTIONS = ("--connections", 8)
# In flight while it is found out what RabbitMQ can take.
RABBIT_WINDOW = ("--window", 3_200)
CALIBRATION_S = 2
PREFETCH = ("--prefetch", 1)
CALM = ("--connections", 1, "--window", 1, "--rate", 1)
QUEUE = ("--priorities", "--subscribe", *PREFETCH)
URGENT = ("--urgent-rate", LIFE_PER_S, "--urgent-priority", 9)
# Seconds that the drained flood is waited for; what is still queued then is not urgent.
DRAIN = ("--drain", 2)


def ask(bench, options):
    def varde():
        node = varde_node.varde_node(bench, SPLIT, "disk+redis")
        figures = {}
        for name, streams in (("unloaded", [LIFE]), ("flooded", [LIFE, FLOOD])):
            run = node.load_streams(streams)
            figures |= life(name, run["streams"][0])
        flood = run["streams"][1]
        figures["flood_capacity_per_s"] = run["capacity_per_s"]
        figures["flood_offered_per_s"] = (flood["sent"] + run["held_back"]) / bench.seconds
        figures["flood_sent_per_s"] = flood["sent"] / bench.seconds
        figures["flood_acknowledged_per_s"] = flood["acknowledged_per_s"]
        bench.end_all()
        bench.forget(node.directory)
        return figures

    def rabbit_capacity():
        broker = rabbitmq(bench, SPLIT)
        load = (*RABBIT_CONNECTIONS, *RABBIT_WINDOW, *DRAIN)
        run = peer_load.load(bench, broker, SPLIT, "amqp", *QUEUE, *load, seconds=CALIBRATION_S)
        bench.end_all()
        bench.forget(broker.directory)
        return max(run["streams"][0]["acknowledged_per_s"], 1)

    def rabbit():
        figures = {}
        capacity = rabbit_capacity()
        flood = (*RABBIT_CONNECTIONS, "--rate", round(TIMES * capacity), *DRAIN)
        for name, load in (("unloaded", CALM), ("flooded", flood)):
            broker = rabbitmq(bench, SPLIT)
            run = peer_load.load(bench, broker, SPLIT, "amqp", *QUEUE, *URGENT, *load)
            figures |= life(name, run["streams"][1])
            if name == "flooded":
                figures["flood_capacity_per_s"] = capacity
                figures["flood_offered_per_s"] = TIMES * capacity
                figures["flood_sent_per_s"] = run["streams"][0]["sent"] / bench.seconds
                figures["flood_acknowledged_per_s"] = run["streams"][0]["acknowledged_per_s"]
            bench.end_all()
            bench.forget(broker.directory)
        return figures

    rows = alternate(
        [
            contender(OURS, varde_node.DURABLE["disk+redis"], SPLIT, varde),
            contender(PEER, DURABLE_PRIORITY, SPLIT, rabbit),
        ],
        options.rounds,
    )

    def to_rabbit(figure):
        return ratio(rows, figure, (OURS, SPLIT), (PEER, SPLIT))

    return rows, {
        "ratio_to_rabbitmq_priority_acknowledge_p99": to_rabbit("flooded_acknowledge_p99_ms"),
        "ratio_to_rabbitmq_priority_screen_p99": to_rabbit("flooded_screen_p99_ms"),
    }


def life(name, stream):
    return {
        f"{name}_acknowledge_p50_ms": stream["acknowledge"]["p50_ms"],
        f"{name}_acknowledge_p99_ms": stream["acknowledge"]["p99_ms"],
        f"{name}_acknowledge_p99_9_ms": stream["acknowledge"]["p99_9_ms"],
        f"{name}_screen_p99_ms": stream["show"]["p99_ms"],
        f"{name}_life_alarms_unacknowledged": stream["sent"] - stream["acknowledged"],
        f"{name}_life_alarms_unshown": stream["sent"] - stream["show"]["count"],
    }

