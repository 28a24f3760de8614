"""What is done to a node's disk and clock while devices and people are at work, and the vault's
part after a Redis that forgot. Found by run.py through scenarios.SCENARIOS, as the others."""

import os
import time

import faults
import ledger_reader
from processes import wait_until
from scenarios import RECOMMIT_S, more_traffic, scenario


def small_disk(s):
    """Puts node1's vault on a small disk of its own."""
    s.disk = faults.small_disk(os.path.join(s.home, "disk"), 24)
    s.cleanups.append(s.disk.close)
    vault = os.path.join(s.disk.path, "vault")
    s.options["node_settings"] = {"node1": {"vault_directory": vault, "vault.segment_mb": 1}}


@scenario(short=True, prepare=small_disk)
def disk_full(s):
    """The disk of a node's vault fills up: life alarms go on by Redis, and when there is room again
    the vault takes records again."""
    victim = s.nodes[0]
    s.begin_fault()
    taken = s.disk.fill()
    s.fault("the vault's disk is full", seen=taken > 0 and s.disk.free_bytes() == 0)
    victim.wait_for_meter("varde_vault_degraded", lambda v: v == 1, "its vault is degraded", 40.0)
    s.fault("records refused", seen=victim.meter("varde_vault_refused_total") > 0)
    more_traffic(s, 2)
    s.disk.empty()
    victim.wait_for_meter("varde_vault_degraded", lambda v: v == 0, "its vault works again")
    s.healed()
    more_traffic(s)


@scenario(short=True)
def disk_errors(s):
    """Every write and sync of a node's vault fails with EIO for a while."""
    victim = s.nodes[0]
    log = os.path.join(s.home, "strace")
    calls = faults.failing_calls(victim, ("pwrite64", "fsync", "fdatasync"), "error=EIO", log)
    s.begin_fault()
    calls.start()
    s.cleanups.append(calls.close)
    victim.wait_for_meter("varde_vault_degraded", lambda v: v == 1, "its vault is degraded")
    more_traffic(s, 3)
    calls.stop()
    s.fault(f"EIO of {calls.injected()} calls", seen=calls.injected() > 0)
    victim.wait_for_meter("varde_vault_degraded", lambda v: v == 0, "its vault works again")
    s.healed()
    more_traffic(s)


@scenario()
def disk_hangs(s):
    """Each write of a node's vault takes four seconds: the node does not wait for it."""
    victim = s.nodes[0]
    log = os.path.join(s.home, "strace")
    calls = faults.failing_calls(victim, ("pwrite64",), "delay_enter=4000000", log)
    s.begin_fault()
    calls.start()
    s.cleanups.append(calls.close)
    more_traffic(s, 8)
    calls.stop()
    s.fault(f"{calls.injected()} slow writes", seen=calls.injected() > 0)
    victim.wait_for_meter("varde_disk_failed", lambda v: v == 0, "its disk works again")
    s.healed()
    more_traffic(s)


@scenario()
def disk_errors_of_an_island(s):
    """An island loses its disk as well: nothing is acknowledged there, and nothing lost."""
    victim, other = s.nodes
    log = os.path.join(s.home, "strace")
    s.begin_fault()
    s.gate.refuse(victim.name + "/")
    victim.wait_for_meter("varde_island", lambda v: v == 1, "is an island")
    more_traffic(s)
    calls = faults.failing_calls(victim, ("pwrite64", "fsync"), "error=EIO", log).start()
    s.cleanups.append(calls.close)
    victim.wait_for_meter("varde_vault_degraded", lambda v: v == 1, "its vault is degraded")
    more_traffic(s, 2)
    calls.stop()
    s.fault(f"EIO of {calls.injected()} calls", seen=calls.injected() > 0)
    s.fault("the node was cut off", seen=s.gate.met(victim.name + "/")["refused"] > 0)
    s.gate.refuse(victim.name + "/", on=False)
    s.centre.wait_until_together()
    s.healed()
    more_traffic(s)


