// The plain form of a SIP header block: numbers and simple names where SIP has quoted text,
// escapes, comments and lists; addresses in angle brackets; no header twice but Via. Osip reads
// such values as they are written, so here they are taken as they are. What is not surely plain is
// osip's.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/number.hpp"
#include "wire/sip_grammar.hpp"
#include "wire/text.hpp"

namespace varde::wire {

namespace {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_letter(char c) { return is_capital(c) || (c >= 'a' && c <= 'z'); }
/// Letters, digits and marks that separate nothing in SIP: most of a message.
constexpr auto simple_characters = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) {
    const char each = static_cast<char>(c);
    table[static_cast<unsigned char>(each)] = is_letter(each) || is_digit(each) || each == '-' ||
                                              each == '.' || each == '_' || each == '+';
  }
  return table;
}();
bool is_simple(char c) { return simple_characters[static_cast<unsigned char>(c)]; }
bool is_printable(char c) { return c >= ' ' && c <= '~'; }

/// Takes a text apart from its beginning. What it can't take it leaves.
class cursor {
 public:
  explicit cursor(std::string_view text) : rest_{text} {}

  bool skip(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  /// The longest run of such characters; it may be empty.
  template <class Predicate>
  std::string_view take(Predicate is_wanted) {
    std::size_t length = 0;
    while (length < rest_.size() && is_wanted(rest_[length])) ++length;
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }
  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

/// ":port", if there is one.
bool take_port(cursor& at, std::uint16_t& port) {
  constexpr std::size_t digits_max = 5;
  if (!at.skip(":")) return true;
  const auto digits = at.take(is_digit);
  return digits.size() <= digits_max && base::read_number(digits, port) && port != 0;
}

struct plain_uri {
  std::string_view text;  // whole
  std::string_view user;
  std::string_view host;
  std::uint16_t port = 0;
};

/// "sip:user@host:port;transport=udp;lr", all but the host optional. The names of parameters are
/// words: osip leaves out some with a hyphen.
bool take_uri(cursor& at, plain_uri& to) {
  constexpr std::size_t bytes_min = 6;  // osip takes no shorter one
  const auto whole = at.rest();
  if (!at.skip("sip:")) return false;
  to.host = at.take(is_simple);
  if (at.skip("@")) {
    to.user = std::exchange(to.host, at.take(is_simple));
    if (to.user.empty()) return false;
  }
  if (to.host.empty() || !take_port(at, to.port)) return false;
  while (at.skip(";"))
    if (at.take(is_letter).empty() || (at.skip("=") && at.take(is_simple).empty())) return false;
  to.text = whole.substr(0, whole.size() - at.rest().size());
  return to.text.size() >= bytes_min;
}

/// "<uri>" or "\"name\" <uri>".
bool take_address(cursor& at, plain_uri& to) {
  if (at.skip("\"")) {
    (void)at.take([](char c) { return is_simple(c) || c == ' '; });
    if (!at.skip("\" ")) return false;
  }
  return at.skip("<") && take_uri(at, to) && at.skip(">");
}

/// ";name=value;name", to the end.
bool read_parameters(cursor& at, sip_parameters& to) {
  while (at.skip(";")) {
    const auto name = at.take(is_simple);
    const bool has_value = at.skip("=");
    const auto value = has_value ? at.take(is_simple) : std::string_view{};
    if (name.empty() || (has_value && value.empty())) return false;
    to.emplace_back(name, has_value ? std::optional{std::string{value}} : std::nullopt);
  }
  return at.is_at_end();
}

bool read_via(std::string_view value, sip_message& to) {
  cursor at{value};
  if (!at.skip("SIP/2.0/")) return false;
  const auto protocol = at.take(is_capital);
  if (protocol.empty() || !at.skip(" ")) return false;
  const auto host = at.take(is_simple);
  std::uint16_t port = 0;
  if (host.empty() || !take_port(at, port)) return false;
  auto& via = to.vias.emplace_back(sip_via{std::string{protocol}, std::string{host}, port, {}});
  return read_parameters(at, via.parameters);
}

/// An address, or one with ";tag=value".
bool read_party(std::string_view value, sip_party& to) {
  cursor at{value};
  plain_uri uri;
  if (!to.text.empty() || !take_address(at, uri)) return false;
  const bool has_tag = at.skip(";tag=");
  const auto tag = has_tag ? at.take(is_simple) : std::string_view{};
  if (!at.is_at_end() || (has_tag && tag.empty())) return false;
  to.text = value;
  to.uri = uri.text;
  to.user = uri.user;
  to.tag = tag;
  return true;
}

bool read_contact(std::string_view value, sip_message& to) {
  cursor at{value};
  plain_uri uri;
  if (!to.contact.empty() || !take_address(at, uri)) return false;
  to.contact = uri.text;
  to.contact_host = uri.host;
  to.contact_port = uri.port;
  return at.is_at_end();
}

/// "name" or "name@host".
bool read_call_id(std::string_view value, sip_message& to) {
  cursor at{value};
  if (!to.call_id.empty() || at.take(is_simple).empty()) return false;
  if (at.skip("@") && at.take(is_simple).empty()) return false;
  to.call_id = value;
  return at.is_at_end();
}

bool read_cseq(std::string_view value, sip_message& to) {
  cursor at{value};
  if (!to.cseq_method.empty() || !base::read_number(at.take(is_digit), to.cseq) || !at.skip(" "))
    return false;
  to.cseq_method = at.take(is_capital);
  return !to.cseq_method.empty() && at.is_at_end();
}

bool is_plain_text(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, is_printable);
}

/// One that is passed on as it is. Of some osip makes one header for each part between commas.
bool read_other(std::string_view name, std::string_view value, sip_message& to) {
  if (!is_plain_text(value) || value.find(',') != std::string_view::npos) return false;
  to.headers.emplace_back(name, value);
  return true;
}

bool read_header(std::string_view name, std::string_view value, sip_message& to) {
  const auto is = [name](std::string_view known) {
    return name.size() == known.size() && equal_ignoring_case(name, known);
  };
  if (is("Via") || is("v")) return read_via(value, to);
  if (is("From") || is("f")) return read_party(value, to.from);
  if (is("To") || is("t")) return read_party(value, to.to);
  if (is("Call-ID") || is("i")) return read_call_id(value, to);
  if (is("CSeq")) return read_cseq(value, to);
  if (is("Contact") || is("m")) return read_contact(value, to);
  if (is("Max-Forwards")) return read_other("max-forwards", value, to);
  if (is("User-Agent")) return read_other("user-agent", value, to);
  if (is("Expires")) return read_other("expires", value, to);
  if (is("Supported")) return read_other("supported", value, to);
  // Osip keeps these for itself, readable or not.
  if (is("Allow") || is("Accept")) return is_plain_text(value);
  return false;
}

/// "MESSAGE sip:varde@192.0.2.1 SIP/2.0" or "SIP/2.0 200 OK".
bool read_first_line(std::string_view line, sip_message& to) {
  cursor at{line};
  if (at.skip("SIP/2.0 ")) {
    const auto status = at.take(is_digit);
    if (status.size() != 3 || !base::read_number(status, to.status) || !at.skip(" ")) return false;
    to.reason = at.take(is_printable);
    return to.status >= 100 && to.status <= 699 && !to.reason.empty() && at.is_at_end();
  }
  plain_uri uri;
  to.method = at.take(is_capital);
  if (to.method.empty() || !at.skip(" ") || !take_uri(at, uri)) return false;
  to.uri = uri.text;
  return at.rest() == " SIP/2.0";
}

}  // namespace

std::optional<sip_message> read_plain_head(std::string_view head) {
  static constexpr std::string_view line_end = "\r\n";
  const auto take_line = [&head] {
    const auto length = std::min(head.find(line_end), head.size());
    const auto line = head.substr(0, length);
    head.remove_prefix(std::min(length + line_end.size(), head.size()));
    return line;
  };
  std::optional<sip_message> read{std::in_place};
  auto& message = *read;
  if (!read_first_line(take_line(), message)) return std::nullopt;
  for (auto line = take_line(); !line.empty(); line = take_line()) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos ||
        !read_header(line.substr(0, colon), trimmed(line.substr(colon + 1)), message))
      return std::nullopt;
  }
  const bool is_whole = !message.vias.empty() && !message.from.text.empty() &&
                        !message.to.text.empty() && !message.call_id.empty() &&
                        !message.cseq_method.empty();
  if (!is_whole || (message.is_request() && message.cseq_method != message.method))
    return std::nullopt;
  return read;
}

}  // namespace varde::wire
