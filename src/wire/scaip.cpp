// Only ref, cid and dty can fail a request, and an mty that is none: whatever else is odd is left
// out, since an alarm must not be lost for a lesser field.
#include "wire/scaip.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bitset>
#include <charconv>
#include <cmath>

#include "wire/scaip_xml.hpp"
#include "wire/text.hpp"

namespace varde::wire {

namespace {

constexpr std::uint32_t code_max = 9999;       // dty, stc
constexpr std::uint32_t short_code_max = 999;  // dco, lco
constexpr std::uint32_t priority_max = 9;
constexpr std::size_t short_text_characters_max = 32;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string without_blanks(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '\t' && c != '\r' && c != '\n') out += c;
  return out;
}

/// A code with or without leading zeros. nullopt if it is not digits; over `max` gives max + 1.
std::optional<std::uint32_t> code(std::string_view text, std::uint32_t max) {
  text = trimmed(text);
  if (text.empty() || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  std::uint32_t value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  return bad == std::errc{} && value <= max ? value : max + 1;
}

/// Sets `to` if the text is a code in range.
void read_code(std::string_view text, std::uint32_t max, std::uint32_t& to) {
  const auto value = code(text, max);
  if (value && *value <= max) to = *value;
}

std::optional<scaip_message_type> message_type(std::string_view text) {
  if (text.empty() || equal_ignoring_case(text, "ME")) return scaip_message_type::alarm;
  if (equal_ignoring_case(text, "RE")) return scaip_message_type::reset;
  if (equal_ignoring_case(text, "IN")) return scaip_message_type::information;
  if (equal_ignoring_case(text, "PI")) return scaip_message_type::heartbeat;
  return std::nullopt;
}

std::optional<double> degrees(std::string_view text, double max) {
  text = trimmed(text);
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (bad != std::errc{} || end != text.data() + text.size() || !(std::abs(value) <= max))
    return std::nullopt;
  return value;
}

/// "lat,lon" in degrees.
std::optional<scaip_position> position(std::string_view text) {
  const auto comma = text.find(',');
  if (comma == std::string_view::npos) return std::nullopt;
  const auto latitude = degrees(text.substr(0, comma), 90);
  const auto longitude = degrees(text.substr(comma + 1), 180);
  if (!latitude || !longitude) return std::nullopt;
  return scaip_position{*latitude, *longitude, 0};
}

/// The tags of an <mrq> that are read, in the order of their names.
enum class tag : std::uint8_t {
  ref,
  cid,
  dty,
  mty,
  stc,
  dco,
  lco,
  pri,
  did,
  dte,
  stt,
  lte,
  lva,
  ite,
  geo,
  tim,
  crd,
  unknown
};
constexpr std::array<std::string_view, 17> tag_names{"ref", "cid", "dty", "mty", "stc", "dco",
                                                     "lco", "pri", "did", "dte", "stt", "lte",
                                                     "lva", "ite", "geo", "tim", "crd"};
using tag_set = std::bitset<tag_names.size()>;

constexpr std::size_t index_of(tag which) { return static_cast<std::size_t>(which); }
static_assert(index_of(tag::unknown) == tag_names.size());

tag find_tag(std::string_view name) {
  return static_cast<tag>(std::ranges::find(tag_names, name) - tag_names.begin());
}

/// Collects the tags of one <mrq>. Of a tag that is there twice the first counts, but for crd.
class request_reader {
 public:
  void take(std::string_view name, std::string_view text) {
    const auto which = find_tag(name);
    if (which == tag::unknown) return;
    if (which != tag::crd && seen_[index_of(which)]) return;
    seen_.set(index_of(which));
    auto& to = reading_.request;
    switch (which) {
      case tag::ref:
        return take_ref(trimmed(text));
      case tag::cid:
        return take_cid(without_blanks(text));
      case tag::dty:
        return take_device_type(text);
      case tag::mty:
        return take_message_type(trimmed(text));
      case tag::stc:
        return read_code(text, code_max, to.status);
      case tag::dco:
        return read_code(text, short_code_max, to.component);
      case tag::lco:
        return read_code(text, short_code_max, to.location);
      case tag::pri:
        return read_code(text, priority_max, to.priority);
      case tag::did:
        to.sensor = clean_text(text, short_text_characters_max);
        return;
      case tag::dte:
        to.device_text = clean_text(text, short_text_characters_max);
        return;
      case tag::stt:
        to.status_text = clean_text(text, scaip_text_characters_max);
        return;
      case tag::lte:
        to.location_text = clean_text(text, scaip_text_characters_max);
        return;
      case tag::lva:
        to.location_value = clean_text(text, scaip_text_characters_max);
        return;
      case tag::ite:
        to.information = clean_text(text, scaip_text_characters_max);
        return;
      case tag::geo:
        to.position = position(text);
        return;
      case tag::tim:
        position_at_ = base::from_rfc3339(trimmed(text));
        return;
      case tag::crd:
        if (to.caller_ids.size() < scaip_caller_ids_max)
          to.caller_ids.push_back(clean_text(text, scaip_caller_id_characters_max));
        return;
      case tag::unknown:
        return;
    }
  }

  scaip_reading finish() {
    if (reading_.request.position && position_at_)
      reading_.request.position->at_us = base::to_us(*position_at_);
    for (const auto mandatory : {tag::ref, tag::cid, tag::dty})
      if (!filled_[index_of(mandatory)]) fail(scaip_status::mandatory_missing, mandatory);
    return std::move(reading_);
  }

 private:
  /// The first problem stands.
  void fail(scaip_status problem, tag where) {
    if (reading_.problem != scaip_status::ok) return;
    reading_.problem = problem;
    reading_.detail = tag_names[index_of(where)];
  }

  void take_ref(std::string_view text) {
    if (text.empty()) return;
    filled_.set(index_of(tag::ref));
    if (text.size() > scaip_ref_characters_max) return fail(scaip_status::too_long, tag::ref);
    if (!std::ranges::all_of(text, is_alphanumeric))
      return fail(scaip_status::invalid_format, tag::ref);
    reading_.request.ref = text;
  }

  void take_cid(std::string_view text) {
    if (text.empty()) return;
    filled_.set(index_of(tag::cid));
    const auto is_visible = [](char c) { return c > ' ' && c < 0x7F; };
    if (text.size() > scaip_cid_characters_max) return fail(scaip_status::too_long, tag::cid);
    if (!std::ranges::all_of(text, is_visible)) return fail(scaip_status::invalid_format, tag::cid);
    reading_.request.cid = text;
  }

  void take_device_type(std::string_view text) {
    if (trimmed(text).empty()) return;
    filled_.set(index_of(tag::dty));
    const auto value = code(text, code_max);
    if (!value) return fail(scaip_status::invalid_format, tag::dty);
    if (*value > code_max) return fail(scaip_status::too_long, tag::dty);
    reading_.request.device_type = *value;
  }

  void take_message_type(std::string_view text) {
    if (const auto type = message_type(text))
      reading_.request.type = *type;
    else
      fail(scaip_status::wrong_content, tag::mty);
  }

  scaip_reading reading_;
  tag_set seen_;
  tag_set filled_;  // mandatory tags that are there with some text
  std::optional<base::wall_time> position_at_;
};

alarm::v1::Intent to_intent(scaip_message_type type) {
  switch (type) {
    case scaip_message_type::alarm:
      return alarm::v1::INTENT_ALARM;
    case scaip_message_type::reset:
      return alarm::v1::INTENT_RESET;
    case scaip_message_type::information:
      return alarm::v1::INTENT_INFORMATION;
    case scaip_message_type::heartbeat:
      return alarm::v1::INTENT_HEARTBEAT;
  }
  return alarm::v1::INTENT_ALARM;
}

/// The texts that are there, one after the other.
std::string joined(std::initializer_list<std::string_view> texts) {
  std::string out;
  for (const auto text : texts) {
    if (text.empty()) continue;
    if (!out.empty()) out += ", ";
    out += text;
  }
  return clean_text(out, scaip_text_characters_max);
}

void append_tag(std::string& out, std::string_view name, std::string_view text) {
  ((out += '<') += name) += '>';
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      default:
        out += c;
    }
  }
  ((out += "</") += name) += '>';
}

