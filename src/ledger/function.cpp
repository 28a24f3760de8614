// The embedded text of ledger.lua.
#include "ledger/function.hpp"

#include "ledger/ledger_lua.hpp"

namespace varde::ledger {

std::string_view function_library() noexcept { return ledger_lua; }

}  // namespace varde::ledger
