// Writing SIP, and where responses go. Also the answer to what could not be parsed, from its raw
// header lines.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "wire/sip.hpp"
#include "wire/text.hpp"

namespace varde::wire {

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// Appends a value with every control character made a space, so that it can't begin a line of its
/// own.
void append_clean(std::string& out, std::string_view value) {
  const auto start = static_cast<std::ptrdiff_t>(out.size());
  out += value;
  std::replace_if(out.begin() + start, out.end(), is_control, ' ');
}

void append_number(std::string& out, std::uint64_t number) {
  const fmt::format_int digits{number};
  out.append(digits.data(), digits.size());
}

void append_value(std::string& out, std::string_view value) {
  out += ": ";
  append_clean(out, value);
  out += "\r\n";
}

/// `name` is one of our own words.
void append_header(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  append_value(out, value);
}

void append_via(std::string& out, const sip_via& via) {
  out += "Via: SIP/2.0/";
  append_clean(out, via.protocol);
  out += ' ';
  const bool is_v6 = via.host.find(':') != std::string::npos;
  if (is_v6) out += '[';
  append_clean(out, via.host);
  if (is_v6) out += ']';
  if (via.port != 0) {
    out += ':';
    append_number(out, via.port);
  }
  for (const auto& [name, value] : via.parameters) {
    out += ';';
    append_clean(out, name);
    if (!value) continue;
    out += '=';
    append_clean(out, *value);
  }
  out += "\r\n";
}

void append_cseq(std::string& out, const sip_message& message) {
  out += "CSeq: ";
  append_number(out, message.cseq);
  out += ' ';
  append_clean(out, message.cseq_method);
  out += "\r\n";
}

void append_first_line(std::string& out, const sip_message& message) {
  if (message.is_request()) {
    append_clean(out, message.method);
    out += ' ';
    append_clean(out, message.uri);
    out += " SIP/2.0\r\n";
  } else {
    out += "SIP/2.0 ";
    append_number(out, static_cast<std::uint64_t>(message.status));
    out += ' ';
    append_clean(out, message.reason);
    out += "\r\n";
  }
}

/// The header's full name if `line` begins with one that answer_unparsed copies; empty otherwise.
std::string_view copied_header(std::string_view line) {
  struct names {
    std::string_view full, compact;
  };
  static constexpr std::array<names, 5> known{
      {{"Via", "v"}, {"From", "f"}, {"To", "t"}, {"Call-ID", "i"}, {"CSeq", "CSeq"}}};
  const auto name = trimmed(line.substr(0, line.find(':')));
  for (const auto& [full, compact] : known)
    if (equal_ignoring_case(name, full) || equal_ignoring_case(name, compact)) return full;
  return {};
}

bool is_request_line(std::string_view line) {
  return line.ends_with(" SIP/2.0") && !line.starts_with("ACK ") && !line.starts_with("SIP/");
}

std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

const std::optional<std::string>* sip_via::find(std::string_view name) const {
  for (const auto& [known, value] : parameters)
    if (equal_ignoring_case(known, name)) return &value;
  return nullptr;
}

std::string_view sip_via::value(std::string_view name) const {
  const auto* found = find(name);
  return found != nullptr && *found ? std::string_view{**found} : std::string_view{};
}

void sip_via::set(std::string_view name, std::string value) {
  for (auto& [known, old] : parameters) {
    if (!equal_ignoring_case(known, name)) continue;
    old = std::move(value);
    return;
  }
  parameters.emplace_back(std::string{name}, std::move(value));
}

const std::string* sip_message::header(std::string_view name) const {
  for (const auto& [known, value] : headers)
    if (equal_ignoring_case(known, name)) return &value;
  return nullptr;
}

std::string format_sip(const sip_message& message) {
  std::string out;
  out.reserve(512 + message.body.size());
  append_first_line(out, message);
  for (const auto& via : message.vias) append_via(out, via);
  append_header(out, "From", message.from.text);
  append_header(out, "To", message.to.text);
  append_header(out, "Call-ID", message.call_id);
  append_cseq(out, message);
  if (!message.contact.empty()) append_header(out, "Contact", '<' + message.contact + '>');
  for (const auto& value : message.authorizations) append_header(out, "Authorization", value);
  for (const auto& [name, value] : message.headers) {
    append_clean(out, name);
    append_value(out, value);
  }
  if (!message.content_type.empty()) append_header(out, "Content-Type", message.content_type);
  out += "Content-Length: ";
  append_number(out, message.body.size());
  out += "\r\n\r\n";
  out += message.body;
  return out;
}

sip_message make_response(const sip_message& request, const peer& source, int status,
                          std::string_view reason, std::string_view to_tag) {
  sip_message response;
  response.status = status;
  response.reason = reason;
  response.vias = request.vias;
  auto& top = response.vias.front();
  const bool has_rport = top.find("rport") != nullptr;
  if (has_rport || top.host != source.host) top.set("received", source.host);
  if (has_rport) top.set("rport", fmt::format_int{source.port}.str());
  response.from = request.from;
  response.to = request.to;
  if (response.to.tag.empty()) {
    response.to.tag = to_tag;
    (response.to.text += ";tag=") += to_tag;
  }
  response.call_id = request.call_id;
  response.cseq = request.cseq;
  response.cseq_method = request.cseq_method;
  return response;
}

peer response_destination(const sip_message& request, const peer& source) {
  if (source.via != transport::udp) return source;
  const auto& top = request.vias.front();
  if (top.find("rport") != nullptr || top.host != source.host) return source;
  peer to = source;
  to.port = top.port != 0 ? top.port : sip_port;
  return to;
}

std::optional<std::string> answer_unparsed(std::string_view bytes, int status,
                                           std::string_view reason) {
  auto rest = bytes.substr(0, sip_header_bytes_max);
  while (rest.starts_with("\r\n")) rest.remove_prefix(2);
  if (!is_request_line(take_line(rest))) return std::nullopt;
  std::string out = fmt::format("SIP/2.0 {} ", status);
  append_clean(out, reason);
  out += "\r\n";
  std::array<bool, 5> seen{};
  static constexpr std::array<std::string_view, 5> wanted{"Via", "From", "To", "Call-ID", "CSeq"};
  while (!rest.empty()) {
    const auto line = take_line(rest);
    if (line.empty()) break;
    const auto name = copied_header(line);
    if (name.empty() || line.find(':') == std::string_view::npos) continue;
    for (std::size_t i = 0; i < wanted.size(); ++i) seen[i] = seen[i] || wanted[i] == name;
    append_header(out, name, trimmed(line.substr(line.find(':') + 1)));
  }
  for (const bool found : seen)
    if (!found) return std::nullopt;
  out += "Content-Length: 0\r\n\r\n";
  return out;
}

std::string_view sip_reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Request Entity Too Large";
    case 415:
      return "Unsupported Media Type";
    case 420:
      return "Bad Extension";
    case 481:
      return "Call/Transaction Does Not Exist";
    case 503:
      return "Service Unavailable";
    default:
      return "Error";
  }
}

}  // namespace varde::wire
