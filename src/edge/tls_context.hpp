// The TLS settings that all connections of one listener share: certificate, versions, whom we
// believe.
#pragma once

#include <string>

#include "base/result.hpp"
#include "edge/openssl_handles.hpp"

namespace varde::edge {

struct tls_settings {
  std::string certificate_file;       // PEM, leaf first, then the chain
  std::string key_file;               // PEM
  std::string client_authority_file;  // PEM; empty: client certificates are not asked for
  bool only_tls_1_3 = true;           // else 1.2 is taken too
};

/// A server context, fit for many idle connections: buffers are given back between records,
/// sessions are resumed by tickets and nothing is cached here. A client certificate that is sent
/// must be valid and of a known authority, or the handshake fails; a client may send none. Errors:
/// unreadable_file, key_mismatch, tls_setup_failed.
[[nodiscard]] base::result<context_handle> make_server_context(const tls_settings& settings);

}  // namespace varde::edge
