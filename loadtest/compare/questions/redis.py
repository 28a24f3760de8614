"""How many alarms a second are durable and acknowledged, against Redis's own pipelined XADD of the
same bytes, synced before every reply: the limit for anything that keeps its truth in Redis. Then
latency at 5,000 a second, until a subscriber has it."""

from .. import peer_load, varde_node
from ..bench import SHARED, SPLIT
from ..peers.redis_server import DURABLE, redis_server
from ..rounds import alternate, contender, ratio

XADD = "redis-server, pipelined XADD"
RATE_PER_S = 5_000
# The same number in flight for all.
VARDE_LOAD = ("--connections", 64, "--window", 16)
XADD_LOAD = ("--connections", 4, "--window", 256)
# Before Varde's first round has shown how long an entry is.
ENTRY_BYTES = 300


def ask(bench, options):
    entry_bytes = ENTRY_BYTES

    def varde(policy, layout):
        def measure():
            nonlocal entry_bytes
            node = varde_node.varde_node(bench, layout, policy)
            full = node.load("native", "--saturate", "--no-watch", *VARDE_LOAD)
            entry_bytes = node.ledger_bytes_per_entry()
            paced = node.load("native", "--rate", RATE_PER_S, *VARDE_LOAD[:2])
            bench.end_all()
            bench.forget(node.directory)
            return {**varde_node.saturation(full), **varde_node.latency(paced)}

        return contender(f"varde, {policy}", varde_node.DURABLE[policy], layout, measure)

    def xadd(layout):
        def measure():
            server = redis_server(bench, layout)
            size = ("--payload-bytes", entry_bytes)
            full = peer_load.load(bench, server, layout, "xadd", *XADD_LOAD, *size)
            rate = ("--rate", RATE_PER_S, "--subscribe", "--place", "paced")
            paced = peer_load.load(bench, server, layout, "xadd", *rate, *size)
            bench.end_all()
            bench.forget(server.directory)
            return {**peer_load.saturation(full), **peer_load.latency(paced)}

        return contender(XADD, DURABLE, layout, measure)

    contenders = [varde("disk+redis", SHARED), xadd(SHARED)]
    if not options.smoke:
        contenders += [
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
        "ratio_to_redis_xadd_fsync_always_disk_only_one_core": ratio(
            rows, per_s, ("varde, disk", SPLIT), (XADD, SPLIT)
        ),
    }
