// Commands about a subject or a device rather than a case: who may, whether the request is whole,
// and the answer, which is the subject as it stands after it. They carry no version: what they ask
// for is either still there or it isn't, and the core says which.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "desk/parts.hpp"
#include "desk/subject_json.hpp"
#include "http/json_fields.hpp"

namespace varde::desk {

class subject_commands {
 public:
  /// Fills the command's body; a problem if the request's isn't whole.
  using filler = std::function<std::optional<http::response>(
      alarm::v1::Command&, const http::request&, http::json_fields&)>;
  /// Where a request's {id} leads; nullopt if nowhere.
  using finder = std::function<std::optional<subject_place>(std::string_view id)>;

  explicit subject_commands(desk_parts& parts) : parts_{parts} {}

  /// A route whose {id} is a subject's, "<municipality>.<subject>".
  void add(http::method verb, std::string path, std::string name, filler fill);
  /// A route whose {id} is something else that leads to a subject.
  void add(http::method verb, std::string path, std::string name, finder find, filler fill);

 private:
  struct asked;

  void take(const http::exchange_pointer& e, const std::string& name, const finder& find,
            const filler& fill);
  void finish(const std::shared_ptr<asked>& a, const board::command_result& result);
  void audit(const asked& a, std::string_view result);

  desk_parts& parts_;
};

}  // namespace varde::desk
