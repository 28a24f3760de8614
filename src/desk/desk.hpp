// The desk as one thing: the operators' whole API under /api/v1, wired to what the server hands it.
#pragma once

#include <memory>

#include "desk/parts.hpp"

namespace varde::desk {

/// How often beats go out on live feeds.
inline constexpr std::chrono::seconds beat_interval{5};

/// Make it on the web thread or before it runs, after the front door and before the server starts.
/// Everything in `parts` outlives it.
class desk {
 public:
  explicit desk(desk_parts parts);
  ~desk();
  desk(const desk&) = delete;
  desk& operator=(const desk&) = delete;

  /// Says bye on every live feed; new ones are refused by the server, which is draining by now.
  void drain();

 private:
  struct state;
  std::unique_ptr<state> state_;
};

/// The API's description, docs/openapi.json as it was when this was built.
[[nodiscard]] std::string_view openapi_text();

}  // namespace varde::desk
