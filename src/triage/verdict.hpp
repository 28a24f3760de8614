// The two ends of deciding a command, in a word each. Internal to triage.
#pragma once

#include <string_view>
#include <utility>

#include "triage/draft.hpp"

namespace varde::triage {

[[nodiscard]] inline command_decision refused(std::string_view code) {
  return {command_verdict::refused, code, {}};
}

[[nodiscard]] inline command_decision accepted(alarm::v1::Entry entry) {
  command_decision out{command_verdict::accepted, {}, {}};
  out.entries.push_back(std::move(entry));
  return out;
}

[[nodiscard]] inline command_decision accepted(draft& out) {
  return {command_verdict::accepted, {}, out.take()};
}

}  // namespace varde::triage
