// The texts of the room's errors, written for the person who reads them.
#include "registry/error.hpp"

#include <string>

namespace varde::registry {

namespace {

class registry_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "varde.registry"; }
  std::string message(int value) const override {
    switch (static_cast<error>(value)) {
      case error::password_too_short:
        return "the password is too short: at least 8 characters, 15 advised";
      case error::password_too_long:
        return "the password is too long: at most 128 characters";
      case error::password_not_utf8:
        return "the password is not valid UTF-8 text";
      case error::password_common:
        return "the password is one of the first that others would guess";
      case error::out_of_memory:
        return "not enough memory to hash a password";
      case error::store_unreachable:
        return "Redis does not answer";
      case error::store_damaged:
        return "what Redis holds for the registry can't be read";
      case error::changed_meanwhile:
        return "the registry was changed by somebody else meanwhile; try again";
      case error::duplicate_wire_id:
        return "another municipality has a device that calls itself the same";
    }
    return "unknown error of the registry";
  }
};

}  // namespace

const boost::system::error_category& category() {
  static const registry_category instance;
  return instance;
}

}  // namespace varde::registry
