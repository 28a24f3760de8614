// What can go wrong while the edge is set up. Once it runs, a bad peer costs that peer its
// connection and a counter, never an error of the server.
#pragma once

#include <boost/system/error_code.hpp>
#include <type_traits>

namespace varde::edge {

enum class error {
  bad_address = 1,     ///< not HOST:PORT, or the host does not resolve
  cannot_listen,       ///< the address is taken, not ours, or may not be bound
  unreadable_file,     ///< a certificate or key file is missing, unreadable or not PEM
  key_mismatch,        ///< the private key does not belong to the certificate
  tls_setup_failed,    ///< OpenSSL refused a setting
  cannot_write_file,   ///< a made certificate or key could not be written
  certificate_failed,  ///< OpenSSL could not make or sign a certificate
  already_started,     ///< start() was called twice
};

[[nodiscard]] const boost::system::error_category& error_category() noexcept;
[[nodiscard]] inline boost::system::error_code make_error_code(error e) noexcept {
  return {static_cast<int>(e), error_category()};
}

}  // namespace varde::edge

template <>
struct boost::system::is_error_code_enum<varde::edge::error> : std::true_type {};
