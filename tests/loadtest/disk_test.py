"""What is said of a disk comes from syncs at the given pace, and nothing is left there."""

import importlib.util
import os
import subprocess
import sys
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPEC = importlib.util.spec_from_file_location("disk", os.path.join(TOP, "loadtest", "disk.py"))
disk = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(disk)


class the_disk(unittest.TestCase):
    def test_is_asked_by_each_writer_at_its_pace(self):
        with tempfile.TemporaryDirectory() as directory:
            times = disk.side_by_side(directory, rate_per_s=50, seconds=0.5, writers=2)
            self.assertEqual(os.listdir(directory), [])
        self.assertEqual(len(times), 2)
        for of_one in times:
            self.assertTrue(1 <= len(of_one) <= 26, len(of_one))
            self.assertTrue(all(seconds > 0.0 for seconds in of_one))

    def test_a_share_of_the_syncs_took_at_most_so_long(self):
        times = [0.001 * n for n in range(1, 101)]
        self.assertAlmostEqual(disk.quantile_ms(times, 0.5), 51.0)
        self.assertAlmostEqual(disk.quantile_ms(times, 0.99), 100.0)
        self.assertAlmostEqual(disk.quantile_ms(times, 1.0), 100.0)

    def test_that_is_not_there_is_said_in_a_sentence(self):
        path = os.path.join(TOP, "loadtest", "disk.py")
        done = subprocess.run(
            [sys.executable, path, "/nowhere/at/all"], capture_output=True, text=True, check=False
        )
        self.assertEqual(done.returncode, 2)
        self.assertIn("/nowhere/at/all is no directory", done.stderr)
        self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()
