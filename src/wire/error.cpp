// The words for each error; they go to devices and logs, so they say what and nothing of what the
// device sent.
#include "wire/error.hpp"

#include <string>

namespace varde::wire {

namespace {

class category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "varde.wire"; }
  [[nodiscard]] std::string message(int value) const override {
    switch (static_cast<error>(value)) {
      case error::too_long:
        return "longer than its limit";
      case error::malformed_length:
        return "unreadable length";
      case error::malformed_frame:
        return "the frame is not a message of this protocol";
      case error::malformed_message:
        return "not a SIP message";
      case error::malformed_xml:
        return "not the XML document that was expected";
      case error::forbidden_xml:
        return "document type and entity declarations are not read";
      case error::bad_sequence:
        return "sequence must be at least 1";
      case error::bad_device_type:
        return "device_type must be 0 to 9999";
      case error::bad_status:
        return "status must be 0 to 9999";
      case error::bad_device:
        return "the device's name must be 1 to 64 characters";
      case error::malformed_credentials:
        return "the Authorization header is not a digest";
    }
    return "unknown error";
  }
};

}  // namespace

const boost::system::error_category& error_category() noexcept {
  static const category instance;
  return instance;
}

}  // namespace varde::wire
