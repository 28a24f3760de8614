// Which master serves which slot, as a node of the cluster tells it, and what a redirection says.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "redis/endpoint.hpp"
#include "redis/reply.hpp"
#include "redis/slot.hpp"

namespace varde::redis {

class slot_map {
 public:
  /// From the reply to CLUSTER SLOTS. A node without a host of its own is taken to be where `asked`
  /// is. Fails with malformed_reply.
  [[nodiscard]] static base::result<slot_map> parse(const reply& answer, const address& asked);

  slot_map() { owners_.fill(nobody); }

  /// nullptr if nobody serves it.
  [[nodiscard]] const address* master_of(std::uint16_t slot) const;
  /// True if every slot is served.
  [[nodiscard]] bool whole() const;
  [[nodiscard]] bool has_master(const address& node) const;
  /// Those that serve a slot.
  [[nodiscard]] const std::vector<address>& masters() const { return masters_; }
  /// Masters and replicas.
  [[nodiscard]] const std::vector<address>& nodes() const { return nodes_; }

  /// As MOVED tells it.
  void move(std::uint16_t slot, const address& to);

 private:
  static constexpr std::uint16_t nobody = 0xffff;

  /// Its place in `masters_`, where it is put if need be.
  std::uint16_t place_of(const address& master);

  std::array<std::uint16_t, slot_count> owners_;  // places in `masters_`
  std::vector<address> masters_;
  std::vector<address> nodes_;
};

/// What an error reply asks for.
struct redirection {
  enum class kind : std::uint8_t {
    moved,      // the slot is at `to` for good
    ask,        // this once, with ASKING
    try_again,  // the slot's keys are on their way
    down        // the node does not see a working cluster
  };
  kind what;
  std::uint16_t slot = 0;  // for moved
  address to{};            // for moved and ask
};
/// nullopt for any other error.
[[nodiscard]] std::optional<redirection> parse_redirection(std::string_view error_text,
                                                           const address& from);

}  // namespace varde::redis
