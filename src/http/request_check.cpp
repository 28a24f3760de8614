// The rules on a request's header that a parser alone doesn't hold: one message boundary, one host,
// a path.
#include "http/request_check.hpp"

#include <algorithm>

#include "http/problem.hpp"

namespace varde::http {

namespace {

using message_type = boost::beast::http::request<boost::beast::http::string_body>;
using boost::beast::http::field;

std::string_view plain(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string lower_case(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

response bad_request(std::string_view detail) {
  return problem(400, "bad_request", "The request is malformed", detail);
}

/// Request smuggling lives on messages whose end can be read in two ways.
std::optional<response> refuse_two_boundaries(const message_type& message) {
  const auto lengths = message.count(field::content_length);
  const auto codings = message.count(field::transfer_encoding);
  if (lengths > 1) return bad_request("More than one Content-Length.");
  if (codings > 1) return bad_request("More than one Transfer-Encoding.");
  const auto length = plain(message[field::content_length]);
  if (!std::ranges::all_of(length, [](char c) { return c >= '0' && c <= '9'; }))
    return bad_request("Content-Length is not one number.");
  if (lengths > 0 && codings > 0) return bad_request("Both Content-Length and Transfer-Encoding.");
  if (codings > 0 && lower_case(plain(message[field::transfer_encoding])) != "chunked")
    return bad_request("The only Transfer-Encoding here is chunked.");
  return std::nullopt;
}

}  // namespace

checked_header check_header(const message_type& message, const limits& bounds) {
  checked_header out;
  request& in = out.in;
  in.verb = method_of(plain(message.method_string()));
  in.received = base::steady_time::clock::now();
  for (const auto& f : message)
    in.headers.emplace_back(lower_case(plain(f.name_string())), plain(f.value()));

  if ((out.refusal = refuse_two_boundaries(message))) return out;
  const auto hosts = message.count(field::host);
  if (hosts > 1 || (hosts == 0 && message.version() >= 11)) {
    out.refusal = bad_request("Exactly one Host is needed.");
  } else if (message.target().size() > bounds.target_bytes_max) {
    out.refusal = problem(414, "target_too_long", "The request target is too long");
  } else if (!parse_target(plain(message.target()), in)) {
    out.refusal = bad_request("The request target is not a path.");
  } else if (const auto expect = message[field::expect]; !expect.empty()) {
    out.expects_continue = lower_case(plain(expect)) == "100-continue";
    if (!out.expects_continue)
      out.refusal = problem(417, "expectation_failed", "Only 100-continue can be expected");
  }
  return out;
}

response page_or_problem(const request& in, const pages& content) {
  auto page = content.find(in);
  if (!page) return not_found_problem();
  if (in.verb == method::get || in.verb == method::head) return std::move(*page);
  auto out = problem(405, "method_not_allowed", "This method is not for this path");
  out.headers.emplace_back("Allow", "GET, HEAD");
  return out;
}

response upgrade_required() {
  auto out = problem(426, "upgrade_required", "This is a WebSocket");
  out.headers.emplace_back("Upgrade", "websocket");
  return out;
}

}  // namespace varde::http
