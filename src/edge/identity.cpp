// A signal of a device that nobody can identify is still shown to an operator, as an unknown
// device's; one that claims a registered device's name without its proof is not believed.
#include "edge/identity.hpp"

#include "wire/native.hpp"

namespace varde::edge {

namespace {

bool matches(const std::optional<base::sha256_digest>& shown, std::string_view registered_hex) {
  return shown && !registered_hex.empty() &&
         base::equal_constant_time(base::to_hex(*shown), registered_hex);
}

}  // namespace

standing identify(const registry::view& all, std::string_view name, const proof& shown) {
  const auto match = all.find_device(wire::native_protocol, name);
  if (!match) return standing::unknown;
  const auto& device = match->device;
  const bool secret_counts =
      match->set->municipality().native_secret_allowed() && !device.secret_hash().empty();
  if (device.certificate_sha256().empty() && !secret_counts) return standing::unknown;
  if (matches(shown.certificate, device.certificate_sha256())) return standing::proven;
  if (secret_counts && matches(shown.secret, device.secret_hash())) return standing::proven;
  return standing::refused;
}

}  // namespace varde::edge
