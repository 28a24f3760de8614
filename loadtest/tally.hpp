// The generator's own book: every signal it meant to send, when, and what became of it. It shares
// no code with the server, so what it says about losses and doubles at the end is an outside
// opinion.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "histogram.hpp"

namespace varde::load {

using clock = std::chrono::steady_clock;

enum class fate : std::uint8_t {
  planned,       // sent or about to be, no verdict yet
  acknowledged,  // the centre says: durable
  busy,          // the centre did not take it
  refused,       // the centre will never take it
};

/// What the centre showed of one device: how many of its signals all of its cases stand for.
struct shown_device {
  std::string device;  // wire id
  std::uint64_t signals = 0;
};

/// One thread's. Devices are numbered as they were added; a device's signals are numbered from 0.
class tally {
 public:
  std::size_t add_device(const std::string& wire_id);
  [[nodiscard]] std::size_t devices() const noexcept { return devices_.size(); }
  [[nodiscard]] const std::string& wire_id(std::size_t device) const { return devices_[device].id; }

  /// A signal that should leave at `intended`; gives its number. A device keeps to one stream.
  std::size_t plan(std::size_t device, clock::time_point intended, std::size_t stream = 0);
  /// The centre's word on a signal. False if there is no such signal or it has a verdict already.
  bool settle(std::size_t device, std::size_t number, fate verdict, clock::time_point now);

  /// What was on the board before the run: those signals are not ours.
  void set_baseline(std::string_view device, std::uint64_t signals);
  /// The board now shows this many signals of a device. Those that are shown for the first time get
  /// their latency: a device's signals reach the board in the order they were sent.
  void show(std::string_view device, std::uint64_t signals, clock::time_point at);

  [[nodiscard]] std::uint64_t planned() const noexcept { return planned_; }
  [[nodiscard]] std::uint64_t settled() const noexcept { return settled_; }
  [[nodiscard]] std::uint64_t acknowledged() const noexcept { return acknowledged_; }
  [[nodiscard]] std::uint64_t busy() const noexcept { return busy_; }
  [[nodiscard]] std::uint64_t refused() const noexcept { return refused_; }
  [[nodiscard]] const histogram& acknowledge_latency() const noexcept { return to_acknowledge_; }
  [[nodiscard]] const histogram& show_latency() const noexcept { return to_show_; }
  /// The same figures of one stream.
  struct stream_book {
    std::uint64_t planned = 0, acknowledged = 0;
    histogram to_acknowledge, to_show;
  };
  void set_streams(std::size_t count) { streams_.resize(count); }
  [[nodiscard]] const std::vector<stream_book>& streams() const noexcept { return streams_; }
  /// A heartbeat of a stream was answered; it is no signal and in no case.
  void beat(std::size_t stream, clock::time_point intended, clock::time_point now);
  /// Takes over what is in another book, of other devices and other streams in the same places.
  void absorb(const tally& other);
  /// For each device that has any: how many of its signals were acknowledged, and how many sent.
  struct device_count {
    std::string device;
    std::uint64_t acknowledged = 0, sent = 0;
  };
  [[nodiscard]] std::vector<device_count> counts() const;

  /// True when every acknowledged signal has been shown.
  [[nodiscard]] bool all_shown() const noexcept;

  /// Held against what the board shows at the end, and what rules kept off it: acknowledged ≤
  /// shown + kept ≤ sent, for each device.
  struct audit {
    std::uint64_t lost = 0;      // acknowledged, but in no case and kept by no rule
    std::uint64_t doubled = 0;   // there more often than sent
    std::uint64_t by_rules = 0;  // kept
    std::string example;         // a device with lost or doubled ones, for the person
  };
  [[nodiscard]] audit check(const std::vector<shown_device>& board,
                            const std::vector<shown_device>& kept_by_rules = {}) const;

 private:
  struct signal {
    clock::time_point intended;
    fate verdict = fate::planned;
  };
  struct device_book {
    std::string id;
    std::vector<signal> signals;
    std::size_t stream = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t baseline = 0;
    std::uint64_t shown = 0;
    std::size_t shown_to = 0;  // signals before this number were shown or not taken
  };
  device_book* find(std::string_view device);

  std::vector<device_book> devices_;
  std::unordered_map<std::string, std::size_t> by_id_;
  std::vector<stream_book> streams_{1};
  histogram to_acknowledge_, to_show_;
  std::uint64_t planned_ = 0, settled_ = 0, acknowledged_ = 0, busy_ = 0, refused_ = 0;
};

}  // namespace varde::load
