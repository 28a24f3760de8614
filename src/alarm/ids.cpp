// Making and taking apart ids. '.' separates, so every part is kept free of it.
#include "alarm/ids.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace varde::alarm {

namespace {

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '_';
}

/// `text` behind `prefix`. Wire ids and addresses may hold anything; in an id every other character
/// is written as "~hh".
std::string escaped_after(std::string_view prefix, std::string_view text) {
  std::string out;
  out.reserve(prefix.size() + text.size());
  out += prefix;
  if (std::ranges::all_of(text, is_plain)) return out.append(text);
  for (const char c : text) {
    if (is_plain(c))
      out += c;
    else
      out += fmt::format("~{:02x}", static_cast<unsigned char>(c));
  }
  return out;
}

std::optional<std::string_view> after(std::string_view subject, std::string_view prefix) {
  if (!subject.starts_with(prefix)) return std::nullopt;
  return subject.substr(prefix.size());
}

}  // namespace

subject_id resident_subject(std::string_view resident) {
  return subject_id{escaped_after("r-", resident)};
}
subject_id household_subject(std::string_view household) {
  return subject_id{escaped_after("h-", household)};
}
subject_id device_subject(std::string_view protocol, std::string_view device) {
  return subject_id{escaped_after(escaped_after("d-", protocol) + '-', device)};
}
subject_id unknown_subject(std::string_view source) {
  return subject_id{escaped_after("u-", source)};
}

std::optional<std::string_view> resident_of(std::string_view subject) {
  return after(subject, "r-");
}
std::optional<std::string_view> household_of(std::string_view subject) {
  return after(subject, "h-");
}

case_id make_case_id(std::string_view municipality, std::string_view subject,
                     std::uint64_t opened_version) {
  return case_id{fmt::format("{}.{}.{}", municipality, subject, opened_version)};
}

std::optional<case_location> locate(std::string_view id) {
  const auto first = id.find('.');
  const auto last = id.rfind('.');
  if (first == std::string_view::npos || first == last || first == 0 || last == first + 1)
    return std::nullopt;
  const auto subject = id.substr(first + 1, last - first - 1);
  if (subject.find('.') != std::string_view::npos) return std::nullopt;
  case_location found{municipality_id{id.substr(0, first)}, subject_id{subject}, 0};
  const char* end = id.data() + id.size();
  auto [rest, error] = std::from_chars(id.data() + last + 1, end, found.opened_version);
  if (error != std::errc{} || rest != end || found.opened_version == 0) return std::nullopt;
  return found;
}

visit_id make_visit_id(std::string_view of_case, unsigned n) {
  return visit_id{fmt::format("{}.v{}", of_case, n)};
}

std::optional<std::string_view> case_of_visit(std::string_view visit) {
  const auto at = visit.rfind(".v");
  if (at == std::string_view::npos || at + 2 == visit.size()) return std::nullopt;
  const auto number = visit.substr(at + 2);
  if (!std::ranges::all_of(number, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  const auto id = visit.substr(0, at);
  return locate(id) ? std::optional{id} : std::nullopt;
}

bool is_plain_id(std::string_view text, std::size_t max) {
  return !text.empty() && text.size() <= max && std::ranges::all_of(text, is_plain);
}

}  // namespace varde::alarm
