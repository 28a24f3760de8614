// Finding the case, opening it, recording into it.
#include "triage/collect.hpp"

#include <fmt/format.h>

#include "alarm/lifecycle.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

std::string open_collecting(const work& w, const collection& what) {
  const auto& sent = w.in.signal;
  const auto id = w.out.id_of_new_case();
  auto& opened = *w.out.add(id).mutable_case_opened();
  opened.set_kind(what.kind);
  opened.set_lane(LANE_TECHNICAL);
  opened.set_lane_reason(std::string{what.reason});
  opened.set_list(what.list);
  *opened.mutable_by() = what.by;
  auto& signal = *opened.mutable_signal();
  const auto now_us = base::to_us(w.out.now());
  signal.set_id(fmt::format("{}/{}/{}/{}", what.reason, sent.device(), sent.sensor(), now_us));
  signal.set_protocol("supervision");
  signal.set_device(sent.device());
  signal.set_sensor(sent.sensor());
  signal.set_intent(INTENT_ALARM);
  signal.set_text(what.by.reason());
  signal.set_trace(sent.trace());
  signal.set_received_at_us(now_us);
  return id;
}

}  // namespace

const Case* collecting_case(const SubjectState& state, Kind kind, const Signal& signal,
                            bool whole_device) {
  for (const auto& c : state.cases())
    if (!alarm::is_closed(c) && c.kind() == kind && c.alarms_size() > 0 &&
        c.alarms(0).device() == signal.device() &&
        (whole_device || c.alarms(0).sensor() == signal.sensor()))
      return &c;
  return nullptr;
}

void collect(const work& w, const Case* into, collection what) {
  const auto id = into != nullptr ? into->id() : open_collecting(w, what);
  record(w, what.reason, std::move(what.by), id);
}

}  // namespace varde::triage
