"""An alarm centre to be broken: certificates, a municipality with its residents and devices,
people with accounts, Redis behind sentinels, and nodes of `varde serve`, each with its own way
through the gate to each server."""

import json
import os
import signal
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import gate
import processes
import native_client
import redis_servers
from processes import failed, wait_until

MUNICIPALITY = "9901"
TEAM = "day"
PASSWORD = "a made-up and long password"
# Kinds of devices: device type and status on the wire, registered kind, and whether a life alarm.
KINDS = (
    (3, 10, "safety_alarm", True),
    (5, 10, "fall_sensor", True),
    (23, 10, "smoke_detector", True),
    (12, 10, "bed_sensor", False),
    (2, 14, "safety_alarm", False),  # low battery: technical
)
START_LIMIT_S = 60.0


def binary():
    """The executable under test: build/varde, or what VARDE_BINARY names."""
    return os.environ.get("VARDE_BINARY", os.path.join(processes.TOP, "build", "varde"))


def make_certificates(directory):
    """An authority and a certificate for 127.0.0.1 in `directory`."""
    script = """
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
        -keyout ca.key -out ca.pem -subj '/CN=fault harness'
      openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -keyout node.key -out node.csr -subj '/CN=127.0.0.1'
      printf 'subjectAltName=IP:127.0.0.1' >node.ext
      openssl x509 -req -in node.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
        -extfile node.ext -out node.pem
    """
    subprocess.run(["sh", "-ec", script], cwd=directory, check=True, capture_output=True)


def make_devices(native, scaip):
    """The devices as the harness plays them; each belongs to a resident of its own."""
    devices = []
    for i in range(native + scaip):
        device_type, status, kind, life = KINDS[i % len(KINDS)]
        protocol = "native" if i < native else "scaip"
        devices.append(
            {
                "id": f"{protocol}-{i}" if protocol == "native" else f"{500000 + i}",
                "protocol": protocol,
                "secret": f"a-made-up-secret-of-length-{i:04}",
                "resident": str(1000 + i),
                "type": device_type,
                "status": status,
                "kind": kind,
                "life": life,
            }
        )
    return devices


def registry_of(devices, policy):
    address = {"street": "Nyveien 1", "postcode": "9901", "place": "Fjordvik"}
    registered = []
    for i, device in enumerate(devices):
        row = {
            "id": f"d{i}",
            "protocol": device["protocol"],
            "wire_id": device["id"],
            "kind": device["kind"],
            "state": "installed",
            "resident": device["resident"],
        }
        if device["protocol"] == "native":
            row["secret"] = device["secret"]
        registered.append(row)
    return {
        "municipality": {
            "id": MUNICIPALITY,
            "name": "Fjordvik",
            "voice_number": "+4799009901",
            "phone": "+4799009902",
            "scaip_digest": "off",
            "native_secret_allowed": True,
        },
        "policy": policy,
        "residents": [
            {"id": name, "name": f"Innbygger {name}", "address": address}
            for name in (device["resident"] for device in devices)
        ],
        "devices": registered,
        "teams": [{"id": TEAM, "name": "Dagvakt", "phone": "+4799000010"}],
    }


class node:
    """One `varde serve`, that keeps its ports and its data over restarts."""

    def __init__(self, owner, name, settings, environment):
        self.owner = owner
        self.name = name
        self.home = os.path.join(owner.home, name)
        self.data = os.path.join(self.home, "data")
        self.vault = settings.pop("vault_directory", os.path.join(self.home, "vault"))
        self.environment = environment or {}
        os.makedirs(self.data, exist_ok=True)
        self.ports = {
            listener: processes.free_port()
            for listener in ("https", "scaip_udp", "scaip_tcp", "native", "metrics")
        }
        self.configuration = os.path.join(self.home, "varde.toml")
        self.log = os.path.join(self.home, "log")
        with open(self.configuration, "w", encoding="utf-8") as file:
            file.write(self._settings(settings))
        self.process = None

    def _settings(self, settings):
        listen = "".join(f'{k} = "127.0.0.1:{port}"\n' for k, port in self.ports.items())
        lines = {section: "" for section in ("core", "vault", "edge", "http", "log", "redis")}
        for key, value in settings.items():
            section, name = key.split(".")
            lines[section] += f"{name} = {json.dumps(value)}\n"
        lines["redis"] += f'url = "{self.owner.redis_url(self.name)}"\n'
        lines["vault"] += f"directories = {json.dumps([self.vault])}\n"
        home = self.owner.home
        sections = "".join(f"[{name}]\n{text}" for name, text in lines.items())
        return (
            f'[node]\nname = "{self.name}"\ndata = "{self.data}"\n'
            f'[listen]\n{listen}scaip_tls = ""\n'
            f'[tls]\ncertificate = "{home}/node.pem"\nkey = "{home}/node.key"\n'
            + sections
        )

    def start(self, wait=True):
        command = [binary(), "serve", "--config", self.configuration]
        self.process = processes.process(command, self.log, environment=self.environment)
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self, limit_s=START_LIMIT_S):
        def ready():
            if not self.process.runs():
                raise failed(f"{self.name} ended at its start:\n{self.tail_of_log()}")
            return self.health("/readyz") == 200

        wait_until(ready, f"{self.name} is ready", limit_s)

    def health(self, path):
        """The status of a health page; 0 if there is no answer."""
        url = f"http://127.0.0.1:{self.ports['metrics']}{path}"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def meter(self, name):
        """The sum of a metric over its labels; None if the node does not answer."""
        url = f"http://127.0.0.1:{self.ports['metrics']}/metrics"
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                lines = answer.read().decode().splitlines()
        except OSError:
            return None
        values = [
            float(line.split()[-1])
            for line in lines
            if line.startswith((name + " ", name + "{"))
        ]
        return sum(values)

    def clock_offset_s(self):
        """Seconds by which its clock, as its answers tell it, is ahead of ours."""
        context = ssl.create_default_context(cafile=os.path.join(self.owner.home, "ca.pem"))
        address = ("127.0.0.1", self.ports["native"])
        with socket.create_connection(address, timeout=5) as raw:
            with context.wrap_socket(raw, server_hostname="127.0.0.1") as s:
                device = self.owner.devices[0]
                hello = native_client.field(1, device["id"])
                hello += native_client.field(2, device["secret"]) + native_client.field(4, 1)
                s.sendall(native_client.frame(native_client.HELLO, hello))
                data = s.recv(4096)
        welcome = native_client.fields(native_client.fields(data[1:])[native_client.WELCOME][0])
        return welcome[3][0] / 1e6 - time.time()

    def is_together(self):
        """True when it works with Redis, and everything of an outage is compared."""
        return self.health("/readyz") == 200 and self.meter("varde_island") == 0

    def wait_for_meter(self, name, holds, what, deadline_s=20.0):
        def asked():
            value = self.meter(name)
            return value is not None and holds(value)

        wait_until(asked, f"{self.name}: {what}", deadline_s)

    def freeze(self):
        self.process.signal(signal.SIGSTOP)
        wait_until(self.process.is_stopped, f"{self.name} is stopped")

    def thaw(self):
        self.process.signal(signal.SIGCONT)

    def kill(self):
        self.process.kill()

    def stop(self):
        status = self.process.end()
        if status != 0:
            raise failed(f"{self.name} ended with {status}:\n{self.tail_of_log()}")

    def close(self):
        if self.process:
            self.process.kill()

    def tail_of_log(self, lines=15):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])