constexpr scaip_profile profiles[] = {
    {"default"},
    {.name = "mrs-in-200", .mrs_in_200 = true},
    {.name = "plain-xml", .content_type = "application/xml"},
    {.name = "plain-xml-mrs-in-200", .mrs_in_200 = true, .content_type = "application/xml"},
};

}  // namespace

base::result<scaip_reading> parse_mrq(std::string_view xml) {
  request_reader reader;
  const auto read = read_tags(
      xml, "mrq", [&](std::string_view name, std::string_view text) { reader.take(name, text); });
  if (!read) return read.error();
  return reader.finish();
}

alarm::v1::Signal to_signal(const scaip_request& request, base::wall_time received,
                            std::string_view source) {
  alarm::v1::Signal out;
  out.set_id(fmt::format(FMT_COMPILE("{}/{}"), request.cid, request.ref));
  out.set_protocol(std::string{scaip_protocol});
  out.set_device(request.cid);
  out.set_intent(to_intent(request.type));
  out.set_device_type(request.device_type);
  out.set_status(request.status);
  out.set_component(request.component);
  out.set_location(request.location);
  out.set_location_text(joined({request.location_text, request.location_value}));
  out.set_text(joined({request.device_text, request.status_text, request.information}));
  out.set_priority(request.priority);
  if (request.position) {
    out.mutable_position()->set_latitude_deg(request.position->latitude_deg);
    out.mutable_position()->set_longitude_deg(request.position->longitude_deg);
    out.mutable_position()->set_at_us(request.position->at_us);
  }
  for (const auto& id : request.caller_ids) out.add_caller_ids(id);
  out.set_sensor(request.sensor);
  out.set_received_at_us(base::to_us(received));
  out.set_source(std::string{source});
  return out;
}

