"""The pictures are drawn from what the instruments write."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LATENCY = {"count": 3, "curve": [[0, 0.2], [50, 0.5], [99, 2.0], [100, 4.0]]}
RUN = {"streams": [{"name": "life", "acknowledge": LATENCY, "show": LATENCY}]}


def row(name, rate):
    figure = {"median": rate, "min": rate * 0.9, "max": rate * 1.1, "rounds": [rate]}
    return {"name": name, "cores": "all", "figures": {"acknowledged_per_s": figure}}


COMPARISON = {"question": "redis", "rows": [row("varde, disk+redis", 7.0), row("redis", 10.0)]}


@unittest.skipUnless(shutil.which("gnuplot"), "gnuplot is not installed: deploy/install.sh compare")
class pictures(unittest.TestCase):
    def drawn(self, name, figures):
        with tempfile.TemporaryDirectory() as home:
            source = os.path.join(home, f"{name}.json")
            with open(source, "w", encoding="utf-8") as file:
                json.dump(figures, file)
            done = subprocess.run(
                ["loadtest/pictures.py", source, "--out", home],
                cwd=TOP,
                capture_output=True,
                text=True,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(done.stdout.split()[-1], encoding="utf-8") as file:
                return file.read()

    def test_a_comparison_has_a_bar_for_each_row(self):
        picture = self.drawn("figures", COMPARISON)
        self.assertIn("varde, disk+redis", picture)
        self.assertIn("Durable acknowledgements a second", picture)

    def test_a_run_has_a_curve_for_each_of_its_latencies(self):
        picture = self.drawn("technical-flood", RUN)
        self.assertIn("life: acknowledged", picture)
        self.assertIn("life: on the screen", picture)


if __name__ == "__main__":
    unittest.main()
