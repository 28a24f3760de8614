// As much SIP and SCAIP as a device needs to raise an alarm and take the answer, written here and
// not taken from the server, so that the two can't share a misunderstanding.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace varde::load {

/// A message cut into parts; views into the text it was read from.
struct sip_view {
  int status = 0;           // 0 for a request
  std::string_view method;  // of a request
  struct header {
    std::string_view name, value;
  };
  std::vector<header> headers;
  std::string_view body;

  /// The first header of this name, by its long or its compact form; empty if there is none.
  [[nodiscard]] std::string_view find(std::string_view name) const;
};

/// nullopt if it is not a SIP message.
[[nodiscard]] std::optional<sip_view> read_sip(std::string_view text);

/// What the MESSAGE of one alarm or heartbeat needs.
struct alarm_text {
  std::string_view device;     // cid
  std::string_view reference;  // ref, 1…16 letters and digits
  std::string_view local;      // HOST:PORT the device sends from
  std::string_view centre;     // HOST:PORT
  std::uint64_t transaction = 0;
  unsigned sequence = 1;           // CSeq
  std::string_view authorization;  // the header's value; empty if none
  std::string_view transport = "UDP";
};
[[nodiscard]] std::string write_alarm(const alarm_text& alarm);
/// The sign of life (message type PI) that a device sends while nothing happens.
[[nodiscard]] std::string write_heartbeat(const alarm_text& heartbeat);
/// The branch of the Via that write_alarm puts in: tells which transaction an answer is for.
[[nodiscard]] std::optional<std::uint64_t> transaction_of(const sip_view& answer);

/// 200 to a request of the centre's.
[[nodiscard]] std::string write_ok(const sip_view& request);

/// An <mrs>: the reference it answers and its status number.
struct mrs_view {
  std::string_view reference;
  int status = 0;
};
[[nodiscard]] std::optional<mrs_view> read_mrs(std::string_view body);

/// What a 401 asks for.
struct challenge {
  std::string realm, nonce, opaque;
  bool qop_auth = false;
};
[[nodiscard]] std::optional<challenge> read_challenge(const sip_view& answer);
/// The Authorization header's value; `count` is how often this nonce was used, from 1.
[[nodiscard]] std::string answer_challenge(const challenge& asked, std::string_view user,
                                           std::string_view password, std::string_view uri,
                                           std::uint32_t count);
/// The request URI of write_alarm.
[[nodiscard]] std::string request_uri(std::string_view centre);

/// Lower-case base 36, for references that must be short and never come again.
[[nodiscard]] std::string to_base36(std::uint64_t number);
[[nodiscard]] std::optional<std::uint64_t> from_base36(std::string_view text);

}  // namespace varde::load
