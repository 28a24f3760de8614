"""What is done to Redis and to whole nodes while devices and people are at work. Each scenario
makes its faults, makes sure that they happened, and leaves the reckoning to the stage. Those of
disks and clocks are in disk_scenarios.py."""

import signal
import time

import faults
from processes import wait_until

# Name → (function, options of its stage, whether it belongs to the short set).
SCENARIOS = {}

# Figures of the issue, in seconds.
NODE_RESUME_S = 2.0
MASTER_RESUME_S = 5.0
ISLAND_P99_S = 0.05
CONSOLE_ERROR_S = 2.0
RECOMMIT_S = 10.0


def scenario(short=False, **options):
    """Options are those of stage.stage."""

    def keep(function):
        SCENARIOS[function.__name__] = (function, options, short)
        return function

    return keep


def more_traffic(s, rounds=1):
    """Every device is acknowledged so often, about."""
    s.traffic(rounds * len(s.centre.devices), 20.0 + 2 * s.plan["pause_s"])


@scenario(short=True)
def node_killed(s):
    """kill -9 of a node under load; its devices and people go to the other, and it comes back."""
    victim = s.random.choice(s.nodes)
    s.begin_fault(victim)
    victim.kill()
    s.fault("kill -9 of a node", seen=not victim.process.runs())
    more_traffic(s)
    s.limit_gap(NODE_RESUME_S)
    s.limit_waits(NODE_RESUME_S)
    victim.start()
    s.healed()
    more_traffic(s)


@scenario(short=True)
def node_frozen(s):
    """SIGSTOP of the node that keeps house, until another has taken its lease, then SIGCONT: its
    late writes do no harm."""
    victim = wait_until(s.lease_holder, "a node has the lease")
    s.begin_fault(victim)
    victim.freeze()
    s.fault("SIGSTOP of a node", seen=victim.process.is_stopped())
    wait_until(lambda: s.lease_holder() is not victim, "the lease moves", 30.0, 0.2)
    s.fault("lease taken by another", seen=victim.process.is_stopped())
    victim.thaw()
    s.healed()
    more_traffic(s)
    s.note_meters("varde_commits_fenced_total", "varde_commits_stale_total")


@scenario(short=True)
def master_killed(s):
    """kill -9 of the Redis master under load; the nodes are islands until Sentinel has another."""
    old = s.redis.master()
    s.begin_fault()
    old.kill()
    s.fault("kill -9 of the Redis master", seen=not old.process.runs())
    new = s.redis.wait_for_failover(old)
    s.fault("failover", seen=new is not old)
    s.centre.wait_until_together()
    s.limit_waits(MASTER_RESUME_S)
    s.healed()
    more_traffic(s)
    old.start()
    wait_until(lambda: old.role() == b"slave", "the old master follows the new one", 30.0)


@scenario()
def master_frozen(s):
    """SIGSTOP of the master until another was made, then SIGCONT: for a moment there are two."""
    old = s.redis.master()
    s.begin_fault()
    old.freeze()
    s.fault("SIGSTOP of the Redis master", seen=old.process.is_stopped())
    new = s.redis.wait_for_failover(old)
    s.fault("failover", seen=new is not old)
    s.centre.wait_until_together()
    s.limit_waits(MASTER_RESUME_S)
    old.thaw()
    s.healed()
    more_traffic(s)
    wait_until(lambda: old.role() == b"slave", "the old master follows the new one", 30.0)


@scenario()
def old_master_loses_its_file(s):
    """The master is killed, and its append-only file is gone when it comes back, as a replica."""
    old = s.redis.master()
    s.begin_fault()
    old.kill()
    s.redis.wait_for_failover(old)
    s.fault("kill -9 of the Redis master", seen=not old.process.runs())
    removed = faults.remove_append_only_file(old.data)
    s.fault("its append-only file is removed", seen=removed > 0)
    old.start()
    wait_until(lambda: old.role() == b"slave", "the old master follows the new one", 30.0)
    s.centre.wait_until_together()
    s.healed()
    more_traffic(s)


