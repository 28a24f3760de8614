// How much comes to each operator: cases opened in the last ten minutes, shared among those who
// serve the municipality and are signed in. EEMUA 191 calls ten alarms in ten minutes to one
// operator a flood, which is over when fewer than five came. Pure: cases, people and time go in.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "varde/alarm/v1/case.pb.h"

namespace varde::desk {

/// The rules by which a case was put off in a flood, brought back after it, and moved by a person.
inline constexpr std::string_view flood_rule = "varde:flood";
inline constexpr std::string_view flood_over_rule = "varde:flood_over";
inline constexpr std::string_view by_hand_rule = "varde:by_hand";

/// Why the core closed a case that an outage explains.
inline constexpr std::string_view part_of_outage = "part_of_outage";

/// Which of the three moved the case last; empty if none did.
[[nodiscard]] std::string_view moved_by(const alarm::v1::Case& c);
/// True while it is off the operators' list because of a flood.
[[nodiscard]] bool is_shed(const alarm::v1::Case& c);

struct load_figures {
  std::size_t cases = 0;  // opened in the window
  std::size_t operators = 0;
  double per_operator = 0;
  bool flood = false;

  friend bool operator==(const load_figures&, const load_figures&) = default;
};

class load_reckoning {
 public:
  static constexpr std::chrono::minutes window{10};
  /// EEMUA 191; a municipality may set its own. A flood ends below half of it.
  static constexpr unsigned flood_cases_default = 10;
  /// Openings remembered; beyond it it is a flood by any count.
  static constexpr std::size_t openings_max = 100'000;

  struct municipality {
    std::string id;
    unsigned flood_cases = flood_cases_default;
    /// Cases of it are off the list because of a flood: then it is one until it is over, also for a
    /// node that has just begun to look.
    bool shed = false;
  };

  /// Counts the case's opening, once, if it came to the operators. One that turned out to be part
  /// of an outage does not count any more: the outage's own case does.
  void take(const alarm::v1::Case& c);
  /// `operators`: for each who is signed in, the municipalities they serve.
  void reckon(std::int64_t now_us, const std::vector<municipality>& all,
              const std::vector<std::vector<std::string>>& operators);

  [[nodiscard]] const load_figures& centre() const noexcept { return centre_; }
  /// By municipality.
  [[nodiscard]] const std::map<std::string, load_figures, std::less<>>& municipalities()
      const noexcept {
    return municipalities_;
  }

 private:
  struct opening {
    std::int64_t at_us;
    std::string municipality;
  };

  std::unordered_map<std::string, opening> openings_;  // by case
  load_figures centre_;
  std::map<std::string, load_figures, std::less<>> municipalities_;
};

}  // namespace varde::desk
