// SIP messages as plain structs (RFC 3261). What a message says is osip2's to judge, behind this
// header; formatting is ours and strict, so that nothing a device sent reaches another wire
// unfiltered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "wire/error.hpp"
#include "wire/peer.hpp"

namespace varde::wire {

/// All header lines together with the first line, bytes.
inline constexpr std::size_t sip_header_bytes_max = 8 * 1024;
/// An alarm's XML is a few hundred bytes; positions and texts at their limits stay below 4 KiB.
inline constexpr std::size_t sip_body_bytes_max = 16 * 1024;
inline constexpr std::size_t sip_message_bytes_max = sip_header_bytes_max + sip_body_bytes_max;
inline constexpr std::uint16_t sip_port = 5060;
/// Every branch made by RFC 3261's rules begins so.
inline constexpr std::string_view sip_branch_cookie = "z9hG4bK";

/// A parameter without a value (";rport") has nullopt.
using sip_parameters = std::vector<std::pair<std::string, std::optional<std::string>>>;

struct sip_via {
  std::string protocol;    // "UDP", "TCP", "TLS"
  std::string host;        // sent-by, IPv6 without brackets
  std::uint16_t port = 0;  // 0: not said
  sip_parameters parameters;

  /// nullptr if there is no such parameter.
  [[nodiscard]] const std::optional<std::string>* find(std::string_view name) const;
  /// The parameter's value; empty if absent or without one.
  [[nodiscard]] std::string_view value(std::string_view name) const;
  void set(std::string_view name, std::string value);

  friend bool operator==(const sip_via&, const sip_via&) = default;
};

/// From or To.
struct sip_party {
  std::string text;  // as it goes on the wire, the tag included
  std::string uri;   // "sip:26001@192.0.2.1"
  std::string user;  // the part before @, may be empty
  std::string tag;   // empty: none

  friend bool operator==(const sip_party&, const sip_party&) = default;
};

/// A request (`status` 0) or a response. Header values are on one line each, without control
/// characters.
struct sip_message {
  std::string method;  // of a request; upper case as sent
  std::string uri;     // Request-URI
  int status = 0;      // 100…699 of a response
  std::string reason;

  std::vector<sip_via> vias;  // top first; at least one after parsing
  sip_party from, to;
  std::string call_id;
  std::uint32_t cseq = 0;
  std::string cseq_method;
  std::string contact;                      // URI; empty: none
  std::string contact_host;                 // of that URI, IPv6 without brackets
  std::uint16_t contact_port = 0;           // 0: not said
  std::string content_type;                 // "type/subtype" in lower case, without parameters
  std::vector<std::string> authorizations;  // values of Authorization
  /// Others, in order; of a parsed message those that nobody here asks for (Route, Allow, …) are
  /// left out.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  [[nodiscard]] bool is_request() const noexcept { return status == 0; }
  /// The first of the other headers of this name, without regard to case; nullptr if there is none.
  [[nodiscard]] const std::string* header(std::string_view name) const;

  friend bool operator==(const sip_message&, const sip_message&) = default;
};

/// Any thread. Errors: too_long (over sip_message_bytes_max), malformed_message (also when Via,
/// From, To, Call-ID or CSeq is missing, or CSeq's method is not the request's).
[[nodiscard]] base::result<sip_message> parse_sip(std::string_view bytes);
/// The message on the wire, with Content-Length. Control characters in values become spaces.
[[nodiscard]] std::string format_sip(const sip_message& message);

/// The response to `request` received from `source`: Via (top one with received and rport as RFC
/// 3261 18.2.1 and RFC 3581 say), From, To (with `to_tag` if it has no tag), Call-ID and CSeq
/// copied.
[[nodiscard]] sip_message make_response(const sip_message& request, const peer& source, int status,
                                        std::string_view reason, std::string_view to_tag);
/// Where a response goes: the same connection, or on UDP the source address with the port that RFC
/// 3581 and RFC 3261 18.2.2 give; the source's own port also when the sent-by host is not the
/// source (behind NAT).
[[nodiscard]] peer response_destination(const sip_message& request, const peer& source);
/// A 400-class answer to what parse_sip refused, made of its raw Via, From, To, Call-ID and CSeq
/// lines; nullopt if it does not even look like a request with these.
[[nodiscard]] std::optional<std::string> answer_unparsed(std::string_view bytes, int status,
                                                         std::string_view reason);
/// The usual words for a status code: "OK", "Unauthorized", …
[[nodiscard]] std::string_view sip_reason(int status);

}  // namespace varde::wire
