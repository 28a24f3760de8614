// Writing snapshots of the engine's subjects, so that the next start replays little. A snapshot is
// fuzzy: subjects may be newer than its position, which the fold makes harmless, since entries that
// a state holds already are passed over. It never holds what is not in the ledger.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace varde::redis {
class connection;
}

namespace varde::core {

class engine;
class restore;

/// On the core thread.
class snapshots {
 public:
  /// Subjects in one snapshot: those with an open case, and the most recently touched. Copying them
  /// is work of the core thread, so this also bounds how long it is away.
  static constexpr std::size_t subjects_max = 5'000;

  snapshots(redis::connection& connection, const engine& of, const restore& positions);

  /// Writes one snapshot a municipality, one after the other. `done` is called at the end, also if
  /// some failed (logged). A call while one is under way only gets its `done` when that one ends.
  void begin(std::vector<std::string> municipalities, std::function<void()> done);
  /// A snapshot waits for a moment at which the engine is quiet.
  [[nodiscard]] bool wants_quiet() const;
  /// The engine is quiet: copies the states if a snapshot waits for that moment.
  void take();

 private:
  struct state;
  std::shared_ptr<state> state_;
};

}  // namespace varde::core
