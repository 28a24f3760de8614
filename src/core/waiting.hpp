// The subjects that something waits at: signals that are held, tests, absences, outages, and
// whatever else time will ask for. They stay in memory, and are found without looking at the
// others.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "core/subjects.hpp"

namespace varde::core {

/// Not thread-safe.
class waiting {
 public:
  /// After every change of a subject's state. `due`: when time next asks for something, if ever.
  void look_at(subject& s, std::optional<base::wall_time> due);
  /// Those of one municipality that signals, tests, absences or outages wait at, in order of
  /// subject.
  [[nodiscard]] std::vector<subject*> in(const std::string& municipality) const;
  /// Those whose time has come, the longest due first. They stay until they are looked at again.
  [[nodiscard]] std::vector<subject*> due(base::wall_time now) const;
  [[nodiscard]] std::size_t size() const { return subjects_.size(); }

 private:
  using name = std::pair<std::string, std::string>;  // municipality and subject
  std::map<name, subject*> subjects_;
  std::map<std::pair<base::wall_time, name>, subject*> by_time_;
};

}  // namespace varde::core
