// A stream entry arrives as [id, [name, value, name, value]]; the names are ours.
#include "ledger/entry.hpp"

#include "ledger/error.hpp"
#include "redis/reply.hpp"

namespace varde::ledger {

base::result<alarm::v1::Entry> parse_entry(std::string_view bytes) {
  alarm::v1::Entry entry;
  if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || entry.format() == 0 ||
      entry.format() > entry_format)
    return errc::unreadable_entry;
  return entry;
}

std::optional<stream_entry> to_stream_entry(const redis::reply& element) {
  if (element.elements.size() != 2) return std::nullopt;
  const auto& fields = element.elements[1].elements;
  if (fields.size() != 4 || fields[0].text != "e" || fields[2].text != "h") return std::nullopt;
  const auto at = parse_position(element.elements[0].text);
  if (!at) return std::nullopt;
  return stream_entry{*at, fields[1].text, fields[3].text};
}

}  // namespace varde::ledger
