"""A SIP MESSAGE with an alarm, over UDP, both ends on one core each: Kamailio's stateless 200,
which is the limit, against Varde, which answers, makes the alarm durable and sends the document
that says so. The same generator sends the same bytes; Varde has four datagrams to handle where
Kamailio has two."""

import json
import os

from .. import varde_node
from ..bench import SPLIT, processes
from ..peers.kamailio import DURABLE, kamailio
from ..rounds import alternate, contender, ratio

DEVICES = ("--connections", 100)
# One in flight on each: what is sent together fits into a socket's buffer, so that no datagram is
# lost and waited for.
SATURATE = ("--saturate", "--no-watch", "--window", 1)
PEER = "kamailio, stateless 200"


def ask(bench, options):
    def varde(policy):
        def measure():
            address = f"127.0.0.1:{processes.free_port()}"
            node = varde_node.varde_node(bench, SPLIT, policy, scaip=address)
            full = node.load("scaip", *SATURATE, *DEVICES)
            bench.end_all()
            bench.forget(node.directory)
            return found(full, ("server",))

        return contender(f"varde, {policy}", varde_node.DURABLE[policy], SPLIT, measure)

    def peer():
        server = kamailio(bench, SPLIT)
        full = bench.generate(
            [
                *(bench.varde_load, "scaip", write_devices(bench, server)),
                *("--acknowledged-by-200", "--seconds", str(bench.seconds)),
                *("--server-pid", str(server.pid), *map(str, SATURATE + DEVICES)),
            ],
            SPLIT,
        )
        bench.end_all()
        # Its workers are children of a process that only looks after them.
        return found(full, ("server", "its children"))

    rows = alternate(
        [varde("disk+redis"), contender(PEER, DURABLE, SPLIT, peer), varde("disk")],
        options.rounds,
    )
    per_cpu_s = "acknowledged_per_server_cpu_s"
    return rows, {
        "ratio_to_kamailio_stateless": ratio(
            rows, "acknowledged_per_s", ("varde, disk+redis", SPLIT), (PEER, SPLIT)
        ),
        "ratio_to_kamailio_stateless_per_cpu_s": ratio(
            rows, per_cpu_s, ("varde, disk+redis", SPLIT), (PEER, SPLIT)
        ),
        "ratio_to_kamailio_stateless_per_cpu_s_of_varde_itself": ratio(
            rows, "acknowledged_per_own_cpu_s", ("varde, disk+redis", SPLIT), (PEER, SPLIT)
        ),
    }


def found(figures, own):
    """`own` names the processes that are the server itself; Varde's child is its Redis."""
    used = figures["cpu"]["used_s"]
    acknowledged = figures["acknowledged"]
    all_s = used["server"] + used["its children"]
    own_s = sum(used[name] for name in own)
    return {
        **varde_node.saturation(figures),
        "acknowledged_per_server_cpu_s": acknowledged / max(all_s, 0.01),
        "acknowledged_per_own_cpu_s": acknowledged / max(own_s, 0.01),
        "acknowledge_p50_ms": figures["acknowledge"]["p50_ms"],
        "retransmissions": figures["retransmissions"],
    }


def write_devices(bench, server):
    """What the generator needs to know of a server that is not Varde."""
    path = os.path.join(bench.directory("devices"), "demo.json")
    devices = [
        {"protocol": "scaip", "id": f"26{number:05}", "municipality": "1", "resident": "1"}
        for number in range(DEVICES[1])
    ]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"scaip_udp": f"127.0.0.1:{server.port}", "devices": devices}, file)
    return path
