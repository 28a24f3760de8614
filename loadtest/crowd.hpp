// Connections that only exist, and may all be cut and come back at once: on a thread of their own
// beside the streams that are measured. Thousands of handshakes keep a thread busy for seconds, and
// what the measured ones would notice of it would be this program's lateness and not the server's.
#pragma once

#include <exception>
#include <future>
#include <thread>

#include <boost/asio/io_context.hpp>

#include "demo.hpp"
#include "native_run.hpp"
#include "plan.hpp"
#include "tally.hpp"

namespace varde::load {

/// The plan in two: what is measured, and the silent streams, if there are both. Every stream keeps
/// its place in both plans; in the one that it is not of it has no connections.
struct divided_plan {
  plan measured;
  plan silent;
  bool has_silent = false;
};
[[nodiscard]] divided_plan divide(const plan& whole);

/// Used by one thread; the connections live on another, which gives way to all others.
class crowd {
 public:
  crowd(const demo& where, const plan& silent);
  ~crowd();

  /// Blocks until all are connected. Throws std::runtime_error if one can't be.
  void open();
  /// The run begins, and so does the time until the connections are cut.
  void start();
  /// Blocks until those who were cut are back, or none has come for the plan's drain time.
  [[nodiscard]] findings stop();

 private:
  void be_there();

  const demo& where_;
  const plan plan_;
  boost::asio::io_context io_{1};
  tally book_;
  native_run run_;
  std::promise<void> opened_, ended_;
  std::thread thread_;
};

/// Adds to what the measured streams found.
void add(const findings& of_crowd, findings& to);

}  // namespace varde::load
