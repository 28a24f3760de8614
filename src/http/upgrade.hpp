// The hand-over of a connection from HTTP to WebSocket. Inside the room only; included by the two
// TUs that know Beast.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "http/connection.hpp"

namespace varde::http {

using upgrade_request = boost::beast::http::request<boost::beast::http::string_body>;

/// Takes the connection over and answers the upgrade.
void serve_websocket(std::shared_ptr<site> s, tls_stream stream, upgrade_request request,
                     std::function<void(websocket_pointer)> on_open);

}  // namespace varde::http
