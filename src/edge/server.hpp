// The edge as the rest of the server sees it: listeners for every device protocol, threads that
// serve them, and the mailboxes for the core's answers.
#pragma once

#include <memory>
#include <vector>

#include "alarm/admission.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "edge/error.hpp"
#include "edge/options.hpp"
#include "lanes/lane_set.hpp"
#include "registry/directory.hpp"

namespace varde::edge {

/// Start, stop and the questions are for one thread, the one that owns it. What is passed by
/// reference must outlive it.
class server {
 public:
  server(options given, lanes::lane_set<alarm::admission>& lanes,
         const registry::directory& directory, base::metrics& metrics);
  /// Stops if that has not been done.
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  /// Binds every address that is given, then serves. Nothing listens if one of them fails; the
  /// address or file is in the log. Sets SIGPIPE to be ignored in this process.
  [[nodiscard]] base::result<void> start();
  /// The addresses really bound, "HOST:PORT"; empty for those that are off.
  [[nodiscard]] const addresses& bound() const noexcept;
  /// One per edge thread, at the index that an admission's reply address names. Good for the
  /// server's life; answers that come after stop() go nowhere.
  [[nodiscard]] std::vector<alarm::answer_sink*> sinks() const;

  /// No new connections. Those that are here go on.
  void stop_accepting();
  /// Takes no more signals, passes on the answers that are still due (the core must go on
  /// meanwhile) for at most limits::drain_max, tells every device that we are draining, and ends
  /// the threads.
  void stop();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace varde::edge
