// What operators do to cases: from a request to a command for the core, and from its verdict to the
// answer. What is decided here is only who may and whether the request is whole; whether it fits
// the case's state, the core decides.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "desk/case_json.hpp"
#include "desk/parts.hpp"
#include "http/json_fields.hpp"

namespace varde::desk {

class commands {
 public:
  commands(desk_parts& parts, case_texts& texts) : parts_{parts}, texts_{texts} {}

  void add_routes();

 private:
  /// A command on its way.
  struct asked {
    http::exchange_pointer e;
    std::string name;
    alarm::v1::Command command;
  };
  using asked_pointer = std::shared_ptr<asked>;
  /// Fills the command's body; a problem if the request's isn't whole.
  using filler =
      std::function<std::optional<http::response>(alarm::v1::Command&, http::json_fields&)>;

  void add(std::string name, filler fill);
  void take(const http::exchange_pointer& e, const std::string& name, const filler& fill);
  void take_next(const http::exchange_pointer& e);
  void finish(const asked_pointer& a, const board::command_result& result);
  void explain_stale(const asked_pointer& a, const board::command_result& result);
  void audit(const asked_pointer& a, std::string_view result);
  /// A function for the core thread that hands its result to `handle` on the web thread.
  std::function<void(board::command_result)> hop(
      std::function<void(const board::command_result&)> handle);

  std::optional<http::response> fill_dispatch(alarm::v1::Command& command,
                                              http::json_fields& fields);
  std::optional<http::response> fill_identify(alarm::v1::Command& command,
                                              http::json_fields& fields);

  desk_parts& parts_;
  case_texts& texts_;
};

}  // namespace varde::desk
