// The first bytes of a response: status line and headers, with those that every response bears.
#include "http/site.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace varde::http {

namespace {

/// RFC 9110's date, "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date() {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(now)));
}

/// A value must not end its header early.
std::string header_safe(std::string_view value) {
  std::string out{value};
  std::erase_if(out, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  return out;
}

}  // namespace

site_counters::site_counters(base::metrics& m, const std::string& listener)
    : requests{m.make_counter("varde_http_requests_total", "HTTP requests answered",
                              {{"listener", listener}})},
      refused{m.make_counter("varde_http_refused_total",
                             "HTTP requests refused as malformed, oversized or too slow",
                             {{"listener", listener}})},
      failed_handshakes{m.make_counter("varde_http_failed_handshakes_total",
                                       "TLS handshakes that failed", {{"listener", listener}})},
      turned_away{m.make_counter("varde_http_turned_away_total",
                                 "Connections closed at once, over the limit",
                                 {{"listener", listener}})},
      connections{m.make_gauge("varde_http_connections", "Open HTTP connections",
                               {{"listener", listener}})},
      websockets{
          m.make_gauge("varde_http_websockets", "Open WebSockets", {{"listener", listener}})},
      answer_time{m.make_histogram("varde_http_answer_seconds",
                                   "From a request's header to its answer",
                                   {{"listener", listener}})} {}

std::string site::head_of(const response& out, bool keep_alive) const {
  std::string text = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\n", out.status,
                                 reason_phrase(out.status), http_date());
  text += security_text;
  for (const auto& [name, value] : out.headers)
    text += fmt::format("{}: {}\r\n", name, header_safe(value));
  const bool has_content = out.status != 204 && out.status != 304;
  if (has_content) text += fmt::format("Content-Length: {}\r\n", out.content().size());
  if (!keep_alive) text += "Connection: close\r\n";
  text += "\r\n";
  return text;
}

}  // namespace varde::http
