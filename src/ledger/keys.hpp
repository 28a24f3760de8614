// The names of the ledger's keys. The municipality is the hash tag, so that all keys of one
// municipality live on one node of a cluster and one function call can touch them together.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace varde::ledger {

/// Stream of what was committed together: fields `b` (serialized ledger.v1.Batch), `p` (where its
/// subjects were before, a line each) and `h` (chain hash, hex). Older elements hold one entry:
/// fields `e` (serialized alarm.v1.Entry) and `h`.
[[nodiscard]] std::string ledger_key(std::string_view municipality);
/// Hash: each subject's `place`, and under names that no subject has the newest element's hash and
/// whether older libraries left lists ("yes" or "no").
[[nodiscard]] std::string places_key(std::string_view municipality);
inline constexpr std::string_view chain_field = ".chain", lists_field = ".lists";
/// Hash: `position` and `state`.
[[nodiscard]] std::string snapshot_key(std::string_view municipality);

/// Where libraries before the fourth kept the newest hash, as a string. Since then a hash with one
/// field, so that they can't write any more.
inline constexpr std::string_view moved_field = "moved to";
[[nodiscard]] std::string old_chain_key(std::string_view municipality);
/// Their list of stream ids, one per entry of the subject.
[[nodiscard]] std::string old_list_key(std::string_view municipality, std::string_view subject);

/// The keys of every call of our functions, in their order.
[[nodiscard]] std::array<std::string, 4> function_keys(std::string_view municipality);

}  // namespace varde::ledger
