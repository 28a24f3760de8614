// The reflection over the protos: one function a kind of value.
#include "registry/import_fill.hpp"

#include <fmt/format.h>
#include <google/protobuf/descriptor.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "registry/import_words.hpp"
#include "registry/utf8.hpp"

namespace varde::registry {

namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::size_t text_bytes_max = 500;
constexpr std::size_t list_items_max = 1'000'000;

std::string field_names(const Descriptor& type) {
  std::string names;
  for (int i = 0; i < type.field_count(); ++i)
    if (!is_varde_own(*type.field(i))) names += (names.empty() ? "" : ", ") + type.field(i)->name();
  return names;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string choices(const EnumDescriptor& type) {
  std::string names;
  for (int i = first_choice(type); i < type.value_count(); ++i)
    names += (names.empty() ? "" : ", ") + short_name(type, i);
  return names;
}

bool is_plain_text(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return true;
}

/// The field of the same choice that is filled in already, or nullptr.
const FieldDescriptor* given_instead(const Message& message, const FieldDescriptor& field) {
  const auto* choice = field.containing_oneof();
  return choice == nullptr ? nullptr
                           : message.GetReflection()->GetOneofFieldDescriptor(message, choice);
}

std::vector<import_node> split_cell(const import_node& cell) {
  std::vector<import_node> parts;
  std::string_view rest = *cell.text();
  for (;;) {
    const auto bar = rest.find('|');
    auto part = rest.substr(0, bar);
    while (part.starts_with(' ')) part.remove_prefix(1);
    while (part.ends_with(' ')) part.remove_suffix(1);
    if (!part.empty()) parts.push_back({cell.line, std::string{part}});
    if (bar == std::string_view::npos) return parts;
    rest.remove_prefix(bar + 1);
  }
}

}  // namespace

void import_filler::fill(Message& into, const import_node& from, const std::string& file,
                         bool text_values) {
  file_ = file;
  text_values_ = text_values;
  places_[&into] = {file_, from.line};
  const auto& type = *into.GetDescriptor();
  const auto* fields = from.fields();
  if (fields == nullptr)
    return blame_line(from.line, fmt::format("must be an object with {}", field_names(type)));
  std::set<std::string_view> seen;
  for (const auto& [name, node] : *fields) {
    const auto* to = type.FindFieldByName(name);
    if (to != nullptr && is_varde_own(*to))
      blame_line(node.line, fmt::format("{} is Varde's to fill in; leave it out", name));
    else if (to == nullptr)
      blame_line(node.line, fmt::format("unknown field \"{}\"; allowed: {}",
                                        is_plain_text(name) ? name : "?", field_names(type)));
    else if (!seen.insert(name).second)
      blame_line(node.line, fmt::format("{} comes twice", name));
    else if (const auto* other = given_instead(into, *to))
      blame_line(node.line, fmt::format("{} can't stand beside {}", name, other->name()));
    else if (!std::holds_alternative<std::monostate>(node.value))
      put(into, *to, node);
  }
}

void import_filler::put(Message& into, const field& to, const import_node& from) {
  if (!to.is_repeated()) return put_one(into, to, from);
  import_list cells;
  const auto* list = from.list();
  if (list == nullptr && text_values_ && from.text() != nullptr) {
    cells = split_cell(from);
    list = &cells;
  }
  if (list == nullptr) return blame_line(from.line, fmt::format("{} must be a list", to.name()));
  if (list->size() > list_items_max)
    return blame_line(from.line,
                      fmt::format("{} has more than {} items", to.name(), list_items_max));
  for (const auto& item : *list) put_one(into, to, item);
}

void import_filler::put_one(Message& into, const field& to, const import_node& from) {
  const auto& reflection = *into.GetReflection();
  switch (to.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      auto* inner = to.is_repeated() ? reflection.AddMessage(&into, &to)
                                     : reflection.MutableMessage(&into, &to);
      return fill(*inner, from, std::string{file_}, text_values_);
    }
    case FieldDescriptor::CPPTYPE_STRING:
      return put_text(into, to, from);
    case FieldDescriptor::CPPTYPE_BOOL:
      return put_flag(into, to, from);
    case FieldDescriptor::CPPTYPE_ENUM:
      return put_choice(into, to, from);
    default:
      return put_number(into, to, from);
  }
}

