// Protobuf messages with entries that are bytes already, made and taken apart without making
// messages of those.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varde::ledger {

/// What a message takes for an entry besides its bytes, at the most.
inline constexpr std::size_t entry_head_bytes_max = 1 + 5;

/// Puts one entry behind those of a serialized ledger.v1.Batch.
void append_entry(std::string& batch, std::string_view entry);
/// Puts one entry behind what there is of a serialized message, as one more of its `field`, 1…15.
void append_entry(std::string& message, int field, std::string_view entry);
/// The entries of a serialized ledger.v1.Batch, as views into it; nullopt if it is none.
[[nodiscard]] std::optional<std::vector<std::string_view>> entries_in(std::string_view batch);

}  // namespace varde::ledger
