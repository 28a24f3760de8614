// HKDF-Expand-Label and AEAD, by OpenSSL's EVP.
#include "edge/record_keys.hpp"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstring>

#include "edge/openssl_handles.hpp"

namespace varde::edge {

namespace {

struct suite_facts {
  std::uint16_t number;
  const char* cipher;
  const EVP_MD* (*hash)();
  std::size_t key_bytes;
  std::size_t secret_bytes;
};
constexpr std::array<suite_facts, 3> suites{{
    {0x1301, "AES-128-GCM", EVP_sha256, 16, 32},
    {0x1302, "AES-256-GCM", EVP_sha384, 32, 48},
    {0x1303, "ChaCha20-Poly1305", EVP_sha256, 32, 32},
}};

const suite_facts& facts_of(cipher_suite suite) { return suites[static_cast<std::size_t>(suite)]; }

/// HKDF-Expand-Label with an empty context. All that is asked of it fits into one block of the
/// hash.
void expand(const suite_facts& facts, const unsigned char* secret, std::string_view label,
            std::span<unsigned char> out) {
  constexpr std::string_view prefix = "tls13 ";
  std::array<unsigned char, 32> info{};
  std::size_t size = 0;
  const auto add = [&](std::size_t byte) { info[size++] = static_cast<unsigned char>(byte); };
  add(out.size() >> 8);
  add(out.size());
  add(prefix.size() + label.size());
  for (const char c : prefix) add(static_cast<unsigned char>(c));
  for (const char c : label) add(static_cast<unsigned char>(c));
  add(0);  // no context
  add(1);  // the first block
  std::array<unsigned char, EVP_MAX_MD_SIZE> block{};
  unsigned block_bytes = 0;
  HMAC(facts.hash(), secret, static_cast<int>(facts.secret_bytes), info.data(), size, block.data(),
       &block_bytes);
  std::copy_n(block.begin(), out.size(), out.begin());
  OPENSSL_cleanse(block.data(), block.size());
}

using cipher_handle = std::unique_ptr<EVP_CIPHER, released_by<EVP_CIPHER_free>>;
using cipher_context = std::unique_ptr<EVP_CIPHER_CTX, released_by<EVP_CIPHER_CTX_free>>;

/// One suite's cipher in one direction, shared by all connections of the thread: each record brings
/// its key.
class thread_cipher {
 public:
  static thread_cipher& of(cipher_suite suite, bool seals) {
    thread_local std::array<std::array<thread_cipher, 2>, suites.size()> all;
    auto& one = all[static_cast<std::size_t>(suite)][seals ? 1 : 0];
    if (!one.context_) one.prepare(facts_of(suite), seals);
    return one;
  }

  bool run(const unsigned char* key, const unsigned char* nonce, std::span<const char> head,
           std::span<char> text, std::span<char, record_tag_bytes> tag) {
    int done = 0;
    auto* const bytes = reinterpret_cast<unsigned char*>(text.data());
    EVP_CIPHER_CTX* const c = context_.get();
    if (EVP_CipherInit_ex2(c, nullptr, key, nonce, seals_ ? 1 : 0, nullptr) != 1) return false;
    if (!seals_ && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, tag.size(), tag.data()) != 1)
      return false;
    return EVP_CipherUpdate(c, nullptr, &done, reinterpret_cast<const unsigned char*>(head.data()),
                            static_cast<int>(head.size())) == 1 &&
           EVP_CipherUpdate(c, bytes, &done, bytes, static_cast<int>(text.size())) == 1 &&
           EVP_CipherFinal_ex(c, bytes + done, &done) == 1 &&
           (!seals_ || EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, tag.size(), tag.data()) == 1);
  }

 private:
  void prepare(const suite_facts& facts, bool seals) {
    cipher_.reset(EVP_CIPHER_fetch(nullptr, facts.cipher, nullptr));
    context_.reset(EVP_CIPHER_CTX_new());
    seals_ = seals;
    EVP_CipherInit_ex2(context_.get(), cipher_.get(), nullptr, nullptr, seals ? 1 : 0, nullptr);
  }

  cipher_handle cipher_;
  cipher_context context_;
  bool seals_ = false;
};

}  // namespace

std::optional<cipher_suite> suite_of(std::uint16_t number) {
  const auto* const found = std::ranges::find(suites, number, &suite_facts::number);
  if (found == suites.end()) return std::nullopt;
  return static_cast<cipher_suite>(found - suites.begin());
}

record_keys::record_keys(cipher_suite suite, std::span<const unsigned char> secret,
                         std::uint64_t records)
    : records_{records}, suite_{suite} {
  std::copy_n(secret.begin(), std::min(secret.size(), secret_.size()), secret_.begin());
  derive();
}

record_keys::~record_keys() {
  OPENSSL_cleanse(secret_.data(), secret_.size());
  OPENSSL_cleanse(key_.data(), key_.size());
}

void record_keys::derive() {
  const auto& facts = facts_of(suite_);
  expand(facts, secret_.data(), "key", std::span{key_}.first(facts.key_bytes));
  expand(facts, secret_.data(), "iv", iv_);
}

void record_keys::update() {
  const auto& facts = facts_of(suite_);
  expand(facts, secret_.data(), "traffic upd", std::span{secret_}.first(facts.secret_bytes));
  derive();
  records_ = 0;
}

record_keys::nonce record_keys::next_nonce() {
  nonce made = iv_;
  for (std::size_t i = 0; i < sizeof records_; ++i)
    made[nonce_bytes - 1 - i] ^= static_cast<unsigned char>(records_ >> (8 * i));
  ++records_;
  return made;
}

bool record_keys::seal(std::span<const char, record_head_bytes> head, std::span<char> plain,
                       std::span<char, record_tag_bytes> tag) {
  const auto once = next_nonce();
  return thread_cipher::of(suite_, true).run(key_.data(), once.data(), head, plain, tag);
}

bool record_keys::open(std::span<const char, record_head_bytes> head, std::span<char> sealed,
                       std::span<char, record_tag_bytes> tag) {
  const auto once = next_nonce();
  return thread_cipher::of(suite_, false).run(key_.data(), once.data(), head, sealed, tag);
}

}  // namespace varde::edge
