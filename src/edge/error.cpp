// The words for the edge's errors.
#include "edge/error.hpp"

namespace varde::edge {

namespace {

class category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "edge"; }
  std::string message(int value) const override {
    switch (static_cast<error>(value)) {
      case error::bad_address:
        return "the listen address is not HOST:PORT or does not resolve";
      case error::cannot_listen:
        return "the listen address can't be bound";
      case error::unreadable_file:
        return "a certificate or key file can't be read as PEM";
      case error::key_mismatch:
        return "the private key does not belong to the certificate";
      case error::tls_setup_failed:
        return "TLS could not be set up";
      case error::cannot_write_file:
        return "a certificate or key file can't be written";
      case error::certificate_failed:
        return "a certificate could not be made";
      case error::already_started:
        return "the edge is already started";
    }
    return "unknown error of the edge";
  }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
  static const category instance;
  return instance;
}

}  // namespace varde::edge
