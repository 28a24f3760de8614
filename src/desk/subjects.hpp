// What waits at people and what rules kept from being a case: to see, and to overrule. Held signals
// of all one's municipalities in one list; per subject also what was suppressed, tests, absence and
// what was looked after.
#pragma once

#include "desk/parts.hpp"
#include "desk/subject_commands.hpp"

namespace varde::desk {

class subjects {
 public:
  explicit subjects(desk_parts& parts) : parts_{parts}, acting_{parts} {}

  void add_routes();

 private:
  void held(const http::exchange_pointer& e);
  void get(const http::exchange_pointer& e);

  desk_parts& parts_;
  subject_commands acting_;
};

}  // namespace varde::desk
