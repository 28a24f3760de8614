// A resident's card and the teams that can be sent.
#pragma once

#include "desk/parts.hpp"

namespace varde::desk {

class registry_routes {
 public:
  explicit registry_routes(desk_parts& parts) : parts_{parts} {}
  void add_routes();

 private:
  void resident(const http::exchange_pointer& e);
  void teams(const http::exchange_pointer& e);

  desk_parts& parts_;
};

}  // namespace varde::desk
