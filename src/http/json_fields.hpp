// A request's JSON body, read field by field with its bounds. The first thing that is wrong is
// kept, so that a handler reads all it needs and asks once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace varde::http {

class json_fields {
 public:
  /// Deeper nesting is refused.
  static constexpr std::size_t depth_max = 8;

  /// `body` empty counts as an empty object.
  explicit json_fields(std::string_view body);
  ~json_fields();
  json_fields(json_fields&&) noexcept;

  struct range {
    std::size_t min = 0;  // in characters; 0: may be left out
    std::size_t max = 0;
  };
  /// A string; empty if it is left out and may be.
  [[nodiscard]] std::string text(std::string_view name, range characters);
  /// A whole number from 0, or nullopt if left out.
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name);
  /// True or false; must be there.
  [[nodiscard]] bool flag(std::string_view name);
  /// An object inside. Problems of it are its own.
  [[nodiscard]] json_fields object(std::string_view name);
  [[nodiscard]] bool has(std::string_view name) const;

  /// What was wrong first (400), or nullopt.
  [[nodiscard]] const std::optional<response>& wrong() const noexcept { return wrong_; }

 private:
  struct content;
  explicit json_fields(std::unique_ptr<content> inner);
  void refuse(std::string_view name, std::string_view what);

  std::unique_ptr<content> content_;
  std::optional<response> wrong_;
};

/// Idempotency-Key, 1…64 visible characters; else the refusal in `wrong`.
struct idempotency_key {
  std::string value;
  std::optional<response> wrong;
};
[[nodiscard]] idempotency_key read_idempotency_key(const request& in);

/// The version in If-Match, as "7" in quotes; nullopt if there is none or it isn't that.
[[nodiscard]] std::optional<std::uint64_t> if_match_version(const request& in);

}  // namespace varde::http
