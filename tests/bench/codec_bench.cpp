// What an alarm's bytes cost on an edge thread, there and back, by protocol: SCAIP's XML, the SIP
// message around it, and a frame of Varde's own protocol.
#include <benchmark/benchmark.h>

#include <string>

#include "wire/native.hpp"
#include "wire/scaip.hpp"
#include "wire/sip.hpp"

namespace varde::wire {
namespace {

const std::string mrq =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
    "<mrq><ref>1k2j3h4g5f</ref><cid>26001</cid><dty>0003</dty><did>000001</did>"
    "<dco>000</dco><dte>Trygghetsalarm</dte><caid>sip:26001@192.0.2.7</caid><mty>ME</mty>"
    "<stc>0010</stc><pri>0</pri><lco>021</lco><lva></lva><lte>Soverom</lte></mrq>";

std::string message() {
  return "MESSAGE sip:varde@192.0.2.1:5060 SIP/2.0\r\n"
         "Via: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK776asdhds;rport\r\n"
         "Max-Forwards: 70\r\n"
         "From: <sip:26001@192.0.2.7>;tag=49583\r\n"
         "To: <sip:varde@192.0.2.1:5060>\r\n"
         "Call-ID: asd88asd77a@192.0.2.7\r\n"
         "CSeq: 1 MESSAGE\r\n"
         "Contact: <sip:26001@192.0.2.7>\r\n"
         "Content-Type: application/scaip+xml\r\n"
         "Content-Length: " +
         std::to_string(mrq.size()) + "\r\n\r\n" + mrq;
}

void scaip_parse_mrq(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(parse_mrq(mrq));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * mrq.size()));
}
BENCHMARK(scaip_parse_mrq);

void scaip_request_to_signal(benchmark::State& state) {
  const auto reading = parse_mrq(mrq);
  const auto now = base::wall_now();
  for (auto _ : state) {
    benchmark::DoNotOptimize(to_signal(reading->request, now, "192.0.2.7:5060"));
  }
}
BENCHMARK(scaip_request_to_signal);

void scaip_format_mrs(benchmark::State& state) {
  const auto reading = parse_mrq(mrq);
  const auto answer = answer_for(reading->request, alarm::verdict::received, "+4755550000");
  for (auto _ : state) benchmark::DoNotOptimize(format_mrs(answer));
}
BENCHMARK(scaip_format_mrs);

void sip_parse(benchmark::State& state) {
  const std::string bytes = message();
  for (auto _ : state) benchmark::DoNotOptimize(parse_sip(bytes));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(sip_parse);

/// Of a message that has a form too rare to be read without the library.
void sip_parse_by_library(benchmark::State& state) {
  std::string bytes = message();
  bytes.insert(bytes.find("<sip:26001"), "Trygghetsalarm ");
  for (auto _ : state) benchmark::DoNotOptimize(parse_sip(bytes));
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * bytes.size()));
}
BENCHMARK(sip_parse_by_library);

void sip_format(benchmark::State& state) {
  const auto parsed = parse_sip(message());
  for (auto _ : state) benchmark::DoNotOptimize(format_sip(*parsed));
}
BENCHMARK(sip_format);

device::v1::FromDevice pressed() {
  device::v1::FromDevice said;
  auto& signal = *said.mutable_signal();
  signal.set_sequence(1'763'800'000'000'000);
  signal.set_intent(device::v1::INTENT_ALARM);
  signal.set_device_type(3);
  signal.set_status(10);
  signal.set_occurred_at_us(1'763'800'000'000'000);
  return said;
}

void native_frame_and_parse(benchmark::State& state) {
  std::string bytes;
  append_frame(pressed(), bytes);
  native_framer framer;
  for (auto _ : state) {
    framer.feed(bytes);
    const auto frame = framer.next();
    benchmark::DoNotOptimize(parse_from_device(**frame));
    benchmark::DoNotOptimize(framer.next());
  }
}
BENCHMARK(native_frame_and_parse);

void native_to_signal(benchmark::State& state) {
  const auto said = pressed();
  const auto now = base::wall_now();
  for (auto _ : state) {
    benchmark::DoNotOptimize(to_signal(said.signal(), "load-000001", now, "192.0.2.7:7443"));
  }
}
BENCHMARK(native_to_signal);

void native_acknowledge(benchmark::State& state) {
  std::string out;
  for (auto _ : state) {
    out.clear();
    append_frame(make_acknowledge(1'763'800'000'000'000, alarm::verdict::received), out);
    benchmark::DoNotOptimize(out);
  }
}
BENCHMARK(native_acknowledge);

}  // namespace
}  // namespace varde::wire
