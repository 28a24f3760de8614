// Whether the bytes of a resident, a household or a device are in the form in which they are
// packed. Those that Redis keeps are, so that a start need not parse and serialize a million of
// them only to get the same bytes again.
#pragma once

#include <string_view>

#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

/// True if `bytes` are what the serializer writes: they will parse, and their fields are in order,
/// those of the messages within them too. False says nothing, and the message is to be parsed and
/// serialized: it may have fields that this version doesn't know.
template <class Message>
[[nodiscard]] bool is_as_serialized(std::string_view bytes);

template <>
[[nodiscard]] bool is_as_serialized<v1::Resident>(std::string_view bytes);
template <>
[[nodiscard]] bool is_as_serialized<v1::Household>(std::string_view bytes);
template <>
[[nodiscard]] bool is_as_serialized<v1::Device>(std::string_view bytes);

}  // namespace varde::registry
