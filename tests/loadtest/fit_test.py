"""The fit finds costs that it was shown only through runs, and predicts a run it has not seen."""

import importlib.util
import os
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SPEC = importlib.util.spec_from_file_location("fit", os.path.join(TOP, "loadtest", "fit.py"))
fit = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(fit)

# Seconds of processor: at rest, a signal, a batch, a heartbeat, a connection, a console and batch.
TRUE_COSTS = (0.004, 25e-6, 60e-6, 3e-6, 0.0, 4e-6)
GATHERED_S = fit.GATHERED_S[4]


def run(signals, heartbeats, connections, consoles):
    return {
        "signals_per_s": signals,
        "heartbeats_per_s": heartbeats,
        "connections": connections,
        "consoles": consoles,
    }


RUNS = [
    run(0, 0, 10, 0),
    run(0, 0, 5_000, 0),
    run(200, 0, 500, 0),
    run(2_000, 0, 500, 0),
    run(2_000, 0, 500, 10),
    run(12_000, 0, 500, 0),
    run(0, 10_000, 2_000, 0),
    run(5_000, 5_000, 500, 1),
]


class the_fit(unittest.TestCase):
    def setUp(self):
        measured = [fit.predicted(TRUE_COSTS, each, GATHERED_S) for each in RUNS]
        self.gathered_s, models = fit.fitted_to(RUNS, {"server": measured})
        self.found = models["server"]

    def test_finds_the_costs_behind_the_runs(self):
        for found, true in zip(self.found, TRUE_COSTS, strict=True):
            self.assertAlmostEqual(found, true, delta=0.02 * max(true, 1e-6))

    def test_finds_how_long_a_batch_gathers(self):
        self.assertEqual(self.gathered_s, GATHERED_S)

    def test_predicts_a_run_that_it_has_not_seen(self):
        unseen = run(8_000, 2_000, 3_000, 5)
        wanted = fit.predicted(TRUE_COSTS, unseen, GATHERED_S)
        guess = fit.predicted(self.found, unseen, self.gathered_s)
        self.assertAlmostEqual(guess, wanted, delta=0.01 * wanted)

    def test_never_finds_a_cost_below_nothing(self):
        rows = [[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]
        self.assertEqual(fit.fitted(rows, [3.0, 2.0, 1.0])[1], 0.0)


if __name__ == "__main__":
    unittest.main()
