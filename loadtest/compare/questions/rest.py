"""What Varde takes when nothing happens: processor and memory at rest, and the memory of each of
many idle connections, over TCP and over TLS."""

from .. import varde_node
from ..bench import SHARED, SPLIT
from ..rounds import alternate, contender

NO_MESSAGE = "no messages"
CONNECTIONS = 15_000
CONNECTIONS_OF_SMOKE = 50
# As long as it takes for a tick of the kernel's accounting (10 ms) to be a small part of a percent.
REST_S = 30


def ask(bench, options):
    connections = CONNECTIONS_OF_SMOKE if options.smoke else CONNECTIONS

    def idle(node, count, *more, seconds=None):
        found = bench.generate(
            [
                *(bench.varde_load, "idle", node.directory, "--connections", str(count), *more),
                *("--server-pid", str(node.pid), "--seconds", str(seconds or bench.seconds)),
            ],
            node.layout,
        )
        bench.end_all()
        bench.forget(node.directory)
        return found

    def at_rest():
        node = varde_node.varde_node(bench, SHARED, scaip_tcp=varde_node.FREE)
        found = idle(node, 1, "--tcp", seconds=1 if options.smoke else REST_S)
        return {
            "processor_percent_of_a_core": found["cpu_percent"],
            "its_redis_percent_of_a_core": found["children_cpu_percent"],
            "memory_mb": found["rss_after_kb"] / 1024,
        }

    def connected(*more):
        def measure():
            node = varde_node.varde_node(
                bench, SPLIT, scaip_tcp=varde_node.FREE, devices=bench.devices
            )
            found = idle(node, connections, *more)
            return {
                "idle_kb_per_connection": found["kb_per_connection"],
                "processor_percent_of_a_core": found["cpu_percent"],
            }

        return measure

    rows = alternate(
        [
            contender("varde at rest", NO_MESSAGE, SHARED, at_rest),
            contender(f"varde, {connections} idle over TCP", NO_MESSAGE, SPLIT, connected("--tcp")),
            contender(f"varde, {connections} idle over TLS", NO_MESSAGE, SPLIT, connected()),
        ],
        options.rounds,
    )
    return rows, {}
