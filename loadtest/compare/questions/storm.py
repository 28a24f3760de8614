"""Every TLS device loses its network and comes back in the same moment: the processor time of each
return against a full handshake of `openssl s_server`, and what the life alarms of the few devices
that stayed notice of it."""

import json
import os

from .. import varde_node
from ..bench import SPLIT, unavailable
from ..peers.tls_server import tls_server
from ..rounds import alternate, contender, ratio

OURS, PEER = "varde, life alarms meanwhile", "openssl s_server, full handshakes"
DURABLE = varde_node.DURABLE["disk+redis"]
NO_MESSAGE = "no messages"
CONNECTIONS_OF_SMOKE = 60
SECONDS_OF_SMOKE = 4
PER_RETURN_US = "server_cpu_us_for_each_return"


def ask(bench, options):
    scenario = varde_node.shipped_scenario("reconnect-storm")
    coming_back = scenario["streams"][1]
    if options.smoke:
        scenario["seconds"] = SECONDS_OF_SMOKE
        coming_back["connections"] = CONNECTIONS_OF_SMOKE
        coming_back["reconnect_at_s"] = 1
    count = coming_back["connections"]

    def varde():
        node = varde_node.varde_node(bench, SPLIT, devices=count if not options.smoke else None)
        path = os.path.join(bench.directory("scenario"), "storm.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(scenario, file)
        run = node.load_scenario(path)
        bench.end_all()
        bench.forget(node.directory)
        if not run["reopened"]:
            raise unavailable("no device was back in time: the generator is the limit")
        life = run["streams"][0]
        return {
            "connections_back": run["reopened"],
            "all_back_after_s": run["reopening"]["max_ms"] / 1e3,
            PER_RETURN_US: run["reopening_cpu"]["used_s"]["server"] / run["reopened"] * 1e6,
            "acknowledge_p50_ms": life["acknowledge"]["p50_ms"],
            "acknowledge_p99_ms": life["acknowledge"]["p99_ms"],
            "screen_p99_ms": life["show"]["p99_ms"],
        }

    def s_server():
        server = tls_server(bench, SPLIT, varde_node.certificates(bench))
        run = bench.generate(
            [
                *(bench.peer_load, "handshakes", "--to", server.address),
                *("--ca", server.ca_file, "--count", str(count)),
                *("--server-pid", str(server.pid)),
            ],
            SPLIT,
        )
        bench.end_all()
        return {PER_RETURN_US: run["cpu"]["server_s_per_signal"] * 1e6}

    rows = alternate(
        [contender(OURS, DURABLE, SPLIT, varde), contender(PEER, NO_MESSAGE, SPLIT, s_server)],
        options.rounds,
    )
    return rows, {
        "ratio_to_openssl_s_server_cpu": ratio(rows, PER_RETURN_US, (OURS, SPLIT), (PEER, SPLIT)),
    }
