"""`openssl s_server` with the certificate and the rules that Varde's listener has, so that only the
server around the handshake differs."""

import os

from .. import bench as benches
from ..bench import answers_on, find_program, wait_until


class tls_server:
    def __init__(self, bench, layout, certificates):
        home = bench.directory("s_server")
        self.port = benches.processes.free_port()
        self.ca_file = os.path.join(certificates, "ca.crt")
        self.process = bench.start(
            [
                *(find_program("openssl"), "s_server", "-accept", f"127.0.0.1:{self.port}"),
                *("-cert", os.path.join(certificates, "server.crt")),
                *("-key", os.path.join(certificates, "server.key")),
                # Asks for a client's certificate and takes it that there is none, as Varde does.
                *("-tls1_3", "-num_tickets", "1", "-verify", "1", "-CAfile", self.ca_file),
                *("-quiet", "-www"),
            ],
            os.path.join(home, "log"),
            layout,
        )
        wait_until(lambda: answers_on(self.port), "openssl s_server listens")

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self):
        return self.process.pid
