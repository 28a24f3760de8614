// Strong identifiers: a municipality's id can't be passed where a subject's is meant. Small and
// copyable; ids of up to 15 characters cost no allocation.
#pragma once

#include <compare>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>

namespace varde::base {

/// A string that only mixes with its own kind. The Tag is an empty struct that names the kind.
template <class Tag>
class id {
 public:
  id() = default;
  explicit id(std::string value) : value_(std::move(value)) {}
  explicit id(std::string_view value) : value_(value) {}
  explicit id(const char* value) : value_(value) {}

  [[nodiscard]] const std::string& str() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }

  friend bool operator==(const id&, const id&) = default;
  friend auto operator<=>(const id&, const id&) = default;
  friend std::ostream& operator<<(std::ostream& out, const id& i) { return out << i.value_; }

 private:
  std::string value_;
};

}  // namespace varde::base

template <class Tag>
struct std::hash<varde::base::id<Tag>> {
  std::size_t operator()(const varde::base::id<Tag>& i) const noexcept {
    return std::hash<std::string>{}(i.str());
  }
};
