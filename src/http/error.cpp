// The error category of the web server's start.
#include "http/error.hpp"

#include <string>

namespace varde::http {

namespace {

class http_category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "varde.http"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<error>(value)) {
      case error::bad_address:
        return "not an address: give HOST:PORT with a numeric host, as 127.0.0.1:8443";
      case error::cannot_listen:
        return "cannot listen: the address is taken, not this machine's or not allowed";
      case error::bad_certificate:
        return "the certificate or its key cannot be read, or they do not match";
      case error::bad_pages:
        return "the directory of pages cannot be read or is too large";
    }
    return "unknown error";
  }
};

}  // namespace

boost::system::error_code make_error_code(error e) noexcept {
  static const http_category category;
  return {static_cast<int>(e), category};
}

}  // namespace varde::http
