"""Acknowledged but gone: each server is killed with SIGKILL in the middle of its load, started
again on what it left, and asked for everything that it had acknowledged. A kill -9 leaves the
kernel's page cache as it is: what survives here only by that would not survive a power cut."""

import os
import subprocess
import sys
import threading
import time

from .. import bench as benches
from .. import varde_node
from ..bench import SHARED, find_program, unavailable
from ..peers import alertmanager, mosquitto, nats, rabbitmq, redis_server
from ..rounds import contender, row

# Until the kill, measured from the start of the generator; spread over this span, so that the
# kills fall into different moments.
KILL_AFTER_S = (0.6, 1.4)
RUN_S = 30.0  # ended by the kill
# Silence after which nothing more is expected; brokers take their time after a crash.
COLLECT_DRAIN_S = 20.0
LOAD = ("--connections", 4, "--window", 64)
OURS = "varde, disk+redis"
# RabbitMQ has a new queue's name on the disk a moment after it says that the queue is there; one in
# use is older than that.
QUEUE_SETTLES_S = 3.0
# As long as a peer may be silent.
RECONCILE_LIMIT_S = COLLECT_DRAIN_S


def ask(bench, options):
    kills = 2 if options.smoke else options.kills
    everyone = [
        (contender(OURS, varde_node.DURABLE["disk+redis"], SHARED, None), varde),
        (contender("varde, disk", varde_node.DURABLE["disk"], SHARED, None), varde_disk),
        (contender("redis-server, XADD", redis_server.DURABLE, SHARED, None), redis),
        (contender("rabbitmq, quorum queue", rabbitmq.DURABLE_QUORUM, SHARED, None), rabbit),
        (contender("nats-server, MQTT", nats.DURABLE, SHARED, None), nats_server),
        (
            contender("mosquitto, autosave", mosquitto.DURABLE["autosave"], SHARED, None),
            mosquitto_autosave,
        ),
        (contender("prometheus-alertmanager", alertmanager.DURABLE, SHARED, None), alerts),
    ]
    if options.among:
        names = [who.name for who, _ in everyone]
        everyone = [one for one in everyone if any(word in one[0].name for word in options.among)]
        if not everyone:
            sys.exit(f"compare.sh: --among {options.among[0]}: there are {'; '.join(names)}")
    rows = [row(who.name, who.durable, who.layout) for who, _ in everyone]
    for number in range(kills):
        least, most = KILL_AFTER_S
        after_s = least + (most - least) * number / max(kills - 1, 1)
        for into, (_, strike) in zip(rows, everyone):
            if not into.problem:
                count(bench, into, strike, after_s)
        print(f"  kill {number + 1} of {kills}", file=sys.stderr)
    for into in rows:
        into.values = {figure: [sum(each)] for figure, each in into.values.items()}
    lost = [lost_share(into) for into in rows if into.name == OURS]
    return rows, {"ratio_lost_to_acknowledged": lost[0] if lost else None}


def count(bench, into, strike, after_s):
    try:
        found = strike(bench, after_s)
        for figure, value in {"kills": 1, **found}.items():
            into.values.setdefault(figure, []).append(value)
    except (unavailable, benches.processes.failed) as error:
        # One kill that fell before the load began spoils only itself.
        if into.values:
            into.values.setdefault("kills_without_result", []).append(1)
        else:
            into.problem = error.args[0]
    finally:
        bench.end_all()


def lost_share(of):
    acknowledged = sum(of.values.get("acknowledged", []))
    return sum(of.values["missing"]) / acknowledged if acknowledged else None


def strike_down(bench, command, server, after_s):
    """Begins the load, kills the server in its middle, and waits until the generator noticed."""
    load = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=benches.processes.die_with_parent,
    )
    # A pause that is part of the experiment, not a wait for a condition.
    threading.Event().wait(after_s)
    server.kill()
    try:
        _, said = load.communicate(timeout=RUN_S)
    except subprocess.TimeoutExpired:
        load.kill()
        raise unavailable("the generator did not notice that the server was killed") from None
    if load.returncode not in (0,):
        raise unavailable(f"the generator gave up: {said.strip()[-200:]}")


def varde(bench, after_s, policy="disk+redis"):
    node = varde_node.varde_node(bench, SHARED, policy)
    book = os.path.join(bench.home, "book")
    load = [
        *(bench.varde_load, "native", node.directory, "--saturate", "--no-watch"),
        *("--connections", "40", "--window", "16", "--seconds", str(RUN_S), "--book", book),
    ]
    strike_down(bench, load, node, after_s)
    node.start_again()
    found = audit(bench, node, book)
    bench.end_all()
    bench.forget(node.directory)
    return found


def audit(bench, node, book):
    """What is missing once the node has held its vault against the ledger, which it begins to do
    when it is ready: what it had acknowledged on its disk alone is committed again then."""
    command = [bench.varde_load, "audit", node.directory, "--book", book]
    until = time.monotonic() + RECONCILE_LIMIT_S
    while True:
        found = bench.generate(command, SHARED, accepted=(0, 1))
        if found["missing"] == 0 or time.monotonic() > until:
            return found


def varde_disk(bench, after_s):
    return varde(bench, after_s, "disk")


def peer(bench, server, protocol, after_s):
    book = os.path.join(bench.home, "book")
    to = (protocol, "--to", server.address)
    load = [
        *(bench.peer_load, "load", *to, "--seconds", str(RUN_S), "--book", book),
        *map(str, LOAD),
    ]
    strike_down(bench, load, server, after_s)
    server.start_again()
    collect = [
        *(bench.peer_load, "collect", *to, "--book", book, "--drain", str(COLLECT_DRAIN_S)),
    ]
    found = bench.generate(collect, SHARED, accepted=(0, 1))
    bench.end_all()
    bench.forget(server.directory)
    return found


def redis(bench, after_s):
    return peer(bench, redis_server.redis_server(bench, SHARED), "xadd", after_s)


def rabbit(bench, after_s):
    broker = rabbitmq.rabbitmq(bench, SHARED)
    come_and_go(bench, broker, "amqp")
    # A pause that is part of the experiment, not a wait for a condition.
    threading.Event().wait(QUEUE_SETTLES_S)
    return peer(bench, broker, "amqp", after_s)


def nats_server(bench, after_s):
    return with_session(bench, nats.nats(bench, SHARED), after_s)


def mosquitto_autosave(bench, after_s):
    return with_session(bench, mosquitto.mosquitto(bench, SHARED, "autosave"), after_s)


def with_session(bench, broker, after_s):
    """A broker keeps messages only for a subscriber that it knows: one comes and goes before."""
    come_and_go(bench, broker, "mqtt")
    return peer(bench, broker, "mqtt", after_s)


def come_and_go(bench, broker, protocol):
    bench.generate([bench.peer_load, "subscribe", protocol, "--to", broker.address], SHARED)


def alerts(bench, after_s):
    server = alertmanager.alertmanager(bench, SHARED)
    book = os.path.join(bench.home, "book")
    load = [
        *(bench.peer_load, "load", "alerts", "--to", server.address, "--book", book),
        *("--seconds", str(RUN_S), "--connections", "4", "--window", "1"),
    ]
    strike_down(bench, load, server, after_s)
    with open(book, encoding="utf-8") as file:
        acknowledged = {int(line) for line in file}
    server.start_again()
    left = server.numbers()
    bench.end_all()
    bench.forget(server.directory)
    return {
        "acknowledged": len(acknowledged),
        "missing": len(acknowledged - left),
        "doubled": 0,
    }
