// X.509 by OpenSSL: subject, extensions, signature, and the two PEM files.
#include "edge/certificates.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <cstdio>

#include "base/hash.hpp"
#include "edge/error.hpp"
#include "edge/openssl_handles.hpp"

namespace varde::edge {

namespace {

constexpr long x509_version_3 = 2;
constexpr int serial_bits = 127;  // RFC 5280 allows up to 20 bytes and wants it positive

struct signing_pair {
  certificate_handle certificate;
  key_handle key;
};

bool set_serial(X509* certificate) {
  std::unique_ptr<BIGNUM, released_by<BN_free>> serial{BN_new()};
  return serial && BN_rand(serial.get(), serial_bits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_common_name(X509* certificate, std::string_view name) {
  return X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.data()),
                                    static_cast<int>(name.size()), -1, 0) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, released_by<X509_EXTENSION_free>> extension{
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

/// A new key and an unsigned certificate for it, without issuer and extensions.
base::result<signing_pair> draft(std::string_view common_name, validity valid) {
  signing_pair made{certificate_handle{X509_new()}, key_handle{EVP_EC_gen("P-256")}};
  if (!made.certificate || !made.key) return error::certificate_failed;
  X509* certificate = made.certificate.get();
  const auto offset_s = [](std::chrono::hours h) { return std::chrono::seconds{h}.count(); };
  const bool ok =
      X509_set_version(certificate, x509_version_3) == 1 && set_serial(certificate) &&
      set_common_name(certificate, common_name) &&
      X509_gmtime_adj(X509_getm_notBefore(certificate), offset_s(valid.from)) != nullptr &&
      X509_gmtime_adj(X509_getm_notAfter(certificate), offset_s(valid.until)) != nullptr &&
      X509_set_pubkey(certificate, made.key.get()) == 1;
  if (!ok) return error::certificate_failed;
  return made;
}

base::result<signing_pair> load(const credentials& from) {
  signing_pair loaded;
  if (bio_handle file{BIO_new_file(from.certificate.c_str(), "r")})
    loaded.certificate.reset(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
  if (bio_handle file{BIO_new_file(from.key.c_str(), "r")})
    loaded.key.reset(PEM_read_bio_PrivateKey(file.get(), nullptr, nullptr, nullptr));
  if (!loaded.certificate || !loaded.key) return error::unreadable_file;
  return loaded;
}

/// A file that only its owner may read, from its first byte on.
bio_handle create_file(const std::filesystem::path& path, mode_t mode) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (descriptor < 0) return nullptr;
  std::FILE* file = ::fdopen(descriptor, "w");
  if (file == nullptr) {
    ::close(descriptor);
    return nullptr;
  }
  return bio_handle{BIO_new_fp(file, BIO_CLOSE)};
}

base::result<credentials> write(const signing_pair& made, const std::filesystem::path& stem) {
  credentials files{stem, stem};
  files.certificate += ".crt";
  files.key += ".key";
  const auto key_file = create_file(files.key, 0600);
  if (!key_file ||
      PEM_write_bio_PrivateKey(key_file.get(), made.key.get(), nullptr, nullptr, 0, nullptr,
                               nullptr) != 1 ||
      BIO_flush(key_file.get()) != 1)
    return error::cannot_write_file;
  const auto certificate_file = create_file(files.certificate, 0644);
  if (!certificate_file ||
      PEM_write_bio_X509(certificate_file.get(), made.certificate.get()) != 1 ||
      BIO_flush(certificate_file.get()) != 1)
    return error::cannot_write_file;
  return files;
}

bool sign(X509* certificate, X509* issuer, EVP_PKEY* key) {
  return X509_set_issuer_name(certificate, X509_get_subject_name(issuer)) == 1 &&
         X509_sign(certificate, key, EVP_sha256()) != 0;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string list;
  for (const auto& name : names) {
    in6_addr scratch;
    const bool is_address = ::inet_pton(AF_INET, name.c_str(), &scratch) == 1 ||
                            ::inet_pton(AF_INET6, name.c_str(), &scratch) == 1;
    if (!list.empty()) list += ',';
    list += (is_address ? "IP:" : "DNS:") + name;
  }
  return list;
}

/// An end certificate: `usage` is "serverAuth" or "clientAuth"; `names` empty for none.
base::result<credentials> issue(const credentials& authority, const std::filesystem::path& stem,
                                std::string_view common_name, const std::string& usage,
                                const std::string& names, validity valid) {
  auto issuer = load(authority);
  if (!issuer) return issuer.error();
  auto made = draft(common_name, valid);
  if (!made) return made.error();
  X509* certificate = made->certificate.get();
  X509* above = issuer->certificate.get();
  const bool ok =
      X509_set_issuer_name(certificate, X509_get_subject_name(above)) == 1 &&
      add_extension(certificate, above, NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(certificate, above, NID_key_usage, "critical,digitalSignature") &&
      add_extension(certificate, above, NID_ext_key_usage, usage) &&
      add_extension(certificate, above, NID_subject_key_identifier, "hash") &&
      add_extension(certificate, above, NID_authority_key_identifier, "keyid") &&
      (names.empty() || add_extension(certificate, above, NID_subject_alt_name, names)) &&
      sign(certificate, above, issuer->key.get());
  if (!ok) return error::certificate_failed;
  return write(*made, stem);
}

}  // namespace

std::vector<std::string> local_names() { return {"localhost", "127.0.0.1", "::1"}; }

base::result<credentials> make_authority(const std::filesystem::path& stem,
                                         std::string_view common_name, validity valid) {
  auto made = draft(common_name, valid);
  if (!made) return made.error();
  X509* certificate = made->certificate.get();
  const bool ok =
      X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1 &&
      add_extension(certificate, certificate, NID_basic_constraints,
                    "critical,CA:TRUE,pathlen:0") &&
      add_extension(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      add_extension(certificate, certificate, NID_subject_key_identifier, "hash") &&
      sign(certificate, certificate, made->key.get());
  if (!ok) return error::certificate_failed;
  return write(*made, stem);
}

base::result<credentials> issue_server(const credentials& authority,
                                       const std::filesystem::path& stem,
                                       const std::vector<std::string>& names, validity valid) {
  if (names.empty()) return error::certificate_failed;
  return issue(authority, stem, names.front(), "serverAuth", alternative_names(names), valid);
}

base::result<credentials> issue_client(const credentials& authority,
                                       const std::filesystem::path& stem,
                                       std::string_view common_name, validity valid) {
  return issue(authority, stem, common_name, "clientAuth", {}, valid);
}

base::result<std::string> certificate_sha256(const std::filesystem::path& certificate) {
  bio_handle file{BIO_new_file(certificate.c_str(), "r")};
  if (!file) return error::unreadable_file;
  certificate_handle loaded{PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr)};
  if (!loaded) return error::unreadable_file;
  base::sha256_digest digest;
  if (X509_digest(loaded.get(), EVP_sha256(), digest.data(), nullptr) != 1)
    return error::certificate_failed;
  return base::to_hex(digest);
}

}  // namespace varde::edge
