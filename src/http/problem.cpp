// Writing problem documents.
#include "http/problem.hpp"

#include "base/json_writer.hpp"

namespace varde::http {

response problem(unsigned status, std::string_view code, std::string_view title,
                 std::string_view detail, std::string_view members) {
  response out;
  out.status = status;
  out.headers = {{"Content-Type", "application/problem+json"}, {"Cache-Control", "no-store"}};
  base::json_writer json{out.body};
  json.begin_object();
  json.member("type", "/problems/" + std::string{code});
  json.member("title", title);
  json.member("status", status);
  json.member("detail", detail);
  json.member("code", code);
  if (!members.empty()) json.raw_members(members);
  json.end_object();
  return out;
}

response not_found_problem() { return problem(404, "not_found", "There is no such thing"); }

}  // namespace varde::http
