// Key names in one place; docs/ledger.md lists them.
#include "ledger/keys.hpp"

#include <fmt/format.h>

namespace varde::ledger {

std::string ledger_key(std::string_view municipality) {
  return fmt::format("v:{{{}}}:ledger", municipality);
}
std::string chain_key(std::string_view municipality) {
  return fmt::format("v:{{{}}}:chain", municipality);
}
std::string subject_key(std::string_view municipality, std::string_view subject) {
  return fmt::format("v:{{{}}}:s:{}", municipality, subject);
}
std::string snapshot_key(std::string_view municipality) {
  return fmt::format("v:{{{}}}:snapshot", municipality);
}

}  // namespace varde::ledger
