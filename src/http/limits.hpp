// Every bound of the web server in one place, with its unit in its name. The defaults are what
// runs; the configuration may change those that a centre has reason to change, and tests make them
// small.
#pragma once

#include <chrono>
#include <cstddef>

namespace varde::http {

struct limits {
  std::size_t connections_max = 2'000;      // beyond it a new one is closed at once
  std::size_t header_bytes_max = 8 * 1024;  // request line and headers together: 431, or 414
  std::size_t target_bytes_max = 4 * 1024;  // path and query: 414
  std::size_t body_bytes_max = 64 * 1024;   // 413
  std::size_t requests_per_connection_max =
      10'000;                        // then the connection is closed after the answer
  std::size_t websockets_max = 500;  // beyond it 503
  std::size_t websocket_message_bytes_max = 4 * 1024;          // from the page: close 1009
  std::size_t websocket_backlog_bytes_max = 32 * 1024 * 1024;  // to the page, waiting: close 1013

  std::chrono::milliseconds handshake_timeout{10'000};  // TLS
  std::chrono::milliseconds idle_timeout{60'000};       // between two requests of a connection
  std::chrono::milliseconds header_timeout{
      10'000};  // from a request's first byte to its last header: 408
  std::chrono::milliseconds body_timeout{10'000};    // from the last header to the last byte: 408
  std::chrono::milliseconds answer_timeout{20'000};  // for a handler to answer: 503
  std::chrono::milliseconds write_timeout{30'000};   // for a peer to take an answer
  std::chrono::milliseconds linger_timeout{2'000};   // for a peer to read a last answer
  std::chrono::milliseconds websocket_idle_timeout{
      20'000};  // without a pong; a ping goes at half of it
};

}  // namespace varde::http
