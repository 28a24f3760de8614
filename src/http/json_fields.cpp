// Reading JSON bodies by Boost.JSON.
#include "http/json_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <charconv>

#include "http/problem.hpp"

namespace varde::http {

namespace {

constexpr std::size_t idempotency_key_bytes_max = 64;

std::size_t characters_of(std::string_view utf8) {
  return static_cast<std::size_t>(std::ranges::count_if(
      utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

boost::json::string_view plain(std::string_view text) { return {text.data(), text.size()}; }

}  // namespace

struct json_fields::content {
  boost::json::object fields;
};

json_fields::json_fields(std::string_view body) : content_{std::make_unique<content>()} {
  if (body.empty()) return;
  boost::json::parse_options options;
  options.max_depth = depth_max;
  boost::system::error_code failed;
  auto parsed = boost::json::parse(plain(body), failed, {}, options);
  if (failed || !parsed.is_object()) {
    wrong_ = problem(400, "bad_json", "The content is not a JSON object");
    return;
  }
  content_->fields = std::move(parsed.get_object());
}

json_fields::json_fields(std::unique_ptr<content> inner) : content_{std::move(inner)} {}
json_fields::~json_fields() = default;
json_fields::json_fields(json_fields&&) noexcept = default;

void json_fields::refuse(std::string_view name, std::string_view what) {
  if (!wrong_)
    wrong_ =
        problem(400, "bad_value", "A field is missing or wrong", fmt::format("{}: {}", name, what));
}

bool json_fields::has(std::string_view name) const {
  return content_->fields.contains(plain(name));
}

std::string json_fields::text(std::string_view name, range characters) {
  const auto* found = content_->fields.if_contains(plain(name));
  const bool left_out = !found || found->is_null();
  if (left_out && characters.min == 0) return {};
  const auto* text = left_out ? nullptr : found->if_string();
  if (!text) {
    refuse(name, "must be a string");
    return {};
  }
  const auto length = characters_of({text->data(), text->size()});
  if (length < characters.min || length > characters.max) {
    refuse(name, fmt::format("must have {} to {} characters", characters.min, characters.max));
    return {};
  }
  return {text->data(), text->size()};
}

std::optional<std::uint64_t> json_fields::number(std::string_view name) {
  const auto* found = content_->fields.if_contains(plain(name));
  if (!found || found->is_null()) return std::nullopt;
  boost::system::error_code failed;
  const auto value = found->to_number<std::uint64_t>(failed);
  if (failed) {
    refuse(name, "must be a whole number from 0");
    return std::nullopt;
  }
  return value;
}

bool json_fields::flag(std::string_view name) {
  const auto* found = content_->fields.if_contains(plain(name));
  if (found && found->is_bool()) return found->get_bool();
  refuse(name, "must be true or false");
  return false;
}

json_fields json_fields::object(std::string_view name) {
  const auto* found = content_->fields.if_contains(plain(name));
  auto inner = std::make_unique<content>();
  if (found && found->is_object()) inner->fields = found->get_object();
  return json_fields{std::move(inner)};
}

idempotency_key read_idempotency_key(const request& in) {
  idempotency_key out;
  out.value = in.header("idempotency-key").value_or(std::string_view{});
  const bool visible = std::ranges::all_of(out.value, [](char c) { return c > ' ' && c < 0x7f; });
  if (out.value.empty() || out.value.size() > idempotency_key_bytes_max || !visible)
    out.wrong = problem(
        400, "idempotency_key_required", "Idempotency-Key is missing or wrong",
        "1 to 64 visible characters, new for each action and the same for its repetitions.");
  return out;
}

std::optional<std::uint64_t> if_match_version(const request& in) {
  auto text = in.header("if-match").value_or(std::string_view{});
  if (text.size() < 3 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  std::uint64_t version = 0;
  const auto [rest, failed] = std::from_chars(text.data(), text.data() + text.size(), version);
  if (failed != std::errc{} || rest != text.data() + text.size()) return std::nullopt;
  return version;
}

}  // namespace varde::http
