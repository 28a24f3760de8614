// Places as text.
#include "ledger/place.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace varde::ledger {

namespace {

/// The number that `text` begins with; it and the space behind it are then no longer in `text`.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest == end || *rest != ' ') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()) + 1);
  return number;
}

}  // namespace

std::string to_string(const place& p) {
  if (!p.in) return fmt::format("{} ", p.version);
  return fmt::format("{} {} {}", p.version, p.in->line, to_string(p.in->at));
}

std::optional<place> parse_place(std::string_view text) {
  const auto version = take_number(text);
  if (!version) return std::nullopt;
  if (text.empty()) return place{*version};
  const auto line = take_number(text);
  const auto at = parse_position(text);
  if (!line || !at) return std::nullopt;
  return place{*version, place::in_element{*line, *at}};
}

}  // namespace varde::ledger
