"""A stop of the machine is told from the time that a program has to wait for its turn."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LOADTEST = os.path.join(TOP, "loadtest")
sys.path.insert(0, LOADTEST)  # its own import of disk
SPEC = importlib.util.spec_from_file_location("stalls", os.path.join(LOADTEST, "stalls.py"))
stalls = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(stalls)


class stalls_of_a_processor(unittest.TestCase):
    def test_are_the_long_steps_of_its_clock(self):
        moments = [0.0, 0.001, 0.002, 0.012, 0.013, 0.0179, 0.030]
        found = stalls.stalls_in(moments)
        self.assertEqual([round(1e3 * one, 3) for one in found], [10.0, 12.1])

    def test_are_none_in_a_clock_that_runs(self):
        self.assertEqual(stalls.stalls_in([0.0001 * n for n in range(100)]), [])
        self.assertEqual(stalls.stalls_in([]), [])

    def test_are_summed_up_for_a_second(self):
        self.assertEqual(
            stalls.summary([0.010, 0.030], seconds=2.0),
            {"per_s": 1.0, "percent_of_time": 2.0, "longest_ms": 30.0},
        )
        self.assertEqual(stalls.summary([], seconds=2.0)["longest_ms"], 0.0)

    def test_are_asked_of_all_beside_a_disk_on_which_nothing_is_left(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(LOADTEST, "stalls.py")
            done = subprocess.run(
                [sys.executable, path, directory, "--seconds", "0.3"],
                capture_output=True,
                text=True,
                check=True,
            )
            self.assertEqual(os.listdir(directory), [])
        lines = done.stdout.splitlines()
        self.assertEqual(len(lines), 2, done.stdout)
        self.assertRegex(lines[0], r"^processors busy: \d+\.\d stalls a second")
        self.assertRegex(lines[1], r"^processors and disk busy: \d+\.\d stalls a second")


if __name__ == "__main__":
    unittest.main()
