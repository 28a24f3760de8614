// The words of an import file: how the registry's messages spell their fields and choices there.
#pragma once

#include <google/protobuf/descriptor.h>

#include <string>

namespace varde::registry {

/// What Varde itself fills in when it puts a policy together, and no file holds.
[[nodiscard]] bool is_varde_own(const google::protobuf::FieldDescriptor& field);

/// "fall" for KIND_FALL, the enum's i-th value.
[[nodiscard]] std::string short_name(const google::protobuf::EnumDescriptor& type, int i);
/// The index of the first value that may be chosen: not of one that means that nothing was said.
[[nodiscard]] int first_choice(const google::protobuf::EnumDescriptor& type);

}  // namespace varde::registry
