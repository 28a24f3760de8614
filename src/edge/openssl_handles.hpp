// Owning pointers for the OpenSSL objects that the edge uses.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace varde::edge {

template <auto Release>
struct released_by {
  template <class T>
  void operator()(T* object) const noexcept {
    Release(object);
  }
};

using bio_handle = std::unique_ptr<BIO, released_by<BIO_free_all>>;
using key_handle = std::unique_ptr<EVP_PKEY, released_by<EVP_PKEY_free>>;
using certificate_handle = std::unique_ptr<X509, released_by<X509_free>>;
using context_handle = std::unique_ptr<SSL_CTX, released_by<SSL_CTX_free>>;
using ssl_handle = std::unique_ptr<SSL, released_by<SSL_free>>;

}  // namespace varde::edge
