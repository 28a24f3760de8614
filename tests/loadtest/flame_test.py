"""The flame graph adds up what perf says, whatever its functions are called."""

import importlib.util
import os
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPEC = importlib.util.spec_from_file_location("flame", os.path.join(TOP, "loadtest", "flame.py"))
flame = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(flame)

SAMPLES = """varde-edge  4242/4243  12.5:  250000 cpu-clock:
	          4a0a5a varde::edge::connection::on_ready(unsigned int)+0x2a (/usr/bin/varde)
	    7ffff00 [unknown] (/usr/lib/libc.so.6)
	          31a676 std::vector<int, std::allocator<int> >::push_back(int const&)+0x1 (/usr/bin/varde)

varde-edge  4242/4243  12.6:  250000 cpu-clock:
	ffffffff81a do_syscall_64+0x10 ([kernel.kallsyms])
	          31a676 std::vector<int, std::allocator<int> >::push_back(int const&)+0x1 (/usr/bin/varde)
"""


class the_flame_graph(unittest.TestCase):
    def setUp(self):
        self.root = flame.grown(SAMPLES.splitlines())

    def test_puts_each_function_over_whoever_called_it(self):
        self.assertEqual(self.root.samples, 2)
        caller = self.root.above["varde-edge"].above["std::vector::push_back"]
        self.assertEqual(caller.samples, 2)
        self.assertEqual(
            {name: one.samples for name, one in caller.above.items()},
            {"varde::edge::connection::on_ready": 1, "do_syscall_64": 1},
        )

    def test_is_a_picture_that_names_them(self):
        self.assertIn("varde::edge::connection::on_ready (50.0 %)", flame.picture(self.root))


if __name__ == "__main__":
    unittest.main()
