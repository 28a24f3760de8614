// What rules did, as pages see it: which one decided what, and why, in the municipality's words. On
// cases, in histories and in the lists of what is held or was suppressed alike.
#pragma once

#include <string_view>

#include "base/json_writer.hpp"
#include "varde/alarm/v1/case.pb.h"

namespace varde::desk {

/// One object {rule, reason, policy_version, at}.
void write_rule(base::json_writer& json, const alarm::v1::RuleNote& rule);
/// The member `name`: the rule, or null for an empty one.
void write_rule(base::json_writer& json, std::string_view name, const alarm::v1::RuleNote& rule);
/// One object, or null.
void write_outage(base::json_writer& json, const alarm::v1::OutageSummary& outage);
/// The members of a case that rules set: list, decisions, escalations, who it is, the outage, …
void write_rule_members(base::json_writer& json, const alarm::v1::Case& c);

/// One object: a signal that waits for its restoral. `subject` is its subject's id.
void write_held(base::json_writer& json, const alarm::v1::Held& held);
/// One object: a signal that a rule kept from being a case of its own.
void write_suppressed(base::json_writer& json, const alarm::v1::Suppressed& suppressed);
/// A signal as histories and lists show it: one object.
void write_signal(base::json_writer& json, const alarm::v1::Signal& signal);

}  // namespace varde::desk