class centre:
    """Everything of one scenario. `settings` go into each node's configuration, as
    "section.key"; `node_settings` and `environments` into single ones, by name."""

    def __init__(
        self,
        home,
        nodes=2,
        replicas=2,
        native=60,
        scaip=12,
        operators=2,
        responders=1,
        settings=None,
        node_settings=None,
        environments=None,
        redis_settings="",
        redis_disk=None,
        policy=None,
    ):
        self.home = home
        self.gate = self.redis = None
        self.nodes = []
        self.devices = make_devices(native, scaip)
        self.people = [{"user": f"operator{i}", "role": "operator"} for i in range(operators)]
        self.people += [{"user": f"responder{i}", "role": "responder"} for i in range(responders)]
        try:
            make_certificates(home)
            self.gate = gate.gate()
            self.redis = redis_servers.watched(home, replicas, redis_settings, redis_disk)
            self._fill_registry(policy or {})
            for i in range(nodes):
                name = f"node{i + 1}"
                own = {**(settings or {}), **(node_settings or {}).get(name, {})}
                self.nodes.append(node(self, name, own, (environments or {}).get(name)))
            for one in self.nodes:
                one.start(wait=False)
            for one in self.nodes:
                one.wait_until_ready()
        except BaseException:
            self.close()
            raise

    def _fill_registry(self, policy):
        path = os.path.join(self.home, "registry.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(registry_of(self.devices, policy), file)
        redis = f"redis://127.0.0.1:{self.redis.servers[0].port}"
        self.run("import", "--redis", redis, path)

        def add(person):
            scope = ("--municipality", MUNICIPALITY)
            if person["role"] == "responder":
                scope = ("--team", f"{MUNICIPALITY}/{TEAM}")
            words = ("account", person["user"], "--name", person["user"], "--role", person["role"])
            self.run(*words, *scope, "--redis", redis, text=PASSWORD + "\n")

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(add, self.people))

    def run(self, *words, text="", statuses=(0,)):
        """A command of varde that ends by itself; its output."""
        done = subprocess.run(
            [binary(), *words], input=text, capture_output=True, text=True, timeout=300, check=False
        )
        if done.returncode not in statuses:
            raise failed(f"varde {' '.join(words)}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def redis_url(self, name):
        """Opens the ways of a node through the gate: to each server, and to each sentinel, whose
        answers then name the ways instead of the servers."""
        exchange = {}
        for i, one in enumerate(self.redis.servers):
            exchange[str(one.port)] = str(self.gate.open(f"{name}/redis{i}/", one.port))
        places = [
            f"127.0.0.1:{self.gate.open(f'{name}/sentinel{i}/', one.port, exchange)}"
            for i, one in enumerate(self.redis.sentinels)
        ]
        return f"sentinel://{','.join(places)}/{redis_servers.MASTER_NAME}"

    def wait_until_together(self, deadline_s=30.0):
        """All nodes that run work with Redis again and have merged what they did alone."""
        for one in self.nodes:
            if one.process.runs():
                wait_until(one.is_together, f"{one.name} is back with Redis", deadline_s)

    def close(self):
        for one in self.nodes:
            one.close()
        if self.redis:
            self.redis.close()
        if self.gate:
            self.gate.close()
