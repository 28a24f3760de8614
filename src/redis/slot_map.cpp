// CLUSTER SLOTS answers with ranges: first slot, last slot, the master, its replicas; each node is
// host, port, id and more that we don't need.
#include "redis/slot_map.hpp"

#include <algorithm>

#include "base/number.hpp"
#include "redis/error.hpp"

namespace varde::redis {

namespace {

constexpr std::int64_t port_max = 65'535;

/// nullopt if it is none.
std::optional<address> parse_node(const reply& node, const address& asked) {
  if (node.elements.size() < 2) return std::nullopt;
  const auto& host = node.elements[0].text;  // nil or empty: unknown even to itself
  const auto port = node.elements[1].integer;
  if (port < 1 || port > port_max) return std::nullopt;
  return address{host.empty() || host == "?" ? asked.host : host, static_cast<std::uint16_t>(port)};
}

}  // namespace

base::result<slot_map> slot_map::parse(const reply& answer, const address& asked) {
  if (!answer.is(reply::kind::array)) return errc::malformed_reply;
  slot_map map;
  for (const auto& range : answer.elements) {
    if (range.elements.size() < 3) return errc::malformed_reply;
    const auto first = range.elements[0].integer, last = range.elements[1].integer;
    if (first < 0 || last < first || last >= slot_count) return errc::malformed_reply;
    for (std::size_t i = 2; i < range.elements.size(); ++i) {
      const auto node = parse_node(range.elements[i], asked);
      if (!node) return errc::malformed_reply;
      if (std::ranges::find(map.nodes_, *node) == map.nodes_.end()) map.nodes_.push_back(*node);
      if (i == 2)
        std::fill(map.owners_.begin() + first, map.owners_.begin() + last + 1, map.place_of(*node));
    }
  }
  return map;
}

const address* slot_map::master_of(std::uint16_t slot) const {
  return owners_[slot] == nobody ? nullptr : &masters_[owners_[slot]];
}

bool slot_map::whole() const { return std::ranges::find(owners_, nobody) == owners_.end(); }

bool slot_map::has_master(const address& node) const {
  return std::ranges::find(masters_, node) != masters_.end();
}

void slot_map::move(std::uint16_t slot, const address& to) { owners_[slot] = place_of(to); }

std::uint16_t slot_map::place_of(const address& master) {
  const auto found = std::ranges::find(masters_, master);
  const auto place = static_cast<std::uint16_t>(found - masters_.begin());
  if (found == masters_.end()) masters_.push_back(master);
  return place;
}

std::optional<redirection> parse_redirection(std::string_view text, const address& from) {
  if (text.starts_with("TRYAGAIN")) return redirection{redirection::kind::try_again};
  if (text.starts_with("CLUSTERDOWN")) return redirection{redirection::kind::down};
  const bool moved = text.starts_with("MOVED ");
  if (!moved && !text.starts_with("ASK ")) return std::nullopt;
  redirection out{moved ? redirection::kind::moved : redirection::kind::ask};
  text.remove_prefix(text.find(' ') + 1);
  const auto space = text.find(' ');
  const auto colon = text.rfind(':');
  if (space == text.npos || colon == text.npos || colon < space) return std::nullopt;
  if (!base::read_number(text.substr(0, space), out.slot) || out.slot >= slot_count)
    return std::nullopt;
  const auto host = text.substr(space + 1, colon - space - 1);
  out.to.host = host.empty() || host == "?" ? from.host : host;
  if (!base::read_number(text.substr(colon + 1), out.to.port) || out.to.port == 0)
    return std::nullopt;
  return out;
}

}  // namespace varde::redis
