// Text in, text out.
#include "sip_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/hash.hpp"

namespace varde::load {

namespace {

constexpr std::string_view branch_start = "z9hG4bKload";

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view compact_form(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> forms{
      {{"Via", "v"},
       {"From", "f"},
       {"To", "t"},
       {"Call-ID", "i"},
       {"Contact", "m"},
       {"Content-Type", "c"}}};
  const auto* at =
      std::ranges::find(forms, name, &std::pair<std::string_view, std::string_view>::first);
  return at == forms.end() ? std::string_view() : at->second;
}

std::string_view element(std::string_view xml, std::string_view name) {
  const auto open = xml.find(fmt::format("<{}>", name));
  if (open == std::string_view::npos) return {};
  const auto start = open + name.size() + 2;
  const auto close = xml.find("</", start);
  return close == std::string_view::npos ? std::string_view()
                                         : trimmed(xml.substr(start, close - start));
}

// The value of name="…" or name=… in a challenge.
std::string parameter(std::string_view text, std::string_view name) {
  for (auto at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
    const auto equals = at + name.size();
    const bool whole = (at == 0 || text[at - 1] == ' ' || text[at - 1] == ',') &&
                       equals < text.size() && text[equals] == '=';
    if (!whole) continue;
    std::string_view value = text.substr(equals + 1);
    if (value.starts_with('"')) {
      value.remove_prefix(1);
      return std::string(value.substr(0, value.find('"')));
    }
    return std::string(value.substr(0, value.find_first_of(", ")));
  }
  return {};
}

}  // namespace

std::string_view sip_view::find(std::string_view name) const {
  const std::string_view compact = compact_form(name);
  for (const header& each : headers) {
    if (same_name(each.name, name) || (!compact.empty() && same_name(each.name, compact))) {
      return each.value;
    }
  }
  return {};
}

std::optional<sip_view> read_sip(std::string_view text) {
  const auto head_end = text.find("\r\n\r\n");
  if (head_end == std::string_view::npos) return std::nullopt;
  sip_view read{.body = text.substr(head_end + 4)};
  std::string_view head = text.substr(0, head_end);
  const auto line_end = [&head] { return std::min(head.find("\r\n"), head.size()); };
  const std::string_view first = head.substr(0, line_end());
  if (first.starts_with("SIP/2.0 ") && first.size() >= 11) {
    std::from_chars(first.data() + 8, first.data() + 11, read.status);
    if (read.status < 100) return std::nullopt;
  } else if (first.ends_with(" SIP/2.0")) {
    read.method = first.substr(0, first.find(' '));
  } else {
    return std::nullopt;
  }
  for (head.remove_prefix(first.size()); head.starts_with("\r\n");) {
    head.remove_prefix(2);
    const std::string_view line = head.substr(0, line_end());
    head.remove_prefix(line.size());
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    read.headers.push_back({trimmed(line.substr(0, colon)), trimmed(line.substr(colon + 1))});
  }
  return read;
}

std::string request_uri(std::string_view centre) { return fmt::format("sip:varde@{}", centre); }

namespace {

std::string write_message(const alarm_text& one, std::string_view what) {
  const std::string body = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
      "<mrq><ref>{}</ref><cid>{}</cid><dty>0003</dty>{}</mrq>",
      one.reference, one.device, what);
  return fmt::format(
      "MESSAGE {0} SIP/2.0\r\n"
      "Via: SIP/2.0/{11} {1};branch={2}{3}-{4};rport\r\n"
      "Max-Forwards: 70\r\n"
      "From: <sip:{5}@{1}>;tag=load{3}\r\n"
      "To: <{0}>\r\n"
      "Call-ID: {3}@varde-load\r\n"
      "CSeq: {4} MESSAGE\r\n"
      "Contact: <sip:{5}@{1}>\r\n"
      "{6}{7}{8}"
      "Content-Type: application/scaip+xml\r\n"
      "Content-Length: {9}\r\n\r\n{10}",
      request_uri(one.centre), one.local, branch_start, one.transaction, one.sequence, one.device,
      one.authorization.empty() ? "" : "Authorization: ", one.authorization,
      one.authorization.empty() ? "" : "\r\n", body.size(), body, one.transport);
}

}  // namespace