@scenario(short=True, redis_settings="min-replicas-to-write 0\n")
def failover_forgets(s):
    """The replicas fall behind and one of them becomes master: what was acknowledged meanwhile is
    in no Redis any more, and is committed again from the vaults."""
    old = s.redis.master()
    replicas = [one for one in s.redis.servers if one is not old]
    s.begin_fault()
    for one in replicas:
        one.ask("REPLICAOF", "NO", "ONE")
    more_traffic(s, 2)
    kept = [one.ledger_length() for one in replicas]
    had = old.ledger_length()
    old.kill()
    s.fault("replicas that lag behind", seen=had - max(kept) > 0)
    s.fault("kill -9 of the Redis master", seen=not old.process.runs())
    s.notes.append(f"entries forgotten: {had - max(kept)}")
    new = s.redis.wait_for_failover(old)
    s.fault("failover", seen=new is not old)
    s.centre.wait_until_together()
    s.healed()
    more_traffic(s)
    s.note_meters("varde_entries_recommitted")


@scenario()
def replicas_killed(s):
    """kill -9 of both replicas: the master then takes no writes, and the nodes are islands that can
    read."""
    master = s.redis.master()
    replicas = [one for one in s.redis.servers if one is not master]
    s.begin_fault()
    for one in replicas:
        one.kill()
    s.fault("kill -9 of the replicas", seen=not any(one.process.runs() for one in replicas))
    for one in s.nodes:
        one.wait_for_meter("varde_island", lambda v: v == 1, "is an island")
    more_traffic(s, 4)
    for one in replicas:
        one.start()
    s.centre.wait_until_together()
    s.limit_waits(MASTER_RESUME_S)
    s.healed()
    more_traffic(s)


@scenario()
def every_redis_loses_a_tail(s):
    """kill -9 of all servers, whose disks had not kept what they said: the newest part of every
    append-only file is missing when they come back."""
    servers = s.redis.servers
    places = [faults.append_only_size(one.data) for one in servers]
    more_traffic(s, 2)
    s.begin_fault()
    for one in s.redis.sentinels:
        one.freeze()
    for one in servers:
        one.kill()
    cut = [faults.cut_append_only_file(one.data, at) for one, at in zip(servers, places)]
    s.fault("kill -9 of all Redis servers", seen=not any(one.process.runs() for one in servers))
    s.fault("append-only files shortened", seen=min(cut) > 0)
    s.notes.append(f"bytes cut: {cut}")
    for one in s.nodes:
        one.wait_for_meter("varde_island", lambda v: v == 1, "is an island")
    more_traffic(s)
    for one in servers:
        one.start()
    for one in s.redis.sentinels:
        one.thaw()
    s.centre.wait_until_together()
    s.healed()
    more_traffic(s)
    s.note_meters("varde_entries_recommitted")


@scenario(short=True)
def one_node_cut_off(s):
    """Everything between one node and Redis is swallowed: that node is an island, the other goes
    on, both handle the same cases, and what they did is merged."""
    victim, other = s.nodes
    s.begin_fault()
    s.gate.blackhole(victim.name + "/")
    victim.wait_for_meter("varde_island", lambda v: v == 1, "is an island")
    more_traffic(s, 3)
    s.last(4.0)
    met = s.gate.met(victim.name + "/")
    s.fault("blackhole between a node and Redis", seen=met["swallowed"] > 0)
    s.fault("the other goes on", seen=other.meter("varde_island") == 0)
    s.gate.blackhole(victim.name + "/", on=False)
    s.centre.wait_until_together()
    s.limit_waits(MASTER_RESUME_S)
    s.healed()
    more_traffic(s)
    s.note_meters("varde_entries_merged_total", "varde_outage_deeds_total")


@scenario(short=True)
def both_nodes_islands(s):
    """No node reaches Redis: each goes on by itself, people go from one to the other, and all is
    merged."""
    s.begin_fault()
    s.gate.refuse("node")
    for one in s.nodes:
        one.wait_for_meter("varde_island", lambda v: v == 1, "is an island")
    alone = time.monotonic()
    more_traffic(s, 6)
    s.limit_p99("life alarms of islands", ISLAND_P99_S, alone, time.monotonic())
    met = s.gate.met("node")
    s.fault("both nodes cut off", seen=met["refused"] > 0 and met["cut"] > 0)
    s.gate.refuse("node", on=False)
    s.centre.wait_until_together()
    s.healed()
    more_traffic(s)
    s.note_meters("varde_entries_merged_total", "varde_outage_deeds_total")


