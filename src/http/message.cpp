// Names, lookups and the request target.
#include "http/message.hpp"

#include <algorithm>
#include <array>

namespace varde::http {

namespace {

constexpr std::array<std::string_view, 7> method_names{"GET",   "HEAD",   "POST", "PUT",
                                                       "PATCH", "DELETE", "OTHER"};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// nullopt if an escape is broken or hides a control character.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      const auto byte = static_cast<unsigned char>(high * 16 + low);
      if (byte < 0x20 || byte == 0x7f) return std::nullopt;
      out += static_cast<char>(byte);
      i += 2;
    }
  }
  return out;
}

std::optional<std::string_view> first(const header_list& list, std::string_view name) {
  const auto at = std::ranges::find(list, name, &std::pair<std::string, std::string>::first);
  if (at == list.end()) return std::nullopt;
  return at->second;
}

bool parse_query(std::string_view text, header_list& into) {
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const auto equals = std::min(pair.find('='), pair.size());
    auto name = percent_decoded(pair.substr(0, equals), true);
    auto value = percent_decoded(pair.substr(std::min(equals + 1, pair.size())), true);
    if (!name || !value) return false;
    into.emplace_back(std::move(*name), std::move(*value));
  }
  return true;
}

}  // namespace

std::string_view method_name(method m) { return method_names[static_cast<std::size_t>(m)]; }

method method_of(std::string_view name) {
  const auto at = std::ranges::find(method_names, name);
  return static_cast<method>(std::min<std::ptrdiff_t>(at - method_names.begin(), 6));
}

std::optional<std::string_view> request::header(std::string_view name) const {
  return first(headers, name);
}
std::optional<std::string_view> request::query_value(std::string_view name) const {
  return first(query, name);
}
std::string_view request::parameter(std::string_view name) const {
  return first(parameters, name).value_or(std::string_view{});
}

response json_response(std::string body, unsigned status) {
  response out;
  out.status = status;
  out.headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}};
  out.body = std::move(body);
  return out;
}

response no_content() {
  response out;
  out.status = 204;
  out.headers = {{"Cache-Control", "no-store"}};
  return out;
}

std::string_view reason_phrase(unsigned status) {
  switch (status) {
    case 200:
      return "OK";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

bool parse_target(std::string_view target, request& into) {
  if (!target.starts_with('/') || target.find('#') != std::string_view::npos) return false;
  const auto question = std::min(target.find('?'), target.size());
  into.path = target.substr(0, question);
  if (question < target.size() && !parse_query(target.substr(question + 1), into.query))
    return false;

  std::string_view rest = std::string_view{into.path}.substr(1);
  while (!rest.empty()) {
    const auto slash = std::min(rest.find('/'), rest.size());
    auto segment = percent_decoded(rest.substr(0, slash), false);
    if (!segment) return false;
    into.segments.push_back(std::move(*segment));
    if (slash + 1 == rest.size())
      into.segments.emplace_back();  // a trailing slash is a segment of its own
    rest.remove_prefix(std::min(slash + 1, rest.size()));
  }
  return true;
}

}  // namespace varde::http
