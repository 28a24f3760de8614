// Key names in one place; docs/ledger.md lists them.
#include "ledger/keys.hpp"

#include <fmt/format.h>

namespace varde::ledger {

std::string ledger_key(std::string_view municipality) {
  return fmt::format("v:{{{}}}:ledger", municipality);
}
std::string places_key(std::string_view municipality) {
  return fmt::format("v:{{{}}}:places", municipality);
}
std::string snapshot_key(std::string_view municipality) {
  return fmt::format("v:{{{}}}:snapshot", municipality);
}
std::string old_chain_key(std::string_view municipality) {
  return fmt::format("v:{{{}}}:chain", municipality);
}
std::string old_list_key(std::string_view municipality, std::string_view subject) {
  return fmt::format("v:{{{}}}:s:{}", municipality, subject);
}

std::array<std::string, 4> function_keys(std::string_view municipality) {
  return {ledger_key(municipality), places_key(municipality), old_chain_key(municipality),
          old_list_key(municipality, {})};
}

}  // namespace varde::ledger
