"""The instruments of loadtest/compare.sh work: a run with tiny counts gives rows, figures and a
ratio. Ratios only: times say nothing on a machine that is busy with tests."""

import json
import os
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIMIT_S = 120


class compare_with_redis(unittest.TestCase):
    def test_gives_every_row_its_figures_and_a_ratio(self):
        with tempfile.TemporaryDirectory() as home:
            figures = os.path.join(home, "figures.json")
            command = ["loadtest/compare.sh", "--only", "redis", "--rounds", "1", "--smoke"]
            done = subprocess.run(
                [*command, "--seconds", "0.3", "--json", figures],
                cwd=TOP,
                capture_output=True,
                text=True,
                timeout=LIMIT_S,
            )
            self.assertEqual(done.returncode, 0, done.stderr)
            with open(figures, encoding="utf-8") as file:
                found = json.load(file)
        missing = [r["problem"] for r in found["rows"] if r["problem"]]
        if any("not installed" in problem for problem in missing):
            self.skipTest("; ".join(missing))
        self.assertEqual(missing, [], done.stderr)
        self.assertGreater(found["ratio_to_redis_xadd_fsync_always"], 0)
        for row in found["rows"]:
            self.assertTrue(row["durable_when_acknowledged"])
            self.assertGreater(row["figures"]["acknowledged_per_s"]["median"], 0)


class compare_by_crashes(unittest.TestCase):
    def test_says_who_there_is_when_nobody_is_called_so(self):
        done = subprocess.run(
            ["loadtest/compare.sh", "--smoke", "--only", "crash", "--among", "nobody"],
            cwd=TOP,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
        )
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("rabbitmq, quorum queue", done.stderr)


if __name__ == "__main__":
    unittest.main()
