// Any datagram through the whole SIP and SCAIP dialogue: parsed, answered, its admissions given
// verdicts, its timers run. What is written must parse again, and what the quick reader of plain
// messages takes, osip must read alike.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "wire/scaip_agent.hpp"
#include "wire/sip.hpp"
#include "wire/sip_grammar.hpp"
#include "wire/sip_head.hpp"

namespace {

using namespace varde;

wire::scaip_device device_of(std::string_view cid) {
  wire::scaip_device device;
  device.registered = cid.starts_with('2');
  device.voice_number = "+4755550199";
  if (cid.ends_with('0')) device.profile = "mrs-in-200";
  if (cid.ends_with('9')) {
    device.digest_required = true;
    device.digest_user = "9";
    device.digest_ha1 = wire::digest_ha1("9", wire::scaip_realm, "secret");
  }
  return device;
}

void play(std::string_view bytes, wire::transport via) {
  static const auto gate =
      std::make_shared<wire::digest_gate>(std::string{wire::scaip_realm}, "0123456789abcdef");
  wire::scaip_agent_options options;
  options.gate = gate;
  options.tag_seed = "seed";
  wire::scaip_agent agent{options, device_of};
  wire::moment now{base::steady_time{std::chrono::hours{1}},
                   base::wall_time{std::chrono::hours{1}}};
  const wire::peer source{via, "192.0.2.7", 5060, via == wire::transport::udp ? 0U : 1U};
  wire::agent_actions first, then;
  agent.receive(source, bytes, now, first);
  for (const auto& wish : first.admit)
    agent.answered(wish.ticket, alarm::verdict::received, now, then);
  agent.receive(source, bytes, now, then);
  for (int i = 0; i < 20 && agent.deadline(); ++i) {
    now.steady = *agent.deadline();
    agent.tick(now, then);
  }
  for (const auto* actions : {&first, &then})
    for (const auto& sent : actions->send)
      if (sent.to.host != source.host) std::abort();
}

void compare_readers(std::string_view bytes) {
  const auto parts = wire::split_sip(bytes);
  if (!parts) return;
  const auto plain = wire::read_plain_head(parts->head);
  if (!plain) return;
  const auto judged = wire::read_head_by_osip(parts->head);
  if (!judged || !(*judged == *plain)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  play(bytes, wire::transport::udp);
  play(bytes, wire::transport::tcp);
  compare_readers(bytes);
  if (const auto message = wire::parse_sip(bytes)) {
    const auto text = wire::format_sip(*message);
    const auto again = wire::parse_sip(text);
    if (again && wire::format_sip(*again).empty()) std::abort();
  }
  return 0;
}