void import_filler::put_text(Message& into, const field& to, const import_node& from) {
  const auto* text = from.text();
  if (text == nullptr) return blame_line(from.line, fmt::format("{} must be text", to.name()));
  if (text->size() > text_bytes_max)
    return blame_line(from.line,
                      fmt::format("{} is longer than {} bytes", to.name(), text_bytes_max));
  if (!is_utf8(*text)) return blame_line(from.line, fmt::format("{} is not UTF-8 text", to.name()));
  if (!is_plain_text(*text))
    return blame_line(from.line, fmt::format("{} holds control characters", to.name()));
  const auto& reflection = *into.GetReflection();
  if (to.is_repeated())
    reflection.AddString(&into, &to, *text);
  else
    reflection.SetString(&into, &to, *text);
}

void import_filler::put_number(Message& into, const field& to, const import_node& from) {
  const bool whole = to.cpp_type() == FieldDescriptor::CPPTYPE_UINT32;
  std::optional<double> number;
  if (const auto* given = std::get_if<double>(&from.value)) number = *given;
  if (text_values_ && from.text() != nullptr) {
    double parsed = 0;
    const auto& text = *from.text();
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), parsed);
    if (failure == std::errc{} && end == text.data() + text.size()) number = parsed;
  }
  const bool fits =
      number && std::isfinite(*number) &&
      (!whole || (*number >= 0 && *number <= std::numeric_limits<std::uint32_t>::max() &&
                  *number == std::floor(*number)));
  if (!fits)
    return blame_line(from.line, fmt::format("{} must be {}", to.name(),
                                             whole ? "a whole number, 0 or more" : "a number"));
  const auto& reflection = *into.GetReflection();
  if (whole && to.is_repeated())
    reflection.AddUInt32(&into, &to, static_cast<std::uint32_t>(*number));
  else if (whole)
    reflection.SetUInt32(&into, &to, static_cast<std::uint32_t>(*number));
  else
    reflection.SetDouble(&into, &to, *number);
}

void import_filler::put_flag(Message& into, const field& to, const import_node& from) {
  std::optional<bool> flag;
  if (const auto* given = std::get_if<bool>(&from.value)) flag = *given;
  if (text_values_ && from.text() != nullptr) {
    const auto word = lower(*from.text());
    if (word == "true" || word == "yes" || word == "ja" || word == "1") flag = true;
    if (word == "false" || word == "no" || word == "nei" || word == "0") flag = false;
  }
  if (!flag) return blame_line(from.line, fmt::format("{} must be true or false", to.name()));
  into.GetReflection()->SetBool(&into, &to, *flag);
}

void import_filler::put_choice(Message& into, const field& to, const import_node& from) {
  const auto& type = *to.enum_type();
  const auto& reflection = *into.GetReflection();
  const auto* text = from.text();
  for (int i = first_choice(type); text != nullptr && i < type.value_count(); ++i) {
    if (short_name(type, i) != *text) continue;
    if (to.is_repeated())
      reflection.AddEnumValue(&into, &to, type.value(i)->number());
    else
      reflection.SetEnumValue(&into, &to, type.value(i)->number());
    return;
  }
  blame_line(from.line, fmt::format("{} must be one of {}", to.name(), choices(type)));
}

import_place import_filler::place_of(const Message& message) const {
  const auto at = places_.find(&message);
  return at == places_.end() ? import_place{} : at->second;
}

void import_filler::blame(const Message& message, std::string what) {
  const auto place = place_of(message);
  problems_.push_back({place.file, place.line, std::move(what)});
}

void import_filler::blame_line(std::size_t line, std::string what) {
  problems_.push_back({file_, line, std::move(what)});
}

}  // namespace varde::registry
