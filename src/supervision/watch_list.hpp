// What the sweep knows of each thing that is supervised, by its number, and how that follows the
// registry: a new view is taken up in bounded steps, so that an import of a million devices holds
// nobody up.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "registry/directory.hpp"
#include "supervision/expectation.hpp"
#include "supervision/presence.hpp"
#include "supervision/seen_table.hpp"
#include "supervision/thing.hpp"

namespace varde::supervision {

/// One thing. Zeroes: not supervised.
struct watched {
  static constexpr std::uint16_t nowhere = 0xffff;

  presence now;
  expectation of;
  registry::device_record device;
  std::uint32_t written_s = 0;  // the newest time that other nodes can know
  std::uint32_t lost_s = 0;     // last heard when it was found absent
  std::uint16_t municipality = nowhere;
  std::uint16_t sensor = 0;        // 0: the device itself, else 1 + the sensor's place
  std::uint32_t tell_again_s = 0;  // when the ledger should have followed
  std::uint8_t tries = 0;          // how often it was told and did not follow
  bool told = false;               // the ledger was told that it is gone
  bool in_case = false;            // the ledger has an open case that says so
  bool seen_in_case = false;       // it had one since it was told
  bool kept = false;               // kept back by whoever looks at many at once

  [[nodiscard]] bool is_watched() const { return static_cast<bool>(device); }
};

/// Not thread-safe; on the sweep's thread.
class watch_list {
 public:
  /// Told of every thing that is taken up (`fresh`: it was not watched before), and before one is
  /// dropped.
  struct listener {
    std::function<void(registry::thing_number, watched&, bool fresh)> taken;
    std::function<void(registry::thing_number, watched&)> dropped;
  };

  watch_list(const registry::directory& directory, seen_table& seen, listener to)
      : directory_(directory), seen_(seen), listener_(std::move(to)) {}

  /// Goes on taking up what is in force now, at most `devices_max` of them. True when all is done.
  bool follow(std::uint32_t now_s, std::size_t devices_max);

  [[nodiscard]] watched* find(registry::thing_number number) {
    return number < list_.size() && list_[number].is_watched() ? &list_[number] : nullptr;
  }
  [[nodiscard]] registry::thing_number size() const {
    return static_cast<registry::thing_number>(list_.size());
  }
  [[nodiscard]] thing thing_of(const watched& w) const;
  /// By place, as `watched::municipality` gives it; ids stay.
  [[nodiscard]] const std::vector<std::string>& municipalities() const { return municipalities_; }
  /// The newest view; not all of its things may be watched yet.
  [[nodiscard]] const registry::view& view() const { return next_ ? *next_ : *view_; }
  [[nodiscard]] std::size_t watched_count() const { return watched_; }

 private:
  void begin();
  bool take_some(std::size_t& budget);
  bool drop_some(std::size_t& budget);
  void take(const registry::set_view& set, const registry::device_record& device);
  void take_one(registry::thing_number number, const registry::device_record& device,
                std::uint16_t sensor, const expectation& of);
  void carry_over(const registry::device_record& device, registry::thing_number to);
  void drop(registry::thing_number number);
  std::uint16_t place_of(const std::string& municipality);

  const registry::directory& directory_;
  seen_table& seen_;
  listener listener_;
  std::deque<watched> list_;
  std::vector<std::string> municipalities_;
  std::shared_ptr<const registry::view> view_ = std::make_shared<const registry::view>();
  std::shared_ptr<const registry::view> next_;  // being taken up
  std::vector<std::shared_ptr<const registry::set_view>> to_take_, to_drop_;
  registry::device_index device_at_ = 0;
  std::uint16_t place_ = 0;
  std::uint32_t now_s_ = 0;
  std::uint64_t generation_ = 0;
  std::size_t watched_ = 0;
};

}  // namespace varde::supervision
