// The streams that others are measured beside: floods, and connections that only exist and may all
// be cut and come back at once. They are on a thread of their own. Thousands of handshakes or
// signals keep a thread busy, and what the measured streams would notice of it would be this
// program's lateness and not the server's.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <future>
#include <thread>
#include <vector>

#include "demo.hpp"
#include "native_run.hpp"
#include "plan.hpp"
#include "tally.hpp"

namespace varde::load {

/// The plan in two: what is measured, and what is beside it. Every stream keeps its place in both
/// plans; in the one that it is not of it has no connections. A plan is left whole if all streams
/// are of one kind, and if a device would be in both.
struct divided_plan {
  plan measured;
  plan beside;
  bool has_two = false;
};
/// Throws std::runtime_error if the demo has no device for a stream.
[[nodiscard]] divided_plan divide(const demo& where, const plan& whole);

/// Used by one thread; the connections live on another, which gives way to all others.
class crowd {
 public:
  crowd(const demo& where, const plan& beside);
  ~crowd();

  /// Blocks until all are connected. Throws std::runtime_error if one can't be.
  void open();
  /// What the board shows before the run.
  void set_baseline(std::vector<shown_device> board);
  /// Blocks until it is known what the server takes of the floods. Throws std::runtime_error if
  /// nothing.
  void calibrate();
  /// The run begins. `ended` is called once, on the other thread: all have a verdict or are given
  /// up, and those who were cut are back, or something failed.
  void start(std::function<void()> ended);
  void show(std::vector<shown_device> shown, clock::time_point at);
  /// After `ended`: ends the thread and gives what was found. Throws std::runtime_error if
  /// something failed.
  [[nodiscard]] findings stop();
  /// After stop().
  [[nodiscard]] const tally& book() const noexcept { return book_; }

 private:
  void be_there();

  const demo& where_;
  const plan plan_;
  boost::asio::io_context io_{1};
  tally book_;
  native_run run_;
  std::promise<void> opened_, calibrated_, stopped_;
  std::function<void()> ended_;
  std::thread thread_;
};

/// Adds to what the measured streams found; how late the generator was is theirs alone.
void add(const findings& of_crowd, findings& to);

}  // namespace varde::load
