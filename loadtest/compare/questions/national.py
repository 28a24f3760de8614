"""A million devices registered: what the server takes for them, how soon it is ready again after a
stop, and what a country's day asks of it; against the same day with few registered."""

import time

from .. import bench as benches
from .. import varde_node
from ..bench import SHARED
from ..rounds import alternate, contender, ratio

DURABLE = varde_node.DURABLE["disk+redis"]
REGISTERED = 1_000_000
REGISTERED_IN_SMOKE = 6_000
FEW, MANY = "varde, few registered", "varde, a country registered"
# Of the day's streams; each its own.
DEVICES = 11_000


def ask(bench, options):
    streams = varde_node.shipped_scenario("national-day")["streams"]
    if options.smoke:
        for each in streams:
            each["connections"] //= 50

    def measured(registered):
        def measure():
            node = varde_node.varde_node(
                bench, SHARED, devices=None if options.smoke else DEVICES, registered=registered
            )
            run = node.load_streams(streams)
            node.stop()
            ready_after_s, memory_mb = served_again(bench, node)
            bench.end_all()
            bench.forget(node.directory)
            life = run["streams"][0]
            return {
                "ready_after_s": ready_after_s,
                "memory_mb": memory_mb,
                "server_cpu_percent": run["cpu_percent"]["server"],
                "acknowledge_p99_ms": life["acknowledge"]["p99_ms"],
                "screen_p99_ms": life["show"]["p99_ms"],
            }

        return measure

    many = REGISTERED_IN_SMOKE if options.smoke else REGISTERED
    rows = alternate(
        [
            contender(FEW, DURABLE, SHARED, measured(0)),
            contender(MANY, DURABLE, SHARED, measured(many)),
        ],
        options.rounds,
    )
    keys = ((MANY, SHARED), (FEW, SHARED))
    return rows, {
        "registered": many,
        "ratio_to_few_registered_memory": ratio(rows, "memory_mb", *keys),
        "ratio_to_few_registered_cpu": ratio(rows, "server_cpu_percent", *keys),
    }


def served_again(bench, node):
    """`varde serve` on what the demo left, since the demo itself keeps its made-up people in
    memory. Seconds until it is ready, its Redis's own start included, and its memory then."""
    log = f"{node.directory}/served.log"
    began = time.monotonic()
    served = bench.start(
        [
            *(bench.varde, "serve", "--embedded", "--data", node.directory),
            *("--https", varde_node.FREE, "--native", varde_node.FREE, "--scaip-udp", "off"),
            *("--scaip-tcp", "off", "--scaip-tls", "off", "--metrics", varde_node.FREE),
        ],
        log,
        SHARED,
    )

    def is_ready():
        with open(log, encoding="utf-8") as file:
            return "varde ready" in file.read() or not served.runs()

    benches.wait_until(is_ready, "varde serves again", varde_node.START_LIMIT_S)
    if not served.runs():
        raise benches.unavailable("varde could not serve again")
    ready_after_s = time.monotonic() - began
    with open(f"/proc/{served.pid}/status", encoding="utf-8") as file:
        sizes = dict(line.split(":", 1) for line in file)
    return ready_after_s, int(sizes["VmRSS"].split()[0]) / 1024
