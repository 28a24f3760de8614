// The made-up municipalities of `varde demo`: people, homes, devices, teams, plans and staff, all
// from one seed, so that a demonstration or a test can be repeated. Two to show, and as many more
// as the devices for load need. Nobody and no place in it exists.
#pragma once

#include <boost/json/array.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "registry/password.hpp"
#include "varde/registry/v1/account.pb.h"
#include "varde/registry/v1/registry.pb.h"

namespace varde::server {

/// A device's client certificate: PEM files, and the lower-case hex SHA-256 of its DER.
struct demo_certificate {
  std::string certificate;
  std::string key;
  std::string sha256;
};

struct demo_options {
  std::uint64_t seed = 1;
  /// Beside the others: so many residents, each with one native and one SCAIP device, for load and
  /// for outages. What they hang on is of demo_tree. The first `load_residents_each` are in the
  /// first municipality, as many again in each further one.
  std::size_t extra_devices = 0;
  /// Makes or finds the certificate of a native device. Empty: devices have secrets only.
  std::function<demo_certificate(std::string_view wire_id)> certificate_for;
};

/// Somebody who may sign in, with the password that the registry keeps only as a hash.
struct demo_sign_in {
  std::string user;
  std::string name;
  std::string password;  // at least 15 characters
  registry::v1::Role role = registry::v1::ROLE_UNSPECIFIED;
  std::vector<std::string> municipalities;
  std::vector<std::string> teams;  // "<municipality>/<team>"
};

/// A device that signals, with the secrets that the registry keeps only as hashes.
struct demo_device {
  std::string protocol;  // "scaip" or "native"
  std::string id;        // what it calls itself on the wire
  std::string municipality;
  std::string resident;  // empty: at a household
  std::string kind;
  std::string profile;      // of docs/devices.md: "default" but for one SCAIP device
  std::string digest_user;  // SCAIP, where its municipality asks for digest
  std::string digest_password;
  std::string secret;       // native, where its municipality allows secrets
  std::string certificate;  // native, PEM files
  std::string key;
  std::vector<std::string> depends_on;  // as in the registry: "power:9901-1", "gateway:u7", …
};

/// One municipality and what signals in it.
struct demo_municipality {
  registry::v1::MunicipalitySet set;
  std::vector<demo_device> devices;
};

/// Makes the municipalities one after the other, so that a million devices need not be in memory
/// together. The same for the same seed, but for the certificates.
class demo_maker {
 public:
  /// With two devices each: a large town's, so that a power cut of 20,000 devices is one
  /// municipality's, and far below what Redis takes as one value.
  static constexpr std::size_t load_residents_each = 50'000;

  explicit demo_maker(demo_options options);
  ~demo_maker();
  [[nodiscard]] const std::vector<demo_sign_in>& sign_ins() const;
  /// nullopt when all are made.
  [[nodiscard]] std::optional<demo_municipality> next();

 private:
  class builder;
  std::unique_ptr<builder> builder_;
};

struct demo_data {
  std::vector<registry::v1::MunicipalitySet> municipalities;
  std::vector<demo_sign_in> sign_ins;
  std::vector<demo_device> devices;
};

/// All of it at once.
[[nodiscard]] demo_data make_demo(const demo_options& options);

/// The accounts of those sign-ins. About 0.1 s each at the default cost, so only for a new data
/// directory. Throws std::bad_alloc without the memory for a hash; start-up only.
[[nodiscard]] std::vector<registry::v1::Account> make_demo_accounts(
    const std::vector<demo_sign_in>& sign_ins, registry::password_cost cost = {});

/// HOST:PORT each, empty: off.
struct demo_addresses {
  std::string https, scaip_udp, scaip_tcp, scaip_tls, native_tls, metrics;
};

/// Writes DIR/demo.json: addresses, the file of the certificate authority, and everything a script
/// needs to sign in and to signal. `teams` of a sign-in are "<municipality>/<team>"; a native
/// device has `secret` beside the fields that all have. Devices are written as they come, so that
/// the text is never in memory as a whole.
class demo_json_writer {
 public:
  /// `out` outlives it.
  explicit demo_json_writer(std::ostream& out);
  void add_municipality(const registry::v1::MunicipalitySet& set);
  void add_device(const demo_device& device);
  /// Last, and once.
  void finish(const std::vector<demo_sign_in>& sign_ins, const demo_addresses& addresses,
              std::string_view ca_file);

 private:
  std::ostream& out_;
  bool any_device_ = false;
  boost::json::array municipalities_, teams_;
};

/// The same of what is in memory already.
[[nodiscard]] std::string demo_json(const demo_data& demo, const demo_addresses& addresses,
                                    std::string_view ca_file);

}  // namespace varde::server
