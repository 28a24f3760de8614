// The name by which one signal or command is followed through logs, entries and screens. Every
// signal gets one, so it is made without asking the system for randomness each time.
#pragma once

#include <string>

namespace varde::base {

/// A fresh name: 8 bytes of the system's randomness as 16 hex digits, drawn by the thread in bulk.
/// It names, and is no secret. Any thread; aborts if the system has no randomness.
[[nodiscard]] std::string new_trace();

}  // namespace varde::base
