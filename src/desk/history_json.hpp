// A ledger entry as a line of a case's history.
#pragma once

#include "base/json_writer.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::desk {

/// The members of an entry that rules, their ends or those who overrule them brought about, inside
/// an object; nothing for other entries.
void write_rule_body(base::json_writer& json, const alarm::v1::Entry& entry);
/// One object.
void write_history_item(base::json_writer& json, const alarm::v1::Entry& entry);

}  // namespace varde::desk
