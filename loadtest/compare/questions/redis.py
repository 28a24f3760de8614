"""How many alarms a second are durable and acknowledged, against Redis's own pipelined XADD of the
same bytes, synced before every reply: the limit for anything that keeps its truth in Redis. Then
latency at 5,000 a second, until a subscriber has it."""

from .. import peer_load, varde_node
from ..bench import SHARED, SPLIT
from ..peers.redis_server import DURABLE, redis_server
from ..rounds import alternate, contender, ratio

XADD = "redis-server, pipelined XADD"
RATE_PER_S = 5_000
# Signals in flight, the same number for all: what many devices have, and what a storm brings.
MANY, STORM = 1_024, 4_096
VARDE_CONNECTIONS, XADD_CONNECTIONS = 64, 4
# Before Varde's first round has shown how long an entry is.
ENTRY_BYTES = 300


def ask(bench, options):
    entry_bytes = ENTRY_BYTES

    # Latency at a rate has nothing to do with how many may be in flight, and is asked for once.
    def varde(policy, layout, in_flight=MANY):
        def measure():
            nonlocal entry_bytes
            node = varde_node.varde_node(bench, layout, policy)
            links = ("--connections", VARDE_CONNECTIONS)
            window = ("--window", in_flight // VARDE_CONNECTIONS)
            full = node.load("native", "--saturate", "--no-watch", *links, *window)
            figures = varde_node.saturation(full)
            entry_bytes = node.ledger_bytes_per_entry()
            if in_flight == MANY:
                paced = node.load("native", "--rate", RATE_PER_S, *links)
                figures |= varde_node.latency(paced)
            bench.end_all()
            bench.forget(node.directory)
            return figures

        name = named(f"varde, {policy}", in_flight)
        return contender(name, varde_node.DURABLE[policy], layout, measure)

    def xadd(layout, in_flight=MANY):
        def measure():
            server = redis_server(bench, layout)
            size = ("--payload-bytes", entry_bytes)
            links = ("--connections", XADD_CONNECTIONS)
            window = ("--window", in_flight // XADD_CONNECTIONS)
            full = peer_load.load(bench, server, layout, "xadd", *links, *window, *size)
            figures = peer_load.saturation(full)
            if in_flight == MANY:
                rate = ("--rate", RATE_PER_S, "--subscribe", "--place", "paced")
                paced = peer_load.load(bench, server, layout, "xadd", *rate, *size)
                figures |= peer_load.latency(paced)
            bench.end_all()
            bench.forget(server.directory)
            return figures

        return contender(named(XADD, in_flight), DURABLE, layout, measure)

    contenders = [varde("disk+redis", SHARED), xadd(SHARED)]
    if not options.smoke:
        contenders += [
            varde("disk+redis", SHARED, STORM),
            xadd(SHARED, STORM),
            varde("disk", SPLIT),
            xadd(SPLIT),
            varde("disk+redis", SPLIT),
            varde("disk+redis+replica", SHARED),
        ]
    rows = alternate(contenders, options.rounds)
    per_s = "acknowledged_per_s"
    return rows, {
        "entry_bytes": entry_bytes,
        "ratio_to_redis_xadd_fsync_always": ratio(
            rows, per_s, ("varde, disk+redis", SHARED), (XADD, SHARED)
        ),
        "ratio_to_redis_xadd_fsync_always_in_a_storm": ratio(
            rows,
            per_s,
            (named("varde, disk+redis", STORM), SHARED),
            (named(XADD, STORM), SHARED),
        ),
        "ratio_to_redis_xadd_fsync_always_disk_only_one_core": ratio(
            rows, per_s, ("varde, disk", SPLIT), (XADD, SPLIT)
        ),
    }


def named(name, in_flight):
    return f"{name}, {in_flight:,} in flight" if in_flight != MANY else name
