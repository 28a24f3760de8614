// One device on Varde's own protocol: hello, welcome, then signals and heartbeats. Heartbeats are
// answered here; a signal goes to the core and is acknowledged when the core has answered.
#pragma once

#include <cstdint>
#include <string>

#include "edge/connection.hpp"
#include "edge/identity.hpp"
#include "edge/intake.hpp"
#include "wire/native.hpp"

namespace varde::edge {

class native_session final : public connection, public answer_target {
 public:
  native_session(edge_thread& home, descriptor socket, std::unique_ptr<byte_stream> stream,
                 const socket_address& peer);

  void answered(std::uint64_t sequence, alarm::verdict outcome) override;

 private:
  void on_open() override;
  void on_bytes(std::string_view bytes, base::steady_time now) override;
  [[nodiscard]] patience input_patience() const override;
  void on_overdue(cause why) override;
  [[nodiscard]] std::size_t pending() const override { return in_flight_; }
  void on_farewell() override;

  void on_frame(std::string_view frame, base::steady_time now);
  void on_hello(const device::v1::Hello& hello, base::steady_time now);
  void on_signal(const device::v1::Signal& signal, base::steady_time now);
  void on_heartbeat(std::uint64_t sequence, base::steady_time now);
  void judge();
  bool still_stands();
  void tell_busy(std::uint64_t sequence, std::uint32_t retry_after_ms);
  void tell_refused(std::uint64_t sequence, std::string_view why);
  void fail(cause why, std::string_view code, std::string_view detail);

  wire::native_framer framer_;
  std::string device_;  // empty until hello
  proof shown_;
  base::steady_time last_heard_{};
  base::steady_time message_began_{};  // of a half-read frame
  std::uint64_t judged_at_ = 0;        // the registry's generation that standing_ holds for
  std::uint32_t in_flight_ = 0;
  registry::thing_number number_ = registry::no_number;  // of a proven device
  standing standing_ = standing::unknown;
};

}  // namespace varde::edge
