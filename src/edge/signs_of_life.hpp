// Marks that a device was heard, by its number in the registry: one store into its slot. The one
// place of the edge that knows of the supervision.
#pragma once

#include "edge/counters.hpp"
#include "registry/binding.hpp"
#include "supervision/seen_table.hpp"

namespace varde::edge {

/// One per edge thread, used on it.
class signs_of_life {
 public:
  signs_of_life(supervision::seen_table* seen, counters& counted)
      : seen_(seen), counted_(counted) {}

  /// To be called before the first mark of a number; may allocate.
  void expect(registry::thing_number number) {
    if (seen_ != nullptr) seen_->prepare(number);
  }
  /// An authenticated message of the device came. Allocates nothing.
  void heard(registry::thing_number number, base::steady_time now, bool calls_for_help = false) {
    if (seen_ == nullptr || number == registry::no_number) return;
    counted_.signs_of_life->add();
    seen_->mark(number, now, calls_for_help);
  }
  /// A signal came: it is a sign of life of its device, and of the sensor that it names.
  void heard(const registry::binding& from, const alarm::v1::Signal& signal,
             base::steady_time now) {
    if (seen_ == nullptr || !from.device) return;
    const bool calls_for_help = signal.intent() == alarm::v1::INTENT_ALARM;
    expect(from.number);
    heard(from.number, now, calls_for_help);
    if (signal.sensor().empty()) return;
    const auto sensor = registry::sensor_number(from.device, from.number, signal.sensor());
    expect(sensor);
    heard(sensor, now, calls_for_help);
  }

 private:
  supervision::seen_table* const seen_;
  counters& counted_;
};

}  // namespace varde::edge
