"""What is done to the centre while devices and people are at work. Each scenario makes its faults,
makes sure that they happened, and leaves the reckoning to the stage."""

from processes import wait_until

# Name → (function, options of its stage, whether it belongs to the short set).
SCENARIOS = {}

# Figures of the issue, in seconds.
NODE_RESUME_S = 2.0
MASTER_RESUME_S = 5.0


def scenario(short=False, **options):
    def keep(function):
        SCENARIOS[function.__name__] = (function, options, short)
        return function

    return keep


@scenario(short=True, nodes=2)
def node_killed(s):
    """kill -9 of a node under load; its devices and people go to the other, and it comes back."""
    victim = s.random.choice(s.nodes)
    s.begin_fault(victim)
    victim.kill()
    s.fault("kill -9 of a node", seen=not victim.process.runs())
    s.traffic(len(s.centre.devices))
    victim.start()
    s.healed()
    s.traffic(len(s.centre.devices))


@scenario(short=True, nodes=2)
def node_frozen(s):
    """SIGSTOP of a node for longer than a lease lasts, then SIGCONT: its late writes do no harm."""
    victim = s.random.choice(s.nodes)
    other = next(n for n in s.nodes if n is not victim)
    s.begin_fault(victim)
    victim.freeze()
    s.fault("SIGSTOP of a node", seen=victim.process.is_stopped())
    s.last(14.0)
    victim.thaw()
    s.healed()
    s.traffic(len(s.centre.devices))
    s.notes.append(f"fenced writes: {other.meter('varde_commits_fenced_total'):g} + "
                   f"{victim.meter('varde_commits_fenced_total'):g}")


@scenario(short=True, nodes=2)
def master_killed(s):
    """kill -9 of the Redis master under load; the nodes are islands until Sentinel has another."""
    old = s.redis.master()
    s.begin_fault()
    old.kill()
    s.fault("kill -9 of the Redis master", seen=not old.process.runs())
    new = s.redis.wait_for_failover(old)
    s.fault("failover", seen=new is not old)
    s.centre.wait_until_together()
    s.healed()
    s.traffic(len(s.centre.devices))
    old.start()
    wait_until(lambda: old.role() == b"slave", "the old master follows the new one", 30.0)


@scenario(short=True, nodes=2)
def one_node_cut_off(s):
    """Everything between one node and Redis is swallowed: that node is an island, the other goes
    on, both handle the same cases, and what they did is merged."""
    victim, other = s.nodes
    s.begin_fault()
    s.gate.blackhole(victim.name + "/")
    victim.wait_for_meter("varde_island", lambda v: v == 1, "is an island")
    s.traffic(3 * len(s.centre.devices))
    s.last(6.0)
    met = s.gate.met(victim.name + "/")
    s.fault("blackhole between a node and Redis", seen=met["swallowed"] > 0)
    s.fault("the other goes on", seen=other.meter("varde_island") == 0)
    s.gate.blackhole(victim.name + "/", on=False)
    s.centre.wait_until_together()
    s.healed()
    s.traffic(len(s.centre.devices))
    s.notes.append(
        f"merged entries: {victim.meter('varde_entries_merged_total'):g}, "
        f"deeds: {victim.meter('varde_outage_deeds_total'):g}"
    )
