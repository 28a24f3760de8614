// What can go wrong when the web server starts. While it runs, a bad request is answered and a
// broken connection closed; neither is an error of ours.
#pragma once

#include <boost/system/error_code.hpp>

namespace varde::http {

enum class error {
  bad_address = 1,  ///< not HOST:PORT with a numeric host
  cannot_listen,    ///< the address is taken, not ours, or not allowed
  bad_certificate,  ///< certificate or key can't be read, or don't belong together
  bad_pages,        ///< the directory of pages can't be read, or is too large
};

[[nodiscard]] boost::system::error_code make_error_code(error e) noexcept;

}  // namespace varde::http

template <>
struct boost::system::is_error_code_enum<varde::http::error> : std::true_type {};
