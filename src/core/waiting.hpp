// The subjects that something waits at: signals that are held, tests, absences, outages. They stay
// in memory, and are found without looking at the others.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/subjects.hpp"

namespace varde::core {

/// Not thread-safe.
class waiting {
 public:
  /// After every change of a subject's state.
  void look_at(subject& s);
  /// Those of one municipality, in order of subject.
  [[nodiscard]] std::vector<subject*> in(const std::string& municipality) const;
  [[nodiscard]] std::size_t size() const { return subjects_.size(); }

 private:
  std::map<std::pair<std::string, std::string>, subject*> subjects_;
};

}  // namespace varde::core
