// What the sweep finds, as a signal like any other: its id is made from what it is about, so that
// the ordinary path makes one case of it, on whichever node and after any restart.
#pragma once

#include <optional>
#include <string_view>

#include "alarm/admission.hpp"
#include "registry/view.hpp"
#include "supervision/sweep.hpp"

namespace varde::supervision {

/// The protocol of signals that the supervision makes.
inline constexpr std::string_view supervision_protocol = "supervision";

/// The finding on its way to the core; nobody waits for its answer. nullopt if its device is no
/// longer at anybody's home.
[[nodiscard]] std::optional<alarm::admission> admission_of(const finding& found,
                                                           const registry::view& all,
                                                           base::wall_time wall,
                                                           base::steady_time now);

/// The name of the thing that a signal of ours is about; nullopt if it is not one of ours.
[[nodiscard]] std::optional<std::string_view> name_in_signal_id(std::string_view id);

}  // namespace varde::supervision
