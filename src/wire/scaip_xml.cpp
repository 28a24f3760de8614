// pugixml after a size cap. It expands no entities but XML's own five; declarations of others are
// refused before it sees them.
#include "wire/scaip_xml.hpp"

#include <pugixml.hpp>

#include <string>

#include "wire/text.hpp"

namespace varde::wire {

namespace {

/// Tags below the root, and below those: lge holds geo, nothing is deeper.
constexpr int depth_max = 2;

std::string local_name(std::string_view qualified) {
  const auto colon = qualified.rfind(':');
  std::string name{colon == std::string_view::npos ? qualified : qualified.substr(colon + 1)};
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return name;
}

bool declares_something(std::string_view xml) {
  for (auto at = xml.find("<!"); at != std::string_view::npos; at = xml.find("<!", at + 2)) {
    const auto rest = xml.substr(at + 2);
    if (!rest.starts_with("--") && !rest.starts_with("[CDATA[")) return true;
  }
  return false;
}

void walk(const pugi::xml_node& parent, int depth,
          const std::function<void(std::string_view, std::string_view)>& take) {
  for (const auto& child : parent.children()) {
    if (child.type() != pugi::node_element) continue;
    take(local_name(child.name()), child.text().get());
    if (depth < depth_max) walk(child, depth + 1, take);
  }
}

}  // namespace

base::result<void> read_tags(
    std::string_view xml, std::string_view root,
    const std::function<void(std::string_view name, std::string_view text)>& take) {
  if (xml.size() > scaip_document_bytes_max) return error::too_long;
  if (declares_something(xml)) return error::forbidden_xml;
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size(), pugi::parse_default);
  if (!parsed || local_name(document.document_element().name()) != root)
    return error::malformed_xml;
  walk(document.document_element(), 1, take);
  return {};
}

}  // namespace varde::wire
