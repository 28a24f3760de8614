// Every choice of the TLS layer is made here.
#include "edge/tls_context.hpp"

#include <openssl/err.h>

#include <chrono>
#include <string_view>

#include "edge/error.hpp"
#include "edge/tls_secrets.hpp"

namespace varde::edge {

namespace {

/// A device that reconnects within this time resumes and spares both sides the signature.
constexpr std::chrono::seconds session_life{std::chrono::hours{12}};
/// Tickets bind to this, so that a session of one listener can't be resumed at another with other
/// rules.
constexpr std::string_view native_sessions = "varde-native";
constexpr std::string_view scaip_sessions = "varde-scaip";
constexpr const char* ciphers_tls_1_2 = "ECDHE+AESGCM:ECDHE+CHACHA20";

bool load_identity(SSL_CTX* context, const tls_settings& settings) {
  return SSL_CTX_use_certificate_chain_file(context, settings.certificate_file.c_str()) == 1 &&
         SSL_CTX_use_PrivateKey_file(context, settings.key_file.c_str(), SSL_FILETYPE_PEM) == 1;
}

bool trust_clients_of(SSL_CTX* context, const std::string& authority_file) {
  STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(authority_file.c_str());
  if (names == nullptr) return false;
  SSL_CTX_set_client_CA_list(context, names);  // takes it over
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  return SSL_CTX_load_verify_locations(context, authority_file.c_str(), nullptr) == 1;
}

bool apply_rules(SSL_CTX* context, bool only_tls_1_3) {
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  tls_secrets::listen_to(*context);
  SSL_CTX_set_options(
      context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_timeout(context, static_cast<long>(session_life.count()));
  const auto scope = only_tls_1_3 ? native_sessions : scaip_sessions;
  return SSL_CTX_set_min_proto_version(context, only_tls_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION) ==
             1 &&
         SSL_CTX_set_cipher_list(context, ciphers_tls_1_2) == 1 &&
         SSL_CTX_set_num_tickets(context, 1) == 1 &&
         SSL_CTX_set_session_id_context(context,
                                        reinterpret_cast<const unsigned char*>(scope.data()),
                                        static_cast<unsigned>(scope.size())) == 1;
}

}  // namespace

base::result<context_handle> make_server_context(const tls_settings& settings) {
  ERR_clear_error();
  context_handle context{SSL_CTX_new(TLS_server_method())};
  if (!context || !apply_rules(context.get(), settings.only_tls_1_3))
    return error::tls_setup_failed;
  if (!load_identity(context.get(), settings)) {
    const bool mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    ERR_clear_error();
    return mismatch ? error::key_mismatch : error::unreadable_file;
  }
  if (!settings.client_authority_file.empty() &&
      !trust_clients_of(context.get(), settings.client_authority_file))
    return error::unreadable_file;
  return context;
}

}  // namespace varde::edge
