// What rules expect to be heard of a resident by a moment (movement by ten, a look in at night):
// asked of every resident a rule watches when the moment comes, by the node that keeps the
// municipality's house. Whether it was heard is decided on the subject; asking twice does no harm.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "registry/set_view.hpp"
#include "varde/alarm/v1/command.pb.h"

namespace varde::core {

/// Not thread-safe.
class expectations {
 public:
  /// Moments that passed while no node kept house are asked for so far back.
  static constexpr std::chrono::hours catch_up{6};
  /// Questions of one municipality in one call, and residents looked at; the others follow in the
  /// next.
  static constexpr std::size_t questions_max = 500;
  static constexpr std::size_t looked_at_max = 10'000;

  /// Once a day, from this hour by Norwegian clocks on, of every device that must prove itself.
  static constexpr std::chrono::hours proof_hour{9};

  /// The questions that are due, in the order of their moments, as the system's commands. To be
  /// called each second for each municipality whose house this node keeps.
  [[nodiscard]] std::vector<alarm::v1::Command> due(const registry::set_view& set,
                                                    base::wall_time now);
  /// Another node keeps this municipality's house.
  void forget(const std::string& municipality) { places_.erase(municipality); }

 private:
  /// One rule's moment, and how many of the set's residents have been asked.
  struct round {
    std::string rule;
    base::wall_time from, due;
    std::uint32_t asked = 0;
  };
  struct place {
    base::wall_time looked_until;
    std::deque<round> rounds;
    std::int64_t proved_day = 0;      // that proofs are being asked for
    std::uint32_t devices_asked = 0;  // on that day
  };
  static void ask_for_proofs(const registry::set_view& set, place& at, base::wall_time now,
                             std::vector<alarm::v1::Command>& out);
  static bool ask(const registry::set_view& set, round& r, std::size_t& looked_at,
                  std::vector<alarm::v1::Command>& out);

  std::map<std::string, place> places_;
};

}  // namespace varde::core
