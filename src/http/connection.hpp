// Where a fresh socket goes: what the listener calls. Inside the room only.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <memory>

#include "http/site.hpp"

namespace varde::http {

using plain_stream = boost::asio::ip::tcp::socket;
using tls_stream = boost::asio::ssl::stream<boost::asio::ip::tcp::socket>;

/// Serves the socket until it closes. The connection keeps itself and the site alive.
void serve_plain(std::shared_ptr<site> s, plain_stream socket);
void serve_tls(std::shared_ptr<site> s, plain_stream socket, boost::asio::ssl::context& tls);

}  // namespace varde::http
