// The responders' live feed: the visits of one's own teams, then each that changes. Visits are few,
// so who comes back gets a snapshot again.
#pragma once

#include <cstdint>
#include <string>

#include "field/field.hpp"
#include "http/feeds.hpp"

namespace varde::field {

class visit_feed {
 public:
  explicit visit_feed(field_parts& parts);

  [[nodiscard]] http::upgrade_verdict accept(const http::request& in,
                                             const registry::session_holder& who);
  void beat();
  void drain();

 private:
  [[nodiscard]] http::feeds::frame snapshot(const std::string& teams);
  [[nodiscard]] http::feeds::frame changes(const board::change_batch& batch,
                                           const std::string& teams);
  [[nodiscard]] http::feeds::frame as_frame(bool whole, const std::string& visits) const;
  void hear(const http::feeds::feed& f);

  field_parts& parts_;
  const std::string epoch_;
  std::uint64_t number_ = 0;
  http::feeds feeds_;
};

}  // namespace varde::field
