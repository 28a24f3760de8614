#!/usr/bin/env python3
"""What a power cut of thousands of homes does to somebody else's life alarm.

Starts a demo, measures life alarms of fifty other devices alone, then again while the devices under
one parent report mains failure, until one case has them all; an operator's page looks at that case
all the while. Loopback only; build varde and varde-load first (docs/performance.md).

  loadtest/outage.py [--devices N] [--rate N] [--json FILE]
"""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "tests", "integration"))

import api_client  # noqa: E402  found by the line above
import scaip_client  # noqa: E402
import varde_process  # noqa: E402

VARDE_LOAD = os.path.join(
    os.environ.get("VARDE_BUILD", os.path.join(TOP, "build")), "loadtest", "varde-load"
)
MAINS_FAILURE = "0085"
LIFE_RATE = 50
ALONE_S = 20
# How often an open page asks for the people in an outage.
LOOK_EVERY_S = 5.0
FOUND_S_MAX = 180.0
SHOWN = ("p50_ms", "p99_ms", "p99_9_ms", "max_ms")


def those_that_fail(demo, wanted):
    """The parent with most SCAIP devices under it, and `wanted` of them."""
    under = collections.defaultdict(list)
    for device in demo["devices"]:
        if device["protocol"] == "scaip" and not device["digest_user"]:
            for parent in device["depends_on"]:
                under[device["municipality"], parent].append(device)
    (municipality, parent), devices = max(under.items(), key=lambda one: len(one[1]))
    if len(devices) < wanted:
        sys.exit(f"{parent} has {len(devices)} devices only: ask for more with --devices")
    return municipality, parent, devices[:wanted]


def say(varde, devices, rate):
    """Each device's mains failure, evenly spaced; the seconds it took until all were answered."""
    started = time.monotonic()
    for place, device in enumerate(devices):
        ahead = started + place / rate - time.monotonic()
        if ahead > 0:
            time.sleep(ahead)
        with scaip_client.scaip_client(varde, device) as client:
            answer = client.alarm(f"{place + 1:x}", dty="0045", stc=MAINS_FAILURE)
            if "<snu>0</snu>" not in answer:
                sys.exit(f"{device['id']} was answered: {answer}")
    return time.monotonic() - started


class life_alarms:
    """A run of varde-load beside whatever else goes on."""

    def __init__(self, varde, seconds):
        self.figures = tempfile.NamedTemporaryFile(suffix=".json")
        self.process = subprocess.Popen(
            [
                *(VARDE_LOAD, "native", varde.data, "--rate", str(LIFE_RATE)),
                *("--connections", str(LIFE_RATE), "--seconds", str(seconds)),
                *("--server-pid", str(varde.process.pid), "--json", self.figures.name),
            ],
            stdout=subprocess.DEVNULL,
        )

    def result(self):
        if self.process.wait() != 0:
            sys.exit("varde-load found a signal that was acknowledged and is in no case")
        with open(self.figures.name, encoding="utf-8") as file:
            return json.load(file)


def look_at_outages(varde, municipality, over, seen):
    """What the operator's page asks for; `seen` gets the newest devices_down by case."""
    who = varde.sign_in_of("operator", municipality, None, 0)
    operator = api_client.person(varde, who).sign_in()
    while not over.wait(LOOK_EVERY_S):
        for case in operator.cases():
            if case["kind"] == "outage":
                seen[case["id"]] = case["outage"]["devices_down"]
                operator.get(f"/api/v1/cases/{case['id']}/outage")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--devices", type=int, default=20_000, help="that fail")
    parser.add_argument("--rate", type=float, default=700, help="failures a second")
    parser.add_argument("--registered", type=int, help="devices in the registry")
    parser.add_argument("--json", help="also write the figures to this file")
    asked = parser.parse_args()
    registered = asked.registered or asked.devices * 3

    with varde_process.varde_process("--devices", str(registered)) as varde:
        municipality, parent, devices = those_that_fail(varde.demo, asked.devices)
        alone = life_alarms(varde, ALONE_S).result()

        over, seen = threading.Event(), {}
        looking = threading.Thread(
            target=look_at_outages, args=(varde, municipality, over, seen), daemon=True
        )
        looking.start()
        beside = life_alarms(varde, asked.devices / asked.rate + 2 * ALONE_S)
        took_s = say(varde, devices, asked.rate)
        said = time.monotonic()
        varde_process.wait_until(
            lambda: asked.devices in seen.values(), "one case with all of them", FOUND_S_MAX
        )
        found_s = time.monotonic() - said
        meanwhile = beside.result()
        over.set()
        looking.join()

    figures = {
        "parent": parent,
        "devices": asked.devices,
        "registered": registered,
        "reported_within_s": round(took_s, 1),
        "in_one_case_after_s": round(found_s, 1),
        "alone": alone,
        "meanwhile": meanwhile,
    }
    if asked.json:
        with open(asked.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=2)
    print(f"{asked.devices} of {registered} devices under {parent} in {took_s:.0f} s,")
    print(f"all in one case {found_s:.1f} s after the last; a life alarm of somebody else, ms:")
    print(f"{'':24}{'p50':>9}{'p99':>9}{'p99.9':>9}{'max':>9}")
    for when in ("alone", "meanwhile"):
        for what in ("acknowledge", "websocket"):
            took = figures[when][what]
            print(f"{when + ', ' + what:24}" + "".join(f"{took[k]:9.2f}" for k in SHOWN))


if __name__ == "__main__":
    main()
