// A stream element arrives as [id, [name, value, …]]; the names are ours.
#include "ledger/entry.hpp"

#include <utility>

#include "ledger/error.hpp"
#include "ledger/frames.hpp"
#include "redis/reply.hpp"

namespace varde::ledger {

base::result<alarm::v1::Entry> parse_entry(std::string_view bytes) {
  alarm::v1::Entry entry;
  if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || entry.format() == 0 ||
      entry.format() > entry_format)
    return errc::unreadable_entry;
  return entry;
}

std::optional<stream_element> to_stream_element(const redis::reply& element) {
  if (element.elements.size() != 2) return std::nullopt;
  const auto& fields = element.elements[1].elements;
  const auto at = parse_position(element.elements[0].text);
  if (!at) return std::nullopt;
  if (fields.size() == 4 && fields[0].text == "e" && fields[2].text == "h")
    return stream_element{*at, false, fields[1].text, {fields[1].text}, {}, fields[3].text};
  if (fields.size() != 6 || fields[0].text != "b" || fields[2].text != "p" || fields[4].text != "h")
    return std::nullopt;
  auto entries = entries_in(fields[1].text);
  if (!entries || entries->empty()) return std::nullopt;
  return stream_element{*at,           true, fields[1].text, std::move(*entries), fields[3].text,
                        fields[5].text};
}

}  // namespace varde::ledger
