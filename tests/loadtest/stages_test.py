"""The table of stages tells what happened between two looks, and nothing before."""

import importlib.util
import os
import subprocess
import sys
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPEC = importlib.util.spec_from_file_location("stages", os.path.join(TOP, "loadtest", "stages.py"))
stages = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(stages)

INFINITE = float("inf")


class the_stages(unittest.TestCase):
    def test_are_what_came_in_between(self):
        before = {"stage commit": {0.001: 90.0, 0.01: 100.0, INFINITE: 100.0}}
        after = {"stage commit": {0.001: 90.0, 0.01: 199.0, INFINITE: 200.0}}
        found = stages.between(before, after)["stage commit"]
        self.assertEqual(found, {0.001: 0.0, 0.01: 99.0, INFINITE: 100.0})
        self.assertEqual(stages.quantile(found, 0.5), 0.01)
        self.assertEqual(stages.quantile(found, 0.999), INFINITE)

    def test_that_nothing_passed_through_are_left_out(self):
        self.assertNotIn("idle", stages.table({"stage idle": {0.001: 0.0, INFINITE: 0.0}}))

    def test_come_with_how_often(self):
        found = stages.table({"stage x": {0.001: 4.0, INFINITE: 4.0}})
        self.assertIn("| stage x | 4 | ≤ 1 ms", found)

    def test_of_a_server_that_is_not_there_are_asked_for_in_vain(self):
        path = os.path.join(TOP, "loadtest", "stages.py")
        for url in ("http://127.0.0.1:1/metrics", "127.0.0.1:1", "nothing"):
            done = subprocess.run(
                [sys.executable, path, url], capture_output=True, text=True, check=False
            )
            self.assertEqual(done.returncode, 2)
            self.assertIn(f"{url} can't be read", done.stderr)
            self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
