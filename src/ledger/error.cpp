// The sentences behind the ledger's errors.
#include "ledger/error.hpp"

#include <string>

namespace varde::ledger {

namespace {

class ledger_category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "ledger"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::unexpected_reply:
        return "Redis answered in an unexpected form";
      case errc::unreadable_entry:
        return "a ledger entry can't be read by this version";
      case errc::missing_entry:
        return "a subject names an entry that the ledger does not hold";
      case errc::unreadable_snapshot:
        return "the snapshot can't be read by this version";
    }
    return "unknown ledger error";
  }
};

}  // namespace

const boost::system::error_category& category() noexcept {
  static const ledger_category instance;
  return instance;
}

}  // namespace varde::ledger