@scenario(short=True)
def vault_damaged(s):
    """A killed node finds blocks amid its vault damaged: it sets the vault aside, and starts."""
    victim = s.nodes[0]
    s.begin_fault(victim)
    victim.kill()
    changed = faults.damage_vault(victim.vault)
    victim.start()
    aside = faults.set_aside(victim.vault)
    s.fault(f"{changed} bytes of the vault changed", seen=len(aside) == 1)
    s.healed()
    more_traffic(s)


def lossy_disk(s):
    """Puts all vaults and all of Redis on a disk that loses what was not synced."""
    s.disk = faults.lossy_disk(s.home)
    s.cleanups.append(s.disk.close)
    s.options["redis_disk"] = s.disk.path
    s.options["node_settings"] = {
        name: {"vault_directory": os.path.join(s.disk.path, name), "vault.segment_mb": 1}
        for name in ("node1", "node2")
    }


@scenario(prepare=lossy_disk, pause_s=2.0)
def power_cut(s):
    """Both nodes and every Redis lose power at once, and with it all that was not synced."""
    for one in s.redis.sentinels:
        one.freeze()
    s.begin_fault()
    for one in s.nodes + s.redis.servers:
        one.kill()
    gone = s.disk.cut_power()
    s.fault(f"{gone} bytes that were not synced are gone", seen=gone > 0)
    s.disk.mount()
    for one in s.redis.servers:
        one.start()
    wait_until(lambda: all(one.answers() for one in s.redis.servers), "Redis answers")
    for one in s.redis.sentinels:
        one.thaw()
    for one in s.nodes:
        one.start(wait=False)
    for one in s.nodes:
        one.wait_until_ready()
    s.centre.wait_until_together()
    s.healed()
    more_traffic(s)


@scenario(prepare=lambda s: give_clock(s))
def clock_stepped(s):
    """One node's clock is put forward by an hour, and then back by two."""
    victim = s.nodes[0]
    s.begin_fault()
    for step in (3600, -3600):
        s.clock.step(step)
        off = wait_until(lambda: abs(victim.clock_offset_s() - step) < 60, "the clock is stepped")
        s.fault(f"clock stepped to {step:+d} s", seen=off)
        more_traffic(s, 2)
    s.clock.step(0)
    s.healed()
    more_traffic(s)
    released = [e for e in ledger_reader.read_all(s.redis.master()) if e.kind == "released"]
    s.notes.append(f"claims put back meanwhile: {len(released)}")


def give_clock(s):
    s.clock = faults.clock(os.path.join(s.home, "clock"))
    s.options["environments"] = {"node1": s.clock.environment()}


@scenario(native=50, scaip=0, pause_s=0.002, pending_max=200, operators=1, drain_s=120.0)
def forgotten_hundred_thousand(s):
    """Redis forgets 100,000 entries that the vaults have: they are there again soon."""
    wanted = 100_000
    servers = s.redis.servers
    places = [faults.append_only_size(one.data) for one in servers]
    had = s.redis.master().ledger_length()
    wait_until(
        lambda: s.redis.master().ledger_length() - had >= wanted, "100,000 entries more", 240.0, 1.0
    )
    s.devices.tell("pause")
    for one in s.redis.sentinels:
        one.freeze()
    s.begin_fault()
    for one in servers:
        one.kill()
    cut = [faults.cut_append_only_file(one.data, at) for one, at in zip(servers, places)]
    s.fault("kill -9 of all Redis servers", seen=not any(one.process.runs() for one in servers))
    s.fault("append-only files shortened", seen=min(cut) > 0)
    for one in s.nodes:
        one.wait_for_meter("varde_island", lambda v: v == 1, "is an island")
    for one in servers:
        one.start()
    wait_until(lambda: all(one.answers() for one in servers), "Redis answers")
    left = servers[0].ledger_length()
    back = time.monotonic()
    for one in s.redis.sentinels:
        one.thaw()
    s.centre.wait_until_together(120.0)
    took = time.monotonic() - back
    again = s.redis.master().ledger_length() - left
    s.fault(f"{again} entries committed again", seen=again >= wanted)
    s.bound(f"seconds to commit {again} entries again", took, RECOMMIT_S)
    s.notes.append(f"committed again in {took:.1f} s")
    s.healed()
