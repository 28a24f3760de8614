// What the sweep counts and times. Names are the ones in docs/supervision.md.
#pragma once

#include "supervision/sweep.hpp"

namespace varde::supervision {

struct sweep::meters {
  explicit meters(base::metrics& all)
      : watched(all.make_gauge("varde_supervised", "Devices and sensors that are supervised.")),
        absent(all.make_gauge("varde_supervised_absent", "Of these, those that are silent.")),
        went(all.make_counter("varde_supervision_gone_total", "Times that one fell silent.")),
        returned(all.make_counter("varde_supervision_back_total", "Times that one came back.")),
        batches(all.make_counter("varde_supervision_batches_total",
                                 "Commands to Redis with signs of life.")),
        written(
            all.make_counter("varde_supervision_written_total", "Signs of life written to Redis.")),
        time(all.make_histogram("varde_supervision_step_seconds",
                                "Time of one step of the sweep.")) {}

  base::gauge &watched, &absent;
  base::counter &went, &returned, &batches, &written;
  base::latency_histogram& time;
};

}  // namespace varde::supervision
