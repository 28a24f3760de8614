"""Runs of varde-peer-load against a peer, and what they say in the same words as Varde's."""


def load(bench, peer, layout, protocol, *options, seconds=None):
    return bench.generate(
        [
            *(bench.peer_load, "load", protocol, "--to", peer.address),
            *("--server-pid", str(peer.pid), "--seconds", str(seconds or bench.seconds)),
            *map(str, options),
        ],
        layout,
    )


def saturation(figures):
    return {
        "acknowledged_per_s": figures["streams"][0]["acknowledged_per_s"],
        "server_cpu_us": figures["cpu"]["server_s_per_signal"] * 1e6,
    }


def latency(figures, stream=0):
    one = figures["streams"][stream]
    return {
        "acknowledge_p50_ms": one["acknowledge"]["p50_ms"],
        "acknowledge_p99_ms": one["acknowledge"]["p99_ms"],
        "screen_p50_ms": one["show"]["p50_ms"],
        "screen_p99_ms": one["show"]["p99_ms"],
    }
