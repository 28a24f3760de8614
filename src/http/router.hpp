// From method and path to handler. Routes are templates, as "/api/v1/cases/{id}/claim"; what no
// route declares does not exist, and a path that exists with other methods answers 405 with Allow.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/exchange.hpp"
#include "http/websocket.hpp"

namespace varde::http {

using handler = std::function<void(exchange_pointer)>;

/// Filled before the server starts, then only read.
class router {
 public:
  struct declared {
    method verb;
    std::string path_template;
    bool websocket = false;
  };

  /// A route for GET answers HEAD too. Two routes with one method and template are a mistake of
  /// ours: aborts.
  void route(method verb, std::string path_template, handler h);
  /// The upgrade of a GET; the same GET without an upgrade answers 426.
  void route_websocket(std::string path_template, websocket_acceptor acceptor);

  struct match {
    const handler* on_request = nullptr;
    const websocket_acceptor* on_upgrade = nullptr;
    header_list parameters;
    std::string allow;  // not empty: the path exists, the method does not
  };
  /// HEAD finds GET's handler. All empty if there is no such path.
  [[nodiscard]] match find(method verb, const std::vector<std::string>& segments) const;

  [[nodiscard]] std::vector<declared> all() const;

 private:
  struct entry {
    method verb;
    std::string path_template;
    std::vector<std::string> parts;  // "{id}" for a parameter
    handler on_request;
    websocket_acceptor on_upgrade;
  };
  entry& add(method verb, std::string path_template);

  std::vector<entry> entries_;
};

}  // namespace varde::http
