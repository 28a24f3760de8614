"""A life alarm's way to its acknowledgement and to a screen: alone, and while lower lanes are sent
ten times what the server can take. RabbitMQ does the same with a priority queue of ten levels and a
consumer that takes one message at a time, so that the queue and not its client decides."""

import json
import os

from .. import peer_load, varde_node
from ..bench import SPLIT
from ..peers.rabbitmq import DURABLE_PRIORITY, rabbitmq
from ..rounds import alternate, contender, ratio

LIFE_PER_S = 50
PEER = "rabbitmq, priority queue"
OURS = "varde, disk+redis"
# A closed loop with so much in flight that the queue before the server never drains: more than ten
# times what it can take would only wait in the generator's own sockets.
FLOOD = {"connections": 100, "window": 256}
RABBIT_FLOOD = ("--connections", 8, "--window", 3_200)
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
        for name, flood in (("unloaded", None), ("flooded", FLOOD)):
            run = node.load_scenario(scenario(bench, flood))
            figures |= life(name, run["streams"][0])
            if flood:
                figures["flood_acknowledged_per_s"] = run["streams"][1]["acknowledged_per_s"]
        bench.end_all()
        bench.forget(node.directory)
        return figures

    def rabbit():
        figures = {}
        for name, load in (("unloaded", CALM), ("flooded", (*RABBIT_FLOOD, *DRAIN))):
            broker = rabbitmq(bench, SPLIT)
            run = peer_load.load(bench, broker, SPLIT, "amqp", *QUEUE, *URGENT, *load)
            figures |= life(name, run["streams"][1])
            if name == "flooded":
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


def scenario(bench, flood):
    """Life alarms, and beside them technical ones without end if there is to be a flood."""
    streams = [{"name": "life", "rate_per_s": LIFE_PER_S, "connections": 50}]
    if flood:
        streams.append(
            {"name": "technical", "device_type": 31, "status": 42, "saturate": True, **flood}
        )
    path = os.path.join(bench.directory("scenario"), "priority.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"seconds": bench.seconds, "streams": streams}, file)
    return path
