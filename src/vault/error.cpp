// The sentences behind the errors.
#include "vault/error.hpp"

#include <string>

namespace varde::vault {

namespace {

class vault_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "vault"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::failed:
        return "the vault can't be written in any of its directories";
      case errc::full:
        return "the vault is full";
      case errc::overloaded:
        return "too much waits to be written to the vault";
      case errc::too_large:
        return "too large for the vault";
      case errc::in_use:
        return "another process uses the vault";
      case errc::no_directory:
        return "none of the vault's directories can be used";
      case errc::unknown_format:
        return "the vault was written by a newer Varde";
      case errc::unreadable:
        return "a segment of the vault can't be read";
    }
    return "unknown vault error";
  }
};

}  // namespace

const boost::system::error_category& category() noexcept {
  static const vault_category instance;
  return instance;
}

}  // namespace varde::vault
