// Ids: "supervision/<name>/<last heard>" and "supervision/<name>/back/<heard>", Unix seconds.
#include "supervision/signals.hpp"

#include <fmt/format.h>

#include "base/trace.hpp"
#include "registry/binding.hpp"

namespace varde::supervision {

namespace {

/// SCAIP: loss of a device.
constexpr std::uint32_t status_loss = 63;
constexpr std::string_view back_part = "/back";

std::string time_text(std::uint32_t s) {
  return base::to_rfc3339(base::from_us(std::int64_t{s} * 1'000'000));
}

std::string text_of(const finding& found) {
  if (found.what == finding::kind::back) return "beats again";
  const auto beats = found.expected.limit_s / found.expected.interval_s;
  auto text =
      fmt::format("no beat for {} {} of {} s, {}", beats, beats == 1 ? "interval" : "intervals",
                  found.expected.interval_s,
                  found.heard_s == 0 ? "never heard" : "last heard " + time_text(found.heard_s));
  if (!found.spared_because.empty())
    text += fmt::format("; waited longer since {} at {}", found.spared_because,
                        time_text(found.spared_from_s));
  return text;
}

}  // namespace

std::optional<alarm::admission> admission_of(const finding& found, const registry::view& all,
                                             base::wall_time wall, base::steady_time now) {
  const auto& device = found.of.device;
  auto bound = registry::bind(all, device.protocol(), device.wire_id(), {});
  if (!bound.known) return std::nullopt;
  const bool is_gone = found.what == finding::kind::gone;
  alarm::admission out;
  auto& signal = out.signal;
  signal.set_id(fmt::format("{}/{}{}/{}", supervision_protocol, found.of.name(),
                            is_gone ? "" : back_part, found.heard_s));
  signal.set_protocol(std::string{supervision_protocol});
  signal.set_device(std::string{device.wire_id()});
  if (found.of.sensor) signal.set_sensor(std::string{found.of.sensor.id()});
  signal.set_intent(is_gone ? alarm::v1::INTENT_ALARM : alarm::v1::INTENT_RESET);
  signal.set_status(status_loss);
  signal.set_text(text_of(found));
  signal.set_received_at_us(base::to_us(wall));
  signal.set_trace(base::new_trace());
  out.municipality = std::move(bound.municipality);
  out.subject = std::move(bound.subject);
  out.device_kind = bound.device_kind;
  out.known_device = true;
  out.lane = alarm::v1::LANE_TECHNICAL;
  out.reply.edge = alarm::reply_address::nobody;
  out.received = now;
  return out;
}

std::optional<std::string_view> name_in_signal_id(std::string_view id) {
  if (!id.starts_with(supervision_protocol) || id.size() == supervision_protocol.size() ||
      id[supervision_protocol.size()] != '/')
    return std::nullopt;
  id.remove_prefix(supervision_protocol.size() + 1);
  const auto cut = id.rfind('/');
  if (cut == std::string_view::npos) return std::nullopt;
  id = id.substr(0, cut);
  if (id.ends_with(back_part)) id.remove_suffix(back_part.size());
  return id;
}

}  // namespace varde::supervision
