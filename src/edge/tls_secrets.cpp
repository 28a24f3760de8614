// Reading the lines of a key log (draft-ietf-tls-keylogfile): label, client random, secret in hex.
#include "edge/tls_secrets.hpp"

#include <openssl/crypto.h>

#include <charconv>

namespace varde::edge {

namespace {

constexpr std::string_view their_label = "CLIENT_TRAFFIC_SECRET_0 ";
constexpr std::string_view our_label = "SERVER_TRAFFIC_SECRET_0 ";

}  // namespace

tls_secrets::~tls_secrets() {
  OPENSSL_cleanse(ours.secret_.data(), ours.secret_.size());
  OPENSSL_cleanse(theirs.secret_.data(), theirs.secret_.size());
}

void tls_secrets::listen_to(SSL_CTX& context) {
  SSL_CTX_set_keylog_callback(&context, &tls_secrets::on_key_line);
  SSL_CTX_set_msg_callback(&context, &tls_secrets::on_message);
}

void tls_secrets::hear(SSL& connection) { SSL_set_app_data(&connection, this); }

void tls_secrets::hear_no_more(SSL& connection) { SSL_set_app_data(&connection, nullptr); }

tls_secrets* tls_secrets::of(const SSL* connection) {
  return static_cast<tls_secrets*>(SSL_get_app_data(connection));
}

void tls_secrets::on_key_line(const SSL* connection, const char* line) {
  const std::string_view text{line};
  auto* const heard = of(connection);
  if (heard == nullptr || !(text.starts_with(their_label) || text.starts_with(our_label))) return;
  side& of_side = text.starts_with(our_label) ? heard->ours : heard->theirs;
  const auto hex = text.substr(text.rfind(' ') + 1);
  of_side = {};
  if (hex.size() % 2 != 0 || hex.size() / 2 > of_side.secret_.size()) return;
  for (std::size_t i = 0; i < hex.size() / 2; ++i)
    std::from_chars(&hex[2 * i], &hex[2 * i] + 2, of_side.secret_[i], 16);
  of_side.size_ = hex.size() / 2;
}

/// Each record's head is told. Those before the secret was there were under other keys.
void tls_secrets::on_message(int writes, int /*version*/, int content, const void* /*bytes*/,
                             std::size_t /*size*/, SSL* connection, void* /*unused*/) {
  auto* const heard = of(connection);
  if (heard == nullptr || content != SSL3_RT_HEADER) return;
  side& of_side = writes != 0 ? heard->ours : heard->theirs;
  if (of_side.size_ > 0) ++of_side.records_;
}

}  // namespace varde::edge