std::string format_mrs(const scaip_response& response) {
  std::string out = "<mrs>";
  append_tag(out, "ref", response.ref);
  append_tag(out, "snu", fmt::format_int{static_cast<unsigned>(response.status)}.str());
  if (!response.text.empty()) append_tag(out, "ste", response.text);
  if (response.media)
    append_tag(out, "mre", fmt::format_int{static_cast<unsigned>(*response.media)}.str());
  if (response.call) append_tag(out, "cre", fmt::format_int{*response.call}.str());
  if (!response.number.empty()) append_tag(out, "tnu", response.number);
  out += "</mrs>";
  return out;
}

base::result<scaip_response> parse_mrs(std::string_view xml) {
  scaip_response out;
  std::optional<std::uint32_t> status;
  const auto read = read_tags(xml, "mrs", [&](std::string_view name, std::string_view text) {
    if (name == "ref")
      out.ref = trimmed(text);
    else if (name == "snu")
      status = code(text, 99);
    else if (name == "ste")
      out.text = clean_text(text, scaip_text_characters_max);
    else if (name == "tnu")
      out.number = clean_text(text, scaip_caller_id_characters_max);
    else if (name == "mre") {
      if (const auto media = code(text, 3); media && *media <= 3)
        out.media = static_cast<scaip_media>(*media);
    } else if (name == "cre") {
      if (const auto call = code(text, 99); call && *call <= 99)
        out.call = static_cast<std::uint8_t>(*call);
    }
  });
  if (!read) return read.error();
  const bool is_known = status && (*status <= 7 || *status == 99);
  if (out.ref.empty() || !is_known) return error::malformed_xml;
  out.status = static_cast<scaip_status>(*status);
  return out;
}

const scaip_profile& find_scaip_profile(std::string_view name) {
  const auto found = std::ranges::find(profiles, name, &scaip_profile::name);
  return found == std::end(profiles) ? profiles[0] : *found;
}

bool wants_voice(const scaip_request& request) {
  static constexpr std::string_view voices[] = {"sip:", "tel:", "gsm:"};
  const auto is_voice = [](std::string_view id) {
    return std::ranges::any_of(voices, [&](std::string_view prefix) {
      return equal_ignoring_case(id.substr(0, prefix.size()), prefix);
    });
  };
  return request.type == scaip_message_type::alarm &&
         std::ranges::any_of(request.caller_ids, is_voice);
}

scaip_response answer_for(const scaip_request& request, alarm::verdict outcome,
                          std::string_view voice_number) {
  scaip_response out;
  out.ref = request.ref;
  switch (outcome) {
    case alarm::verdict::busy:
      out.status = scaip_status::busy;
      return out;
    case alarm::verdict::refused:
      out.status = scaip_status::not_treated;
      return out;
    case alarm::verdict::received:
      break;
  }
  if (wants_voice(request) && !voice_number.empty()) {
    out.media = scaip_media::duplex;
    out.call = scaip_call_transferred;
    out.number = voice_number;
  } else {
    out.media = scaip_media::none;
  }
  return out;
}

}  // namespace varde::wire
