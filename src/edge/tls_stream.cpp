// The thread's OpenSSL error queue is cleared before each call: a leftover of another connection
// would be read as this one's failure.
#include "edge/tls_stream.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

namespace varde::edge {

namespace {

/// What is asked of the socket at once, unless a record is longer: what a device says in a minute.
/// More would have to be kept for a peer that sends more than its turn.
constexpr std::size_t receive_bytes = 4096;

/// Where a thread opens records, and where it seals them.
std::vector<char>& opening_room() {
  thread_local std::vector<char> room(record_bytes_max + receive_bytes);
  return room;
}
std::string& sealing_room() {
  thread_local std::string room;
  room.clear();
  return room;
}

/// Gives memory back that was needed for once.
void keep(std::string& where, std::span<const char> what) {
  if (what.empty() && where.empty()) return;
  std::string{what.data(), what.size()}.swap(where);
}

/// SHA-256 of the peer's verified certificate.
std::optional<base::sha256_digest> digest_of_peer(const SSL& connection) {
  if (SSL_get_verify_result(&connection) != X509_V_OK) return std::nullopt;
  const X509* certificate = SSL_get0_peer_certificate(&connection);
  // A resumed session brings its certificate along unverified by this handshake: it may have
  // expired since.
  if (certificate == nullptr || X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0)
    return std::nullopt;
  base::sha256_digest digest;
  if (X509_digest(certificate, EVP_sha256(), digest.data(), nullptr) != 1) return std::nullopt;
  return digest;
}

}  // namespace

tls_stream::tls_stream(SSL_CTX& context, int descriptor)
    : ssl_{SSL_new(&context)}, secrets_{std::make_unique<tls_secrets>()}, descriptor_{descriptor} {
  broken_ = !ssl_ || SSL_set_fd(ssl_.get(), descriptor) != 1;
  if (broken_) return;
  SSL_set_accept_state(ssl_.get());
  secrets_->hear(*ssl_);
}

tls_stream::~tls_stream() = default;

io_result tls_stream::outcome(int returned) const {
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_NONE:
      return {io_state::done, 0};
    case SSL_ERROR_WANT_READ:
      return {io_state::want_read, 0};
    case SSL_ERROR_WANT_WRITE:
      return {io_state::want_write, 0};
    case SSL_ERROR_ZERO_RETURN:
      return {io_state::closed, 0};
    default:
      return {io_state::failed, 0};
  }
}

io_result tls_stream::open() {
  if (broken_) return {io_state::failed, 0};
  ERR_clear_error();
  const auto result = outcome(SSL_do_handshake(ssl_.get()));
  opened_ = result.state == io_state::done;
  broken_ = result.state == io_state::failed;
  if (!opened_) return result;
  resumed_ = SSL_session_reused(ssl_.get()) == 1;
  certificate_ = digest_of_peer(*ssl_);
  hand_over();
  return result;
}

void tls_stream::hand_over() {
  const auto suite = suite_of(SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(ssl_.get())));
  const bool possible = SSL_version(ssl_.get()) == TLS1_3_VERSION && suite &&
                        secrets_->complete() && SSL_has_pending(ssl_.get()) == 0;
  tls_secrets::hear_no_more(*ssl_);
  if (possible) {
    in_.emplace(*suite, secrets_->theirs);
    out_.emplace(*suite, secrets_->ours);
    ssl_.reset();
  }
  secrets_.reset();
}

io_result tls_stream::read(std::span<char> into) {
  if (broken_) return {io_state::failed, 0};
  return in_ ? read_records(into) : read_by_openssl(into);
}

io_result tls_stream::write(std::string_view bytes) {
  if (broken_) return {io_state::failed, 0};
  return out_ ? write_record(bytes) : write_by_openssl(bytes);
}

io_result tls_stream::read_by_openssl(std::span<char> into) {
  ERR_clear_error();
  std::size_t got = 0;
  auto result = outcome(SSL_read_ex(ssl_.get(), into.data(), into.size(), &got));
  result.bytes = got;
  result.drained = SSL_has_pending(ssl_.get()) == 0;
  broken_ = result.state == io_state::failed;
  return result;
}

