// The operators' live feed: what is open, how this node is, then every change in the order of
// commitment. Changes that come close together go out as one frame for each distinct set of
// municipalities, a case that changed several times once; who asks for it is sent only what differs
// from the state sent before. Who comes back with a token that the ring still covers gets only what
// was missed.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "desk/case_json.hpp"
#include "desk/change_ring.hpp"
#include "desk/parts.hpp"
#include "http/feeds.hpp"
#include "http/pacer.hpp"

namespace varde::desk {

class live {
 public:
  /// Shortest time between two frames of changes: nothing to a person, and in a flood one frame for
  /// what would have been many.
  static constexpr std::chrono::milliseconds frame_interval{2};
  /// After a frame of more changes than this the next one has a longer rest: nobody reads so much
  /// in a moment, and what the frames cost is missing where alarms are taken in.
  static constexpr std::uint64_t crowded_changes = 400;
  /// Cases whose state as told is remembered; beyond it all are told whole once more.
  static constexpr std::size_t told_max = 20'000;

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
  using text_pointer = std::shared_ptr<const std::string>;
  using municipalities = std::vector<std::string>;
  /// How a console wants a case that it was told before.
  enum class form : std::uint8_t { whole, differences };
  struct listeners {
    municipalities seen;
    form wanted;
  };
  /// The state of a case that every console in step has.
  struct told {
    std::uint64_t version;
    text_pointer text;
  };

  [[nodiscard]] http::upgrade_verdict accept(const http::request& in);
  void open(http::websocket_pointer socket, const registry::session_holder& who,
            const std::string& resume, form wanted);
  void hear(const http::feeds::feed& f, std::string_view text);
  void take(const board::change_batch& batch);
  /// Sends what the feeds have not had. Comes before anything that may bring a snapshot, so that a
  /// snapshot is never ahead of the changes that follow it.
  void send_changes();
  /// What `c` is told as a difference from: itself as told, else one like it; told_.end() if there
  /// is neither.
  [[nodiscard]] std::unordered_map<std::string, told>::const_iterator base_of(
      const alarm::v1::Case& c) const;
  /// Keeps what was just told as what the next differences are from.
  void remember_told(std::uint64_t before);
  /// True if this is the first that is heard of a life alarm that waits.
  [[nodiscard]] bool is_news(const alarm::v1::Case& c);

  [[nodiscard]] std::string audience_of(const registry::v1::Account& account, form wanted);
  [[nodiscard]] bool sees(const std::string& audience, std::string_view municipality) const;
  [[nodiscard]] std::string token_for(const std::string& audience) const;
  /// The number after which `token` wants to go on, or nullopt if it can't.
  [[nodiscard]] std::optional<std::uint64_t> resume_point(std::string_view token,
                                                          const std::string& audience) const;
  [[nodiscard]] http::feeds::frame snapshot(const std::string& audience);
  /// nullptr if the audience sees none of the changes after `number`. `wanted` whole suits
  /// everyone; differences only those who were told everything up to `number`.
  [[nodiscard]] http::feeds::frame changes_after(std::uint64_t number, const std::string& audience,
                                                 form wanted);
  /// An element of a frame's changes.
  void append_change(std::string& text, change_ring::change& c, form wanted);

  desk_parts& parts_;
  case_texts& texts_;
  const std::string epoch_;  // of this process: tokens of another mean nothing here
  change_ring ring_;
  std::uint64_t sent_ = 0;          // to all feeds, up to this number
  std::uint64_t told_at_once_ = 0;  // changes that the newest frame stood for
  std::unordered_map<std::string, told> told_;
  /// Of each municipality, a case that was told: a new one is much like it.
  std::map<std::string, std::string> examples_;
  std::uint64_t told_generation_ = 0;  // of the directory that its texts are of
  std::unordered_set<std::string> waiting_life_;
  std::map<std::string, listeners, std::less<>> audiences_;
  http::feeds feeds_;
  http::pacer pace_;
  base::latency_histogram& to_console_;
  base::gauge& consoles_;
};

}  // namespace varde::desk
