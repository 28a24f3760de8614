// One question, and the words for it.
#include "triage/absence.hpp"

#include <fmt/format.h>

#include "alarm/lifecycle.hpp"
#include "base/local_time.hpp"

namespace varde::triage {

using namespace alarm::v1;

bool is_absent(const SubjectState& state, base::wall_time now) {
  if (!state.has_absence()) return false;
  const auto& away = state.absence();
  return away.since_us() <= base::to_us(now) &&
         (away.until_us() == 0 || base::to_us(now) < away.until_us());
}

std::string words_of(const ResidentAbsence& absence) {
  std::string why = absence.reason().empty() ? "away" : absence.reason();
  if (absence.until_us() == 0) return why;
  const auto until = base::to_local(base::from_us(absence.until_us()));
  const std::chrono::year_month_day date{until.day};
  const std::chrono::hh_mm_ss clock{until.since_midnight};
  return fmt::format("{} → {:04}-{:02}-{:02} {:02}:{:02}", why, static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count());
}

bool keep_for_absence(const work& w) {
  if (w.in.what.lane == LANE_LIFE || alarm::is_technical(w.in.what.kind)) return false;
  if (!is_absent(w.state, w.out.now())) return false;
  record(w, "absent",
         built_in("varde:absence", words_of(w.state.absence()), w.policy, w.out.now()));
  return true;
}

}  // namespace varde::triage
