// The operators' side of a run: signs in as one would in a browser, opens the live WebSocket, and
// says what it shows and when. On a thread of its own, so that reading the feed does not delay what
// the generator sends.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "board_book.hpp"
#include "demo.hpp"

namespace varde::load {

/// Signs in as each operator, reads one snapshot of what is open and signs out again. Blocks;
/// throws std::runtime_error with what the server said.
[[nodiscard]] board_book read_board(const demo& where, const std::vector<demo_operator>& operators,
                                    const std::string& protocol);

class watcher {
 public:
  /// Called on the watcher's thread, with the totals that a frame changed.
  using on_shown = std::function<void(std::vector<shown_device>, clock::time_point)>;

  /// Signs in and connects before it returns; throws std::runtime_error.
  watcher(const demo& where, const std::vector<demo_operator>& operators, std::string protocol,
          on_shown shown);
  /// Ends the thread and signs out.
  ~watcher();

  struct numbers {
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
    std::uint64_t missed_bases = 0;  // differences from what it never had; there should be none
    std::uint64_t snapshots =
        0;  // one for each operator; more say that the server started a slow console anew
  };
  /// After the watcher was stopped.
  numbers stop();

 private:
  class feed;
  std::unique_ptr<feed> feed_;
};

/// Consoles that are only there, each signed in as one of the operators: some read all they are
/// sent, slow ones a frame now and then, dead ones nothing.
class audience {
 public:
  audience(const demo& where, const std::vector<demo_operator>& operators, std::size_t reading,
           std::size_t slow, std::size_t dead);
  /// Ends its thread; their sessions are left to end by themselves, as a closed browser's are.
  ~audience();

  /// Of those that read all.
  struct numbers {
    std::size_t reading = 0;
    std::size_t lost = 0;  // that the server ended
    std::uint64_t frames = 0;
    std::uint64_t bytes = 0;
  };
  /// Ends them.
  numbers stop();

 private:
  class crowd;
  std::unique_ptr<crowd> crowd_;
};

}  // namespace varde::load
