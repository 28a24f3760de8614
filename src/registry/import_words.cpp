// Enum values in proto begin with the enum's own name; files leave that out.
#include "registry/import_words.hpp"

#include <algorithm>
#include <cctype>

namespace varde::registry {

namespace {

/// Of "KIND_" in KIND_FALL: the enum's own name with its words parted.
std::size_t prefix_size(const google::protobuf::EnumDescriptor& type) {
  const auto& name = type.name();
  const auto words =
      std::count_if(name.begin(), name.end(), [](unsigned char c) { return std::isupper(c) != 0; });
  return name.size() + static_cast<std::size_t>(words);
}

}  // namespace

bool is_varde_own(const google::protobuf::FieldDescriptor& field) {
  return field.full_name() == "varde.registry.v1.Policy.version" ||
         field.full_name() == "varde.registry.v1.Rule.own";
}

std::string short_name(const google::protobuf::EnumDescriptor& type, int i) {
  auto name = type.value(i)->name().substr(prefix_size(type));
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  return name;
}

int first_choice(const google::protobuf::EnumDescriptor& type) {
  return short_name(type, 0) == "unspecified" ? 1 : 0;
}

}  // namespace varde::registry
