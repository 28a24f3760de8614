// What can be wrong with bytes from the wire, as an error category. Every codec of this room
// returns these values; none throws.
#pragma once

#include <type_traits>

#include "base/result.hpp"

namespace varde::wire {

enum class error {
  too_long = 1,          ///< A frame, header block, body or field is over its limit.
  malformed_length,      ///< A length prefix or Content-Length can't be read.
  malformed_frame,       ///< A native frame is not the protobuf message it should be.
  malformed_message,     ///< Not a SIP message.
  malformed_xml,         ///< Not well-formed XML, or not the document that was expected.
  forbidden_xml,         ///< A document type or entity declaration: never read.
  bad_sequence,          ///< A native signal's sequence is 0.
  bad_device_type,       ///< A device type outside 0…9999.
  bad_status,            ///< A status code outside 0…9999.
  bad_device,            ///< A device's name is empty or too long.
  malformed_credentials  ///< An Authorization header that is not a digest.
};

[[nodiscard]] const boost::system::error_category& error_category() noexcept;
[[nodiscard]] inline base::error_code make_error_code(error e) noexcept {
  return {static_cast<int>(e), error_category()};
}

}  // namespace varde::wire

template <>
struct boost::system::is_error_code_enum<varde::wire::error> : std::true_type {};
