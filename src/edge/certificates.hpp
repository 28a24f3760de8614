// Making certificates of one's own: for the demo, for the embedded server before anyone has bought
// or issued any, and for tests. EC keys on P-256, signed with SHA-256, written as PEM files;
// private keys are readable by their owner only.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace varde::edge {

/// A certificate and its private key, as files.
struct credentials {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// Counted from now; `from` lies a little back so that a peer whose clock is slow takes it too.
struct validity {
  std::chrono::hours from{-1};
  std::chrono::hours until{24 * 825};
};

/// Names under which a server on this machine is reached.
[[nodiscard]] std::vector<std::string> local_names();

/// Writes `stem`.crt and `stem`.key: an authority that signs itself. Errors: certificate_failed,
/// cannot_write_file.
[[nodiscard]] base::result<credentials> make_authority(const std::filesystem::path& stem,
                                                       std::string_view common_name,
                                                       validity valid = {});
/// `names` are DNS names and IP addresses, at least one; they become subject alternative names.
/// Errors also: unreadable_file (the authority's).
[[nodiscard]] base::result<credentials> issue_server(const credentials& authority,
                                                     const std::filesystem::path& stem,
                                                     const std::vector<std::string>& names,
                                                     validity valid = {});
/// For a device; `common_name` is for people to read, identity is the digest of the whole
/// certificate.
[[nodiscard]] base::result<credentials> issue_client(const credentials& authority,
                                                     const std::filesystem::path& stem,
                                                     std::string_view common_name,
                                                     validity valid = {});

/// Lower-case hex of the SHA-256 of the certificate's DER, as a registered device's
/// certificate_sha256 has it.
[[nodiscard]] base::result<std::string> certificate_sha256(
    const std::filesystem::path& certificate);

}  // namespace varde::edge
