// What a decision needs to know of the registry besides the subject's state: who sent the signal,
// and the response plan. The shell's part of deciding, which itself is pure.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "registry/view.hpp"
#include "triage/decision.hpp"

namespace varde::core {

/// What is known of the sender of `signal`, which is about `subject`. The views in it live as long
/// as `set`.
[[nodiscard]] triage::facts facts_about(const registry::set_view& set, std::string_view subject,
                                        const alarm::v1::Signal& signal);

/// The municipality's policy; for what belongs to none of them (`set` is nullptr: devices that
/// nobody has registered) the shared defaults. It lives as long as `all` and `set`.
[[nodiscard]] const registry::v1::Policy& policy_in(
    const registry::view& all, const std::shared_ptr<const registry::set_view>& set);

/// The subject that the resident's household's devices are heard at; empty for a resident without
/// one, and for whoever is no resident.
[[nodiscard]] std::string home_of(const registry::set_view& set, std::string_view subject);

/// Of the subject's resident, or of the municipality.
[[nodiscard]] std::vector<alarm::v1::Step> plan_for(const registry::set_view& set,
                                                    std::string_view subject, alarm::v1::Kind kind);

}  // namespace varde::core
