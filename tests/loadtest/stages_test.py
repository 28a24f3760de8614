"""The table of stages tells what happened between two looks, and nothing before."""

import importlib.util
import os
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


if __name__ == "__main__":
    unittest.main()
