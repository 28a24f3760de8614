// What changed between two states of one thing, as JSON that is much shorter than the newer state.
// For what is sent often to many who have the older one, as cases on the live feed are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace varde::http {

/// The members of the object `now` that are not as in the object `before`, as an object:
///  - of a member that is an object in both, only its members that differ, by the same rules;
///  - of an array that did not become shorter, an object of the elements that differ, by their
///    places ("0", "1", …), by the same rules;
///  - of everything else the new value.
/// Both must be texts without white space and with their members in the same order, as
/// base::json_writer writes them. nullopt if the difference can't be said so: a member came, went
/// or moved, or an array became an object.
[[nodiscard]] std::optional<std::string> json_difference(std::string_view before,
                                                         std::string_view now);

}  // namespace varde::http
