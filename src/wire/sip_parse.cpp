// Reading SIP with osip2, unless it is so plain that there is nothing to judge. The library's
// tables are set up once; after that its parser only works on what it is given, so any thread may
// parse. It is given the header block only: of bodies it leaks memory when their multipart form is
// broken. Everything it allocates is owned by guards of this file.
#include <osipparser2/osip_parser.h>

#include <charconv>
#include <cstdarg>
#include <memory>
#include <mutex>

#include "wire/sip.hpp"
#include "wire/sip_grammar.hpp"
#include "wire/sip_head.hpp"
#include "wire/text.hpp"

namespace varde::wire {

namespace {

struct osip_deleter {
  void operator()(osip_message_t* message) const { osip_message_free(message); }
  void operator()(char* text) const { osip_free(text); }
};
using osip_message = std::unique_ptr<osip_message_t, osip_deleter>;
using osip_text = std::unique_ptr<char, osip_deleter>;

void initialise_osip() {
  static std::once_flag once;
  std::call_once(once, [] {
    // osip would print each malformed message to standard output; a stranger shall not write there.
    osip_trace_initialize_func(TRACE_LEVEL0,
                               [](const char*, int, osip_trace_level_t, const char*, va_list) {});
    parser_init();
  });
}

/// A value as one clean line; empty for nullptr.
std::string line(const char* text) {
  std::string out;
  if (text == nullptr) return out;
  out = text;
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  return out;
}

/// What one of osip's …_to_str functions gives.
template <class Element>
std::string written(const Element* element, int (*write)(const Element*, char**)) {
  char* raw = nullptr;
  if (element == nullptr || write(element, &raw) != OSIP_SUCCESS) return {};
  const osip_text owned{raw};
  return line(raw);
}

/// 0 for none or an unreadable one.
std::uint16_t port_number(const char* text) {
  const std::string_view digits = text == nullptr ? std::string_view{} : trimmed(text);
  std::uint16_t port = 0;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return bad == std::errc{} && end == digits.data() + digits.size() ? port : std::uint16_t{0};
}

template <class Element, class Take>
void for_each(const osip_list_t& list, Take&& take) {
  osip_list_iterator_t at{};
  for (void* element = osip_list_get_first(&list, &at); element != nullptr;
       element = osip_list_get_next(&at))
    take(*static_cast<const Element*>(element));
}

sip_via to_via(const osip_via_t& from) {
  sip_via via{line(from.protocol), line(from.host), port_number(from.port), {}};
  for_each<osip_generic_param_t>(from.via_params, [&](const osip_generic_param_t& p) {
    via.parameters.emplace_back(line(p.gname),
                                p.gvalue == nullptr ? std::nullopt : std::optional{line(p.gvalue)});
  });
  return via;
}

sip_party to_party(const osip_from_t& from) {
  sip_party party;
  party.text = written(&from, osip_from_to_str);
  party.uri = written<osip_uri_t>(from.url, osip_uri_to_str);
  if (from.url != nullptr) party.user = line(from.url->username);
  for_each<osip_generic_param_t>(from.gen_params, [&](const osip_generic_param_t& p) {
    if (party.tag.empty() && equal_ignoring_case(line(p.gname), "tag")) party.tag = line(p.gvalue);
  });
  return party;
}

void read_contact(const osip_message_t& from, sip_message& to) {
  osip_list_iterator_t at{};
  const auto* contact =
      static_cast<const osip_contact_t*>(osip_list_get_first(&from.contacts, &at));
  if (contact == nullptr || contact->url == nullptr) return;
  to.contact = written<osip_uri_t>(contact->url, osip_uri_to_str);
  to.contact_host = line(contact->url->host);
  to.contact_port = port_number(contact->url->port);
}

/// "type/subtype" in lower case, of a Content-Type's value.
std::string media_type(std::string_view value) {
  std::string out{trimmed(value.substr(0, value.find(';')))};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = ' ';
  }
  return out;
}

void read_other_headers(const osip_message_t& from, sip_message& to) {
  for_each<osip_authorization_t>(from.authorizations, [&](const osip_authorization_t& header) {
    to.authorizations.push_back(written(&header, osip_authorization_to_str));
  });
  for_each<osip_content_encoding_t>(
      from.content_encodings, [&](const osip_content_encoding_t& header) {
        to.headers.emplace_back("Content-Encoding", line(header.value));
      });
  for_each<osip_header_t>(from.headers, [&](const osip_header_t& header) {
    to.headers.emplace_back(line(header.hname), line(header.hvalue));
  });
}

/// False if a header that every message must have is missing or contradicts the first line.
bool read_mandatory(const osip_message_t& from, sip_message& to) {
  if (from.from == nullptr || from.to == nullptr || from.call_id == nullptr ||
      from.cseq == nullptr || from.cseq->method == nullptr || from.cseq->number == nullptr)
    return false;
  for_each<osip_via_t>(from.vias, [&](const osip_via_t& via) { to.vias.push_back(to_via(via)); });
  if (to.vias.empty() || to.vias.front().host.empty()) return false;
  to.from = to_party(*from.from);
  to.to = to_party(*from.to);
  to.call_id = written<osip_call_id_t>(from.call_id, osip_call_id_to_str);
  to.cseq_method = line(from.cseq->method);
  const auto number = trimmed(from.cseq->number);
  const auto [end, bad] = std::from_chars(number.data(), number.data() + number.size(), to.cseq);
  if (bad != std::errc{} || end != number.data() + number.size() || to.call_id.empty())
    return false;
  return to.status != 0 || to.cseq_method == to.method;
}

base::result<sip_message> read_head(std::string_view head) {
  if (auto plain = read_plain_head(head)) return std::move(*plain);
  return read_head_by_osip(head);
}

}  // namespace

base::result<sip_message> read_head_by_osip(std::string_view head) {
  initialise_osip();
  osip_message_t* raw = nullptr;
  if (osip_message_init(&raw) != OSIP_SUCCESS) return error::malformed_message;
  const osip_message parsed{raw};
  if (osip_message_parse(raw, head.data(), head.size()) != OSIP_SUCCESS)
    return error::malformed_message;

  sip_message message;
  if (raw->sip_method != nullptr) {
    message.method = line(raw->sip_method);
    message.uri = written<osip_uri_t>(raw->req_uri, osip_uri_to_str);
    if (message.method.empty() || message.uri.empty()) return error::malformed_message;
  } else {
    message.status = raw->status_code;
    message.reason = line(raw->reason_phrase);
    if (message.status < 100 || message.status > 699) return error::malformed_message;
  }
  if (!read_mandatory(*raw, message)) return error::malformed_message;
  read_contact(*raw, message);
  read_other_headers(*raw, message);
  return message;
}

base::result<sip_message> parse_sip(std::string_view bytes) {
  if (bytes.size() > sip_message_bytes_max) return error::too_long;
  const auto parts = split_sip(bytes);
  if (!parts) return error::malformed_message;
  auto message = read_head(parts->head);
  if (!message) return message.error();
  message->content_type = media_type(parts->content_type);
  message->body = parts->body;
  return message;
}

}  // namespace varde::wire
