// A reply of Redis as a plain value: RESP2's six kinds.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace varde::redis {

struct reply {
  enum class kind : std::uint8_t { nil, status, error, integer, string, array };

  kind type = kind::nil;
  std::int64_t integer = 0;     // of kind integer
  std::string text;             // of kinds status, error and string; any bytes
  std::vector<reply> elements;  // of kind array

  [[nodiscard]] bool is(kind k) const noexcept { return type == k; }
};

}  // namespace varde::redis
