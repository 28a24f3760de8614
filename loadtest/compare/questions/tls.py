"""TLS 1.3 handshakes a second and their processor time, full and resumed, against `openssl
s_server` with the same certificate; and the memory of an idle TLS connection against
mosquitto's."""

import os

from .. import varde_node
from ..bench import SPLIT
from ..peers.mosquitto import mosquitto
from ..peers.tls_server import tls_server
from ..rounds import alternate, contender, ratio

NO_MESSAGE = "no messages"
HANDSHAKES = 1_500
HANDSHAKES_OF_SMOKE = 50
# Of the idle ones; bounded so that a generator with one core opens them in some seconds.
CONNECTIONS = 3_000
CONNECTIONS_OF_SMOKE = 50
OURS, THEIRS = "varde, native listener", "openssl s_server"
MOSQUITTO = "mosquitto with TLS"


def ask(bench, options):
    count = HANDSHAKES_OF_SMOKE if options.smoke else HANDSHAKES
    connections = str(CONNECTIONS_OF_SMOKE if options.smoke else CONNECTIONS)

    def shake(address, ca_file, pid):
        figures = {}
        for name, more in (("full", []), ("resumed", ["--resume"])):
            run = bench.generate(
                [
                    *(bench.peer_load, "handshakes", "--to", address, "--ca", ca_file),
                    *("--count", str(count), "--server-pid", str(pid), *more),
                ],
                SPLIT,
            )
            figures[f"{name}_per_s"] = run["handshakes_per_s"]
            figures[f"{name}_server_cpu_us"] = run["cpu"]["server_s_per_signal"] * 1e6
            if name == "resumed":
                figures["share_resumed"] = run["resumed"] / run["handshakes"]
        return figures

    def varde():
        node = varde_node.varde_node(bench, SPLIT)
        idle = node.load("idle", "--connections", connections)
        ca_file = os.path.join(node.directory, "tls", "ca.crt")
        figures = shake(node.addresses()["native_tls"], ca_file, node.pid)
        bench.end_all()
        bench.forget(node.directory)
        return {**figures, "idle_kb_per_connection": idle["kb_per_connection"]}

    def s_server():
        server = tls_server(bench, SPLIT, varde_node.certificates(bench))
        figures = shake(server.address, server.ca_file, server.pid)
        bench.end_all()
        return figures

    def idle_mosquitto():
        certificates = varde_node.certificates(bench)
        broker = mosquitto(bench, SPLIT, certificates=certificates)
        idle = bench.generate(
            [
                *(bench.peer_load, "idle", "mqtt", "--to", broker.address),
                *("--ca", os.path.join(certificates, "ca.crt"), "--connections", connections),
                *("--server-pid", str(broker.pid), "--seconds", str(bench.seconds)),
            ],
            SPLIT,
        )
        bench.end_all()
        return {"idle_kb_per_connection": idle["kb_per_connection"]}

    rows = alternate(
        [
            contender(OURS, NO_MESSAGE, SPLIT, varde),
            contender(THEIRS, NO_MESSAGE, SPLIT, s_server),
            contender(MOSQUITTO, NO_MESSAGE, SPLIT, idle_mosquitto),
        ],
        options.rounds,
    )
    us, them = (OURS, SPLIT), (THEIRS, SPLIT)
    return rows, {
        "ratio_to_openssl_s_server_cpu_full": ratio(rows, "full_server_cpu_us", us, them),
        "ratio_to_openssl_s_server_cpu_resumed": ratio(rows, "resumed_server_cpu_us", us, them),
        "ratio_to_openssl_s_server_full_per_s": ratio(rows, "full_per_s", us, them),
        "ratio_to_mosquitto_idle_memory": ratio(
            rows, "idle_kb_per_connection", us, (MOSQUITTO, SPLIT)
        ),
    }
