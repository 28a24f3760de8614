"""Two hundred consoles and 1,000 changes a second: what one of them sees when all read, against
what it sees when one of the others reads slowly and one not at all; and whether memory stays
bounded."""

from .. import varde_node
from ..bench import SPLIT
from ..rounds import alternate, contender, ratio

DURABLE = varde_node.DURABLE["disk+redis"]
ALL_READ, TWO_DO_NOT = "varde, all read", "varde, one slow and one dead"
READING_IN_SMOKE = 5


def ask(bench, options):
    scenario = varde_node.shipped_scenario("slow-and-dead-consoles")
    if options.smoke:
        scenario["consoles"]["reading"] = READING_IN_SMOKE

    def measured(slow, dead):
        def measure():
            node = varde_node.varde_node(bench, SPLIT)
            consoles = {**scenario["consoles"], "slow": slow, "dead": dead}
            consoles["reading"] += 2 - slow - dead
            run = node.load_streams(scenario["streams"], consoles=consoles)
            bench.end_all()
            bench.forget(node.directory)
            return {
                **varde_node.latency(run),
                "memory_mb_before": run["memory_kb"]["before"] / 1024,
                "memory_mb_at_most": run["memory_kb"]["peak"] / 1024,
                "server_cpu_percent": run["cpu_percent"]["server"],
                "generator_cpu_percent": run["cpu_percent"]["generator"],
                "console_mb_per_s": run["audience"]["bytes"] / 1e6 / bench.seconds,
                "consoles_lost": run["audience"]["lost"],
            }

        return measure

    rows = alternate(
        [
            contender(ALL_READ, DURABLE, SPLIT, measured(0, 0)),
            contender(TWO_DO_NOT, DURABLE, SPLIT, measured(1, 1)),
        ],
        options.rounds,
    )
    keys = ((TWO_DO_NOT, SPLIT), (ALL_READ, SPLIT))
    return rows, {"ratio_to_all_reading_screen_p99": ratio(rows, "screen_p99_ms", *keys)}
