// Small SCAIP documents as a list of tags: the one place that meets XML. Private to this room.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

#include "base/result.hpp"
#include "wire/error.hpp"

namespace varde::wire {

/// An <mrq> with all fields at their limits stays well below this.
inline constexpr std::size_t scaip_document_bytes_max = 8 * 1024;

/// Calls `take` with each tag inside the root element, its name in lower case without namespace
/// prefix, its text as written; what stands inside a tag follows it ("lge" and then "geo"). Errors:
/// too_long, forbidden_xml for a document type or entity declaration, malformed_xml also if the
/// root is not `root`.
[[nodiscard]] base::result<void> read_tags(
    std::string_view xml, std::string_view root,
    const std::function<void(std::string_view name, std::string_view text)>& take);

}  // namespace varde::wire
