// The operators' live feed: what is open, how this node is, then every change in the order of
// commitment. Changes that come close together go out as one frame for each distinct set of
// municipalities; who comes back with a token that the ring still covers gets only what was missed.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "desk/case_json.hpp"
#include "desk/parts.hpp"
#include "http/feeds.hpp"
#include "http/pacer.hpp"

namespace varde::desk {

class live {
 public:
  /// Changes kept for those who come back.
  static constexpr std::size_t ring_max = 8'192;
  /// Shortest time between two frames of changes: nothing to a person, and in a flood one frame for
  /// what would have been many.
  static constexpr std::chrono::milliseconds frame_interval{2};

  live(desk_parts& parts, case_texts& texts);

  void add_routes();
  /// Sends beats. Call every beat interval.
  void beat();
  /// Sends a frame of its own kind to everyone: `members` gives its other members for those who
  /// see the municipalities that the function it is handed says yes to.
  using seeing = std::function<bool(std::string_view municipality)>;
  void tell(std::string_view type, const std::function<std::string(const seeing&)>& members);
  /// Says bye to everyone.
  void drain();

 private:
  struct change {
    std::uint64_t number;
    board::case_pointer now;
    base::steady_time cause;
    std::shared_ptr<const std::string> text;  // made when first sent
  };
  using municipalities = std::vector<std::string>;

  [[nodiscard]] http::upgrade_verdict accept(const http::request& in);
  void open(http::websocket_pointer socket, const registry::session_holder& who,
            const std::string& resume);
  void hear(const http::feeds::feed& f, std::string_view text);
  void take(const board::change_batch& batch);
  /// Sends what the feeds have not had.
  void send_changes();

  [[nodiscard]] std::string audience_of(const registry::v1::Account& account);
  [[nodiscard]] bool sees(const std::string& audience, std::string_view municipality) const;
  [[nodiscard]] std::string token_for(const std::string& audience) const;
  /// The number after which `token` wants to go on, or nullopt if it can't.
  [[nodiscard]] std::optional<std::uint64_t> resume_point(std::string_view token,
                                                          const std::string& audience) const;
  [[nodiscard]] http::feeds::frame snapshot(const std::string& audience);
  /// nullptr if the audience sees none of the changes after `number`.
  [[nodiscard]] http::feeds::frame changes_after(std::uint64_t number, const std::string& audience);

  desk_parts& parts_;
  case_texts& texts_;
  const std::string epoch_;  // of this process: tokens of another mean nothing here
  std::uint64_t newest_ = 0;
  std::uint64_t sent_ = 0;  // to all feeds, up to this number
  std::deque<change> ring_;
  std::map<std::string, municipalities, std::less<>> audiences_;
  http::feeds feeds_;
  http::pacer pace_;
  base::latency_histogram& to_console_;
  base::gauge& consoles_;
};

}  // namespace varde::desk
