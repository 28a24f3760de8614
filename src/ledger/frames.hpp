// A protobuf message whose fields are all one repeated `bytes`, made and taken apart without
// copying them once more: the entries of a batch.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varde::ledger {

/// What a batch takes for an entry besides its bytes, at the most.
inline constexpr std::size_t entry_head_bytes_max = 1 + 5;

/// Puts one entry behind those of a serialized ledger.v1.Batch.
void append_entry(std::string& batch, std::string_view entry);
/// The entries of a serialized ledger.v1.Batch, as views into it; nullopt if it is none.
[[nodiscard]] std::optional<std::vector<std::string_view>> entries_in(std::string_view batch);

}  // namespace varde::ledger
