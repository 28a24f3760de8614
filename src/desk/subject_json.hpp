// Who something is about, as pages see it, and everything that waits at a subject: held signals,
// what was suppressed, tests, absence. Names and addresses come from the registry at the moment of
// writing.
#pragma once

#include <optional>
#include <string_view>

#include "base/json_writer.hpp"
#include "base/time.hpp"
#include "registry/view.hpp"
#include "varde/alarm/v1/case.pb.h"

namespace varde::desk {

/// One object {kind, id, name, age, address}. A subject that the registry no longer has keeps its
/// id; it must be shown all the same. `called` names what is neither a resident nor a household:
/// what a device calls itself, what an outage hangs on. `set` may be null.
void write_subject(base::json_writer& json, std::string_view subject, std::string_view called,
                   const registry::set_view* set, base::wall_time now);

/// A subject as the API names it: "<municipality>.<subject>".
struct subject_place {
  std::string municipality;
  std::string subject;
};
[[nodiscard]] std::string name_of(const subject_place& place);
/// nullopt if the text is none.
[[nodiscard]] std::optional<subject_place> locate_subject(std::string_view id);
/// False for a resident or household that the municipality does not have.
[[nodiscard]] bool is_known(const registry::view& all, const subject_place& place);

/// One object {device, kinds, until, since, by}.
void write_test(base::json_writer& json, const alarm::v1::TestMode& test);
/// One object: everything that waits at the subject or was suppressed there.
void write_subject_state(base::json_writer& json, const subject_place& place,
                         const alarm::v1::SubjectState& state, const registry::view& all,
                         base::wall_time now);

}  // namespace varde::desk