std::string write_alarm(const alarm_text& alarm) {
  return write_message(alarm, "<mty>ME</mty><stc>0010</stc><cha>0</cha>");
}

std::string write_heartbeat(const alarm_text& heartbeat) {
  return write_message(heartbeat, "<mty>PI</mty>");
}

std::optional<std::uint64_t> transaction_of(const sip_view& answer) {
  const std::string_view call = answer.find("Call-ID");
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(call.data(), call.data() + call.size(), number);
  if (error != std::errc() || std::string_view(end, call.data() + call.size()) != "@varde-load") {
    return std::nullopt;
  }
  return number;
}

std::string write_ok(const sip_view& request) {
  std::string answer = "SIP/2.0 200 OK\r\n";
  for (const sip_view::header& each : request.headers) {
    for (const std::string_view name : {"Via", "From", "To", "Call-ID", "CSeq"}) {
      if (!same_name(each.name, name) && !same_name(each.name, compact_form(name))) continue;
      const bool tag_it = name == "To" && each.value.find(";tag=") == std::string_view::npos;
      answer += fmt::format("{}: {}{}\r\n", name, each.value, tag_it ? ";tag=varde-load" : "");
    }
  }
  return answer + "Content-Length: 0\r\n\r\n";
}

std::optional<mrs_view> read_mrs(std::string_view body) {
  if (body.find("<mrs>") == std::string_view::npos) return std::nullopt;
  mrs_view read{.reference = element(body, "ref")};
  const std::string_view status = element(body, "snu");
  const auto [end, error] =
      std::from_chars(status.data(), status.data() + status.size(), read.status);
  if (error != std::errc() || read.reference.empty()) return std::nullopt;
  return read;
}

std::optional<challenge> read_challenge(const sip_view& answer) {
  std::string_view asked = answer.find("WWW-Authenticate");
  if (!asked.starts_with("Digest ")) return std::nullopt;
  asked.remove_prefix(7);
  challenge read{.realm = parameter(asked, "realm"),
                 .nonce = parameter(asked, "nonce"),
                 .opaque = parameter(asked, "opaque"),
                 .qop_auth = parameter(asked, "qop").find("auth") != std::string::npos};
  if (read.nonce.empty()) return std::nullopt;
  return read;
}

std::string answer_challenge(const challenge& asked, std::string_view user,
                             std::string_view password, std::string_view uri, std::uint32_t count) {
  using base::md5_hex;
  const std::string who = md5_hex(fmt::format("{}:{}:{}", user, asked.realm, password));
  const std::string what = md5_hex(fmt::format("MESSAGE:{}", uri));
  const std::string times = fmt::format("{:08x}", count);
  const std::string own_nonce = "6c6f6164";
  const std::string response =
      asked.qop_auth
          ? md5_hex(fmt::format("{}:{}:{}:{}:auth:{}", who, asked.nonce, times, own_nonce, what))
          : md5_hex(fmt::format("{}:{}:{}", who, asked.nonce, what));
  std::string value = fmt::format(
      "Digest username=\"{}\", realm=\"{}\", nonce=\"{}\", uri=\"{}\", response=\"{}\", "
      "algorithm=MD5",
      user, asked.realm, asked.nonce, uri, response);
  if (asked.qop_auth) value += fmt::format(", qop=auth, nc={}, cnonce=\"{}\"", times, own_nonce);
  if (!asked.opaque.empty()) value += fmt::format(", opaque=\"{}\"", asked.opaque);
  return value;
}

std::string to_base36(std::uint64_t number) {
  std::array<char, 16> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, 36).ptr;
  return {text.data(), end};
}

std::optional<std::uint64_t> from_base36(std::string_view text) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number, 36);
  if (error != std::errc() || end != last) return std::nullopt;
  return number;
}

}  // namespace varde::load
