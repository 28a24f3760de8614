// Any text as an Authorization header: parsed or refused, and never granted, since no input knows
// the secret.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/digest.hpp"

using namespace varde;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static wire::digest_gate gate{std::string{wire::scaip_realm}, "0123456789abcdef"};
  static const std::string ha1 = wire::digest_ha1("26001", wire::scaip_realm, "secret");
  const auto credentials = wire::parse_digest({reinterpret_cast<const char*>(data), size});
  if (!credentials) return 0;
  const auto now = base::wall_time{std::chrono::seconds{1'800'000'000}};
  if (gate.check(*credentials, "26001", ha1, "MESSAGE", now) == wire::digest_gate::outcome::granted)
    std::abort();
  // The same with the right response, so that what stands behind the proof is met too.
  auto proven = *credentials;
  proven.user = "26001";
  proven.realm = wire::scaip_realm;
  proven.response = wire::digest_response(proven, ha1, "MESSAGE");
  if (gate.check(proven, "26001", ha1, "MESSAGE", now) == wire::digest_gate::outcome::granted &&
      gate.check(proven, "26001", ha1, "MESSAGE", now) == wire::digest_gate::outcome::granted)
    std::abort();
  return 0;
}
