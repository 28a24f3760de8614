// The audit trail: who did or read what, when, from where, about which case. Every command, every
// reading of a resident's data and every refusal is a line in its municipality's stream. Ids only:
// the trail must not become a second registry.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace varde::registry {

struct audit_event {
  std::string municipality;  // whose trail; the centre's for what belongs to no municipality
  std::string user;
  std::string action;   // "read_case", "claim", "sign_in", …
  std::string result;   // "done", "denied", "stale" or a refusal's code
  std::string subject;  // id of the case, visit, resident or team; may be empty
  std::string origin;   // network address, without port
  std::string trace;
};

/// One line of the trail, ready to be stored.
struct audit_line {
  std::string municipality;
  std::string json;
};

/// Gathers events and hands them on in batches, one batch on its way at a time. What can't be
/// stored is tried again; beyond the bound the oldest lines go to the process's log instead, so
/// that none vanishes in silence. Web thread only.
class audit_trail {
 public:
  static constexpr std::size_t waiting_lines_max = 20'000;
  static constexpr std::size_t batch_lines_max = 500;

  /// Stores lines, in order; `done` with whether all were stored.
  using store = std::function<void(const std::vector<audit_line>&, std::function<void(bool)> done)>;

  /// `later` runs a task on the web thread after what is running now.
  audit_trail(store to, std::function<void(std::function<void()>)> later);
  ~audit_trail();
  audit_trail(const audit_trail&) = delete;
  audit_trail& operator=(const audit_trail&) = delete;

  void record(const audit_event& event);
  /// Tries again what could not be stored. Call every few seconds.
  void retry();
  [[nodiscard]] std::size_t waiting() const noexcept;

 private:
  struct state;
  static void flush(const std::shared_ptr<state>& s);
  std::shared_ptr<state> state_;
};

/// The stream a municipality's trail is kept in.
[[nodiscard]] std::string audit_key(std::string_view municipality);

}  // namespace varde::registry