io_result tls_stream::write_by_openssl(std::string_view bytes) {
  ERR_clear_error();
  std::size_t sent = 0;
  auto result = outcome(SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent));
  result.bytes = sent;
  broken_ = result.state == io_state::failed;
  return result;
}

io_result tls_stream::read_records(std::span<char> into) {
  if (!in_->plain.empty()) {
    const auto some = in_->plain.copy(into.data(), into.size());
    in_->plain.erase(0, some);
    if (in_->plain.empty()) keep(in_->plain, {});
    return {io_state::done, some, in_->plain.empty() && in_->kept.empty()};
  }
  const std::span<char> room{opening_room()};
  auto came = room.first(in_->kept.copy(room.data(), room.size()));
  for (bool asked = false;;) {
    const auto found = in_->records.next(came);
    came = came.subspan(found.consumed);
    if (in_->records.take_update_request()) out_->records.want_update();
    switch (found.what) {
      case record_reader::kind::nothing:
        continue;
      case record_reader::kind::data:
        keep(in_->kept, came);
        return hand_out(found.data, into);
      case record_reader::kind::closed:
        return {io_state::closed, 0};
      case record_reader::kind::broken:
        return fail(found.why);
      case record_reader::kind::incomplete:
        break;
    }
    std::ranges::copy(came, room.begin());
    came = room.first(came.size());
    const auto missing = record_reader::length_of(came) - came.size();
    const auto got = asked ? -1
                           : ::recv(descriptor_, came.data() + came.size(),
                                    std::max(missing, receive_bytes), MSG_DONTWAIT);
    if (got == 0) return fail(std::nullopt);  // without a word: somebody may have cut it off
    if (got < 0) {
      const bool dry = asked || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
      keep(in_->kept, came);
      return dry ? io_result{io_state::want_read, 0} : fail(std::nullopt);
    }
    asked = true;
    came = room.first(came.size() + static_cast<std::size_t>(got));
  }
}

io_result tls_stream::hand_out(std::span<char> plain, std::span<char> into) {
  const auto some = std::min(plain.size(), into.size());
  std::copy_n(plain.begin(), some, into.begin());
  keep(in_->plain, plain.subspan(some));
  return {io_state::done, some, in_->plain.empty() && in_->kept.empty()};
}

io_result tls_stream::write_record(std::string_view bytes) {
  auto& sealed = sealing_room();
  if (out_->kept.empty()) {
    const auto some = bytes.substr(0, record_plain_bytes_max);
    if (!out_->records.append_data(some, sealed)) return fail(std::nullopt);
    out_->kept_for = some.size();
  } else {
    sealed = out_->kept;
  }
  const auto sent = send(sealed);
  if (!sent) return fail(std::nullopt);
  keep(out_->kept, std::span{sealed}.subspan(*sent));
  if (!out_->kept.empty()) return {io_state::want_write, 0};
  return {io_state::done, out_->kept_for};
}

/// How much the socket took; nullopt if the connection is gone.
std::optional<std::size_t> tls_stream::send(std::string_view sealed) {
  const auto sent = ::send(descriptor_, sealed.data(), sealed.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return 0;
  return std::nullopt;
}

/// Best effort: only if it goes whole, and nothing half sent stands before it.
void tls_stream::say(record_alert what) {
  auto& sealed = sealing_room();
  if (out_->kept.empty() && out_->records.append_alert(what, sealed)) (void)send(sealed);
}

io_result tls_stream::fail(std::optional<record_alert> why) {
  if (why) say(*why);
  broken_ = true;
  return {io_state::failed, 0};
}

void tls_stream::close() {
  if (!broken_ && out_) say(record_alert::close_notify);
  if (!broken_ && opened_ && ssl_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());  // without a close_notify the session is not fit for resumption
  }
  ::shutdown(descriptor_, SHUT_WR);
}

std::optional<base::sha256_digest> tls_stream::take_peer_certificate() {
  return std::exchange(certificate_, std::nullopt);
}

}  // namespace varde::edge
