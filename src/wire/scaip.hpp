// SCAIP documents (SS 91100:2014, CLC/TS 50134-9): the <mrq> a device sends and the <mrs> it is
// answered with. Lenient in what is read, strict in what is written; what a family of devices needs
// otherwise is a field of its profile. Tested against the dialects in docs/devices.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alarm/admission.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "varde/alarm/v1/signal.pb.h"
#include "wire/error.hpp"

namespace varde::wire {

inline constexpr std::string_view scaip_protocol = "scaip";
inline constexpr std::string_view scaip_content_type = "application/scaip+xml";
inline constexpr std::size_t scaip_ref_characters_max = 16;
inline constexpr std::size_t scaip_cid_characters_max = 32;
inline constexpr std::size_t scaip_text_characters_max = 200;
inline constexpr std::size_t scaip_caller_ids_max = 8;
inline constexpr std::size_t scaip_caller_id_characters_max = 128;

/// <snu>: how the centre took the message.
enum class scaip_status : std::uint8_t {
  ok = 0,
  too_long = 1,
  invalid_format = 2,
  wrong_content = 3,
  hold = 4,
  not_treated = 5,
  busy = 6,
  mandatory_missing = 7,
  other = 99,
};

/// <mre>: what the device shall open.
enum class scaip_media : std::uint8_t { none = 0, duplex = 1, microphone = 2, speaker = 3 };
/// <cre> 62: call the number in <tnu>.
inline constexpr std::uint8_t scaip_call_transferred = 62;

enum class scaip_message_type : std::uint8_t { alarm, reset, information, heartbeat };

struct scaip_position {
  double latitude_deg = 0;
  double longitude_deg = 0;
  std::int64_t at_us = 0;  // 0: not said
};

/// A request, its codes as numbers and its texts cleaned.
struct scaip_request {
  std::string ref;
  std::string cid;  // without spaces
  scaip_message_type type = scaip_message_type::alarm;
  std::uint32_t device_type = 0;
  std::uint32_t status = 10;
  std::uint32_t component = 0;
  std::uint32_t location = 0;
  std::uint32_t priority = 0;
  std::string sensor;          // did
  std::string device_text;     // dte
  std::string status_text;     // stt
  std::string location_text;   // lte
  std::string location_value;  // lva
  std::string information;     // ite
  std::vector<std::string> caller_ids;
  std::optional<scaip_position> position;
};

/// What was read of an <mrq>: if `problem` is not ok, the request holds what could be read of it
/// (ref and cid may be empty) and is to be answered with that status.
struct scaip_reading {
  scaip_request request;
  scaip_status problem = scaip_status::ok;
  std::string detail;  // which tag, for <ste> and the log
};

/// Takes any order and case of tags, missing leading zeros, spaces in cid. Errors: too_long,
/// forbidden_xml, malformed_xml.
[[nodiscard]] base::result<scaip_reading> parse_mrq(std::string_view xml);

/// The alarm room's form of a request; `trace` is left to the caller. Id "cid/ref".
[[nodiscard]] alarm::v1::Signal to_signal(const scaip_request& request, base::wall_time received,
                                          std::string_view source);

/// An <mrs>.
struct scaip_response {
  std::string ref;
  scaip_status status = scaip_status::ok;
  std::string text;                  // ste; empty: not sent
  std::optional<scaip_media> media;  // mre
  std::optional<std::uint8_t> call;  // cre
  std::string number;                // tnu; empty: not sent
};

[[nodiscard]] std::string format_mrs(const scaip_response& response);
/// Errors: too_long, forbidden_xml, malformed_xml (also without ref or a known snu).
[[nodiscard]] base::result<scaip_response> parse_mrs(std::string_view xml);

/// What one family of devices needs that others don't.
struct scaip_profile {
  std::string_view name;
  bool mrs_in_200 = false;  // the <mrs> goes in the body of the 200 instead of a MESSAGE of its own
  std::string_view content_type = scaip_content_type;  // of what we send
};
/// The profile of this name; the default one if there is none such.
[[nodiscard]] const scaip_profile& find_scaip_profile(std::string_view name);

/// True if the request is an alarm and the device can take a voice call (a sip:, tel: or gsm:
/// caller id).
[[nodiscard]] bool wants_voice(const scaip_request& request);
/// The answer for a verdict: received → ok with the media rules (voice: duplex, call
/// `voice_number`; else none), busy → busy, refused → not treated. An empty `voice_number` means no
/// voice.
[[nodiscard]] scaip_response answer_for(const scaip_request& request, alarm::verdict outcome,
                                        std::string_view voice_number);

}  // namespace varde::wire
