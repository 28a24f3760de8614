// Putting the field together.
#include "field/field.hpp"

#include "field/visit_feed.hpp"
#include "field/visits.hpp"

namespace varde::field {

struct field::state {
  explicit state(field_parts p) : parts{std::move(p)} {
    routes.add_routes();
    parts.web.every(beat_interval, [this, still = std::weak_ptr{alive}] {
      if (!still.expired()) feed.beat();
    });
  }

  field_parts parts;
  visits routes{parts};
  visit_feed feed{parts};
  std::shared_ptr<const bool> alive = std::make_shared<const bool>(true);
};

field::field(field_parts parts) : state_{std::make_unique<state>(std::move(parts))} {}
field::~field() = default;

http::upgrade_verdict field::open_feed(const http::request& in,
                                       const registry::session_holder& who) {
  return state_->feed.accept(in, who);
}
void field::drain() { state_->feed.drain(); }

}  // namespace varde::field