@scenario()
def links_flap(s):
    """The ways to Redis are cut, half closed, delayed and swallowed in one direction, by chance."""
    s.begin_fault()
    ways = [f"{node.name}/" for node in s.nodes]
    for _ in range(12):
        way = s.random.choice(ways)
        kind = s.random.choice(("cut", "half_close", "delay", "there", "back"))
        if kind in ("cut", "half_close"):
            before = s.gate.met(way)["cut"]
            met = getattr(s.gate, kind)(way)
            s.fault(f"{kind} {way}", seen=met["cut"] > before)
            more_traffic(s)
            continue
        counted = "delayed" if kind == "delay" else "swallowed"
        before = s.gate.met(way)[counted]
        if kind == "delay":
            s.gate.delay(way, 0.3)
        else:
            s.gate.blackhole(way, directions=(kind,))
        s.last(s.random.uniform(1.0, 3.0))
        s.fault(f"{kind} {way}", seen=s.gate.met(way)[counted] > before)
        if kind == "delay":
            s.gate.delay(way, 0.0)
        else:
            s.gate.blackhole(way, on=False)
        more_traffic(s)
    s.centre.wait_until_together()
    s.healed()
    more_traffic(s)


@scenario(short=True, nodes=3, responders=2)
def rolling_restart(s):
    """Three nodes are asked to stop, one after the other, and are started again, under load."""
    s.begin_fault()
    for one in s.nodes:
        one.stop()
        s.fault("SIGTERM of a node", seen=not one.process.runs())
        one.start()
        more_traffic(s)
    s.healed()
    s.bound("longest a console was without its feed", max(s.console_gaps()), CONSOLE_ERROR_S)
    s.bound("longest a command had no answer", max(s.command_gaps(), default=0), CONSOLE_ERROR_S)


@scenario(native=1000, scaip=0, pause_s=20.0, spread=False, warm=1000)
def thousand_reconnects(s):
    """A node with 1,000 devices is killed: all of them come to the other at once."""
    victim, other = s.nodes
    at_other = s.devices.record.count("at_node")
    s.begin_fault(victim)
    victim.kill()
    s.fault("kill -9 of a node", seen=not victim.process.runs())
    wait_until(
        lambda: s.devices.record.count("at_node") - at_other >= len(s.centre.devices),
        "all devices are at the other node",
        40.0,
    )
    took = time.monotonic() - s.phases[0]
    s.fault("1,000 reconnects", seen=True)
    s.notes.append(f"all were connected again after {took:.1f} s")
    more_traffic(s)
    s.healed()


@scenario(nodes=3, responders=2)
def anything(s):
    """A minute of faults by chance: processes killed and frozen, links cut, several at a time."""
    s.begin_fault()
    end = time.monotonic() + 60.0
    while time.monotonic() < end:
        kind = s.random.choice(("node", "freeze", "master", "cut", "blackhole", "sentinel"))
        node = s.random.choice(s.nodes)
        way = node.name + "/"
        if kind == "node":
            node.kill()
            s.fault("kill -9 of a node", seen=not node.process.runs())
            s.last(s.random.uniform(0.0, 2.0))
            node.start()
        elif kind == "freeze":
            node.freeze()
            s.fault("SIGSTOP of a node", seen=node.process.is_stopped())
            s.last(s.random.uniform(0.5, 12.0))
            node.thaw()
        elif kind == "master":
            old = s.redis.master()
            old.process.signal(s.random.choice((signal.SIGKILL, signal.SIGSTOP)))
            s.redis.wait_for_failover(old)
            s.fault("failover", seen=True)
            old.kill()
            old.start()
            wait_until(lambda: old.role() == b"slave", "the old master follows", 30.0)
        elif kind == "sentinel":
            one = s.random.choice(s.redis.sentinels)
            one.kill()
            s.fault("kill -9 of a sentinel", seen=not one.process.runs())
            one.start()
        elif kind == "cut":
            before = s.gate.met(way)["cut"]
            s.fault("connections cut", seen=s.gate.cut(way)["cut"] > before)
        else:
            s.gate.blackhole(way)
            s.last(s.random.uniform(0.5, 6.0))
            s.fault("blackhole", seen=s.gate.met(way)["swallowed"] > 0)
            s.gate.blackhole(way, on=False)
        s.traffic(20)
    s.centre.wait_until_together()
    s.healed()
    more_traffic(s)
