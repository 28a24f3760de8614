// The teams' requests: which visits there are, each step of one, and the code of the key box.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "field/field.hpp"
#include "http/json_fields.hpp"

namespace varde::field {

class visits {
 public:
  explicit visits(field_parts& parts) : parts_{parts} {}
  void add_routes();

 private:
  /// A visit that the asker may reach.
  struct found {
    board::case_pointer in;
    const alarm::v1::Visit* visit;  // lives as long as `in`
  };
  /// A step on its way.
  struct asked {
    http::exchange_pointer e;
    registry::session_holder who;
    alarm::v1::Command command;
  };
  using asked_pointer = std::shared_ptr<asked>;

  void list(const http::exchange_pointer& e);
  void move(const http::exchange_pointer& e, alarm::v1::VisitState to);
  void finish(const asked_pointer& a, const board::command_result& result);
  void show_code(const http::exchange_pointer& e);

  [[nodiscard]] std::optional<found> find(std::string_view id) const;
  void answer_visit(const http::exchange_pointer& e, const alarm::v1::Case& c,
                    const alarm::v1::Visit& visit);
  void audit(const http::exchange_pointer& e, const registry::session_holder& who,
             std::string_view municipality, std::string_view action, std::string_view result);

  field_parts& parts_;
};

}  // namespace varde::field
