// Varde's own device protocol on the wire: frames with a varint length before them, the messages
// inside, and a device's signal in the words of the alarm room. No sockets; docs/devices.md
// describes it for device makers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "alarm/admission.hpp"
#include "base/result.hpp"
#include "varde/alarm/v1/signal.pb.h"
#include "varde/device/v1/device.pb.h"
#include "wire/error.hpp"
#include "wire/peer.hpp"

namespace varde::wire {

inline constexpr std::string_view native_protocol = "native";
inline constexpr std::uint32_t native_protocol_version = 1;
/// The longest frame a device may send, bytes after the length prefix.
inline constexpr std::size_t native_frame_bytes_max = 4096;
inline constexpr std::size_t native_text_characters_max = 200;
inline constexpr std::size_t native_sensor_characters_max = 32;
inline constexpr std::size_t device_name_bytes_max = 64;

/// Cuts a byte stream into frames. One per connection; holds memory only while a frame is half
/// read, at most one frame. After an error the stream can't be read on: close it.
class native_framer {
 public:
  /// Gives bytes as they come. They must stay good until next() has returned nullopt.
  void feed(std::string_view bytes) { input_ = bytes; }
  /// The next whole frame, good until the following call; nullopt when more bytes are needed.
  /// Errors: too_long, malformed_length.
  [[nodiscard]] base::result<std::optional<std::string_view>> next();
  /// True while a frame is half read: a peer that leaves it so is dripping.
  [[nodiscard]] bool in_frame() const noexcept { return !kept_.empty() && !kept_is_taken_; }

 private:
  std::string_view input_;
  std::string kept_;            // the half-read frame with its prefix
  bool kept_is_taken_ = false;  // kept_ was handed out whole and goes at the next call
};

/// Errors: malformed_frame, also for a frame with no body that we know.
[[nodiscard]] base::result<device::v1::FromDevice> parse_from_device(std::string_view frame);
/// Appends `message` as a frame to `out`.
void append_frame(const device::v1::FromCentre& message, std::string& out);
/// The device's side of the same, for simulators and the load generator.
void append_frame(const device::v1::FromDevice& message, std::string& out);
[[nodiscard]] base::result<device::v1::FromCentre> parse_from_centre(std::string_view frame);

/// The alarm room's form of a device's signal; `trace` is left to the caller. Text is cut at its
/// limit and what makes no sense in a lesser field (component, location, position, time) is left
/// out, since an alarm must not be lost for it. Errors: bad_device, bad_sequence, bad_device_type,
/// bad_status.
[[nodiscard]] base::result<alarm::v1::Signal> to_signal(const device::v1::Signal& signal,
                                                        std::string_view device,
                                                        base::wall_time received,
                                                        std::string_view source);

[[nodiscard]] device::v1::FromCentre make_welcome(std::uint32_t window,
                                                  std::uint32_t heartbeat_interval_s,
                                                  base::wall_time now);
/// `retry_after_ms` is only sent with busy, `detail` only with refused.
[[nodiscard]] device::v1::FromCentre make_acknowledge(std::uint64_t sequence,
                                                      alarm::verdict outcome,
                                                      std::uint32_t retry_after_ms = 0,
                                                      std::string_view detail = {});
[[nodiscard]] device::v1::FromCentre make_heartbeat_answer(std::uint64_t sequence,
                                                           base::wall_time now);
/// The sequence if the frame is a heartbeat in its shortest form, as every protobuf library writes
/// it; nullopt: let parse_from_device say what it is. Allocates nothing.
[[nodiscard]] std::optional<std::uint64_t> heartbeat_in(std::string_view frame);
/// Appends make_heartbeat_answer() as a frame. Allocates only for `out`.
void append_heartbeat_answer(std::uint64_t sequence, base::wall_time now, std::string& out);
/// Appends make_acknowledge() with `received` as a frame. Allocates only for `out`.
void append_received(std::uint64_t sequence, std::string& out);
/// `code` is one of those listed at device.v1.Failure.
[[nodiscard]] device::v1::FromCentre make_failure(std::string_view code, std::string_view detail);

}  // namespace varde::wire
