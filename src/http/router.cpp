// Matching by a walk over the routes: there are a few dozen, and each request costs far more
// elsewhere.
#include "http/router.hpp"

#include <cstdlib>
#include <optional>

#include "http/problem.hpp"

namespace varde::http {

namespace {

bool is_parameter(std::string_view part) { return part.starts_with('{') && part.ends_with('}'); }

std::vector<std::string> split_template(std::string_view path) {
  request parsed;
  if (!parse_target(path, parsed)) std::abort();
  return std::move(parsed.segments);
}

std::optional<header_list> matches(const std::vector<std::string>& parts,
                                   const std::vector<std::string>& segments) {
  if (parts.size() != segments.size()) return std::nullopt;
  header_list parameters;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_parameter(parts[i]) && !segments[i].empty())
      parameters.emplace_back(parts[i].substr(1, parts[i].size() - 2), segments[i]);
    else if (parts[i] != segments[i])
      return std::nullopt;
  }
  return parameters;
}

}  // namespace

exchange::~exchange() { answer(problem(500, "internal", "Something went wrong here")); }

void exchange::answer(response out) {
  if (!out_) return;
  const auto send = std::exchange(out_, nullptr);
  send(std::move(out));
}

router::entry& router::add(method verb, std::string path_template) {
  for (const auto& e : entries_)
    if (e.verb == verb && e.path_template == path_template) std::abort();
  auto parts = split_template(path_template);
  return entries_.emplace_back(verb, std::move(path_template), std::move(parts), handler{},
                               websocket_acceptor{});
}

void router::route(method verb, std::string path_template, handler h) {
  add(verb, std::move(path_template)).on_request = std::move(h);
}

void router::route_websocket(std::string path_template, websocket_acceptor acceptor) {
  add(method::get, std::move(path_template)).on_upgrade = std::move(acceptor);
}

router::match router::find(method verb, const std::vector<std::string>& segments) const {
  const method wanted = verb == method::head ? method::get : verb;
  match found;
  for (const auto& e : entries_) {
    auto parameters = matches(e.parts, segments);
    if (!parameters) continue;
    if (e.verb == wanted) {
      found.parameters = std::move(*parameters);
      if (e.on_request) found.on_request = &e.on_request;
      if (e.on_upgrade) found.on_upgrade = &e.on_upgrade;
      found.allow.clear();
      return found;
    }
    if (!found.allow.empty()) found.allow += ", ";
    found.allow += e.verb == method::get ? "GET, HEAD" : method_name(e.verb);
  }
  return found;
}

std::vector<router::declared> router::all() const {
  std::vector<declared> out;
  for (const auto& e : entries_) out.push_back({e.verb, e.path_template, bool{e.on_upgrade}});
  return out;
}

}  // namespace varde::http
