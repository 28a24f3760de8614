// The way back of import_fill: the same reflection, the same words. Objects of a list stand on
// lines of their own; what is within one rule stands on one line as long as it has room there.
#include "registry/policy_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "base/json_writer.hpp"
#include "registry/import_words.hpp"

namespace varde::registry {

namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr std::size_t line_characters_max = 96;

std::string write(const Message& message, std::size_t indent);

std::string quoted(std::string_view text) {
  std::string out;
  base::append_json_string(out, text);
  return out;
}

/// Between the brackets: on one line if it has room there, else one part a line.
std::string bracketed(char open, const std::vector<std::string>& parts, char close,
                      std::size_t indent) {
  auto line = fmt::format("{}{}{}", open, fmt::join(parts, ", "), close);
  if (line.size() + indent <= line_characters_max && line.find('\n') == std::string::npos)
    return line;
  const std::string margin(indent + 2, ' ');
  return fmt::format("{}\n{}{}\n{}{}", open, margin, fmt::join(parts, fmt::format(",\n{}", margin)),
                     margin.substr(2), close);
}

/// One value of the field; `i` is -1 if it is not repeated.
std::string value_of(const Message& message, const FieldDescriptor& field, int i,
                     std::size_t indent) {
  const auto& r = *message.GetReflection();
  const bool single = i < 0;
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return write(
          single ? r.GetMessage(message, &field) : r.GetRepeatedMessage(message, &field, i),
          indent);
    case FieldDescriptor::CPPTYPE_STRING:
      return quoted(single ? r.GetString(message, &field)
                           : r.GetRepeatedString(message, &field, i));
    case FieldDescriptor::CPPTYPE_BOOL:
      return r.GetBool(message, &field) ? "true" : "false";
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* chosen =
          single ? r.GetEnum(message, &field) : r.GetRepeatedEnum(message, &field, i);
      return quoted(short_name(*field.enum_type(), chosen->index()));
    }
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return fmt::format("{}", r.GetDouble(message, &field));
    default:
      return fmt::format(
          "{}", single ? r.GetUInt32(message, &field) : r.GetRepeatedUInt32(message, &field, i));
  }
}

std::string write(const Message& message, std::size_t indent) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  std::vector<std::string> parts;
  for (const auto* field : fields) {
    if (is_varde_own(*field)) continue;
    std::string value;
    if (field->is_repeated()) {
      std::vector<std::string> items;
      for (int i = 0; i < message.GetReflection()->FieldSize(message, field); ++i)
        items.push_back(value_of(message, *field, i, indent + 4));
      value = bracketed('[', items, ']', indent + 2);
    } else {
      value = value_of(message, *field, -1, indent + 2);
    }
    parts.push_back(fmt::format("{}: {}", quoted(field->name()), value));
  }
  return bracketed('{', parts, '}', indent);
}

}  // namespace

std::string policy_json(const v1::Policy& policy) { return write(policy, 0) + '\n'; }

}  // namespace varde::registry
