// Putting the desk together.
#include "desk/desk.hpp"

#include "desk/cases.hpp"
#include "desk/commands.hpp"
#include "desk/devices.hpp"
#include "desk/live.hpp"
#include "desk/load.hpp"
#include "desk/outages.hpp"
#include "desk/registry_routes.hpp"
#include "desk/subjects.hpp"

namespace varde::desk {

struct desk::state {
  explicit state(desk_parts p) : parts{std::move(p)}, texts{parts.directory, parts.centre_name} {
    looking.add_routes();
    acting.add_routes();
    cards.add_routes();
    waiting.add_routes();
    blackouts.add_routes();
    equipment.add_routes();
    feed.add_routes();
    burden.add_routes();
    burden.on_change([this] {
      feed.tell("load", [this](const live::seeing& sees) { return burden.members_for(sees); });
    });
    parts.routes.route(http::method::get, "/api/v1/openapi.json",
                       [](const http::exchange_pointer& e) {
                         e->answer(http::json_response(std::string{openapi_text()}));
                       });
    parts.web.every(beat_interval, [this, still = std::weak_ptr{alive}] {
      if (still.expired()) return;
      feed.beat();
      burden.tick();
    });
  }

  desk_parts parts;
  case_texts texts;
  cases looking{parts, texts};
  commands acting{parts, texts};
  registry_routes cards{parts};
  subjects waiting{parts};
  outages blackouts{parts};
  devices equipment{parts};
  live feed{parts, texts};
  load burden{parts};
  std::shared_ptr<const bool> alive = std::make_shared<const bool>(true);
};

desk::desk(desk_parts parts) : state_{std::make_unique<state>(std::move(parts))} {}
desk::~desk() = default;

void desk::drain() { state_->feed.drain(); }

}  // namespace varde::desk
