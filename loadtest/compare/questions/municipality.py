"""One municipality sends ten times what the server can take: what the other one's alarms notice of
it, against the same alarms alone."""

from .. import varde_node
from ..bench import SPLIT
from ..rounds import alternate, contender, ratio

DURABLE = varde_node.DURABLE["disk+redis"]
ALONE, BESIDE = "varde, the other alone", "varde, the other beside the flood"


def ask(bench, options):
    other, flood = varde_node.shipped_scenario("flooding-municipality")["streams"]

    def measured(streams):
        def measure():
            node = varde_node.varde_node(bench, SPLIT)
            run = node.load_streams(streams)
            bench.end_all()
            bench.forget(node.directory)
            found = run["streams"][0]
            return {
                "acknowledge_p50_ms": found["acknowledge"]["p50_ms"],
                "acknowledge_p99_ms": found["acknowledge"]["p99_ms"],
                "screen_p99_ms": found["show"]["p99_ms"],
                "unacknowledged": found["sent"] - found["acknowledged"],
                "flood_per_s": (run["held_back"] + sum(s["sent"] for s in run["streams"][1:]))
                / bench.seconds,
            }

        return measure

    rows = alternate(
        [
            contender(ALONE, DURABLE, SPLIT, measured([other])),
            contender(BESIDE, DURABLE, SPLIT, measured([other, flood])),
        ],
        options.rounds,
    )
    keys = ((BESIDE, SPLIT), (ALONE, SPLIT))
    return rows, {
        "ratio_to_alone_acknowledge_p99": ratio(rows, "acknowledge_p99_ms", *keys),
        "ratio_to_alone_screen_p99": ratio(rows, "screen_p99_ms", *keys),
    }
