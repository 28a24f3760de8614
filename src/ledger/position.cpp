// Stream ids as text.
#include "ledger/position.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace varde::ledger {

namespace {

bool parse_number(std::string_view text, std::uint64_t& into) {
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, into);
  return error == std::errc{} && rest == end;
}

}  // namespace

std::string to_string(position p) { return fmt::format("{}-{}", p.ms, p.seq); }

std::optional<position> parse_position(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  position found;
  if (!parse_number(text.substr(0, dash), found.ms)) return std::nullopt;
  if (!parse_number(text.substr(dash + 1), found.seq)) return std::nullopt;
  return found;
}

}  // namespace varde::ledger
