// One UDP socket, one thread: a signal now and then, 200 to everything the server asks.
#include "server/demo_signals.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <random>
#include <thread>
#include <vector>

#include "base/hash.hpp"
#include "wire/sip.hpp"

namespace varde::server {

namespace asio = boost::asio;
using asio::ip::udp;

namespace {

/// Mean time between two made-up signals.
constexpr double mean_gap_s = 25;

struct made_up {
  const char* type;
  const char* status;
  double weight;
};
// Roughly what a centre sees: mostly buttons, some falls and doors, a little technical noise.
constexpr std::array kinds{made_up{"0003", "0010", 50}, made_up{"0005", "0009", 8},
                           made_up{"0014", "0077", 15}, made_up{"0011", "0081", 12},
                           made_up{"0003", "0016", 10}, made_up{"0045", "0085", 5}};

udp::endpoint to_endpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  auto host = text.substr(0, colon);
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const auto port = static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)));
  auto address = asio::ip::make_address(host);
  if (address.is_unspecified()) address = asio::ip::make_address("127.0.0.1");
  return {address, port};
}

}  // namespace

struct demo_signals::state {
  state(const std::string& scaip_udp, std::vector<std::string> cids, std::uint64_t seed)
      : server(to_endpoint(scaip_udp)),
        socket(io, udp::endpoint{server.protocol(), 0}),
        pause(io),
        random(seed),
        devices(std::move(cids)) {
    socket.connect(server);
    receive();
    if (!devices.empty()) wait();
    thread = std::thread([this] { io.run(); });
  }

  void wait() {
    const double gap_s = std::exponential_distribution{1 / mean_gap_s}(random);
    pause.expires_after(std::chrono::milliseconds{static_cast<int>(1'000 + gap_s * 1'000)});
    pause.async_wait([this](boost::system::error_code error) {
      if (error) return;
      send();
      wait();
    });
  }

  void send() {
    std::array<double, kinds.size()> weights{};
    for (std::size_t i = 0; i < kinds.size(); ++i) weights[i] = kinds[i].weight;
    const auto& kind =
        kinds[std::discrete_distribution<std::size_t>(weights.begin(), weights.end())(random)];
    const auto& cid =
        devices[std::uniform_int_distribution<std::size_t>{0, devices.size() - 1}(random)];
    const auto local = socket.local_endpoint();
    const auto tag = base::random_hex(8);
    const auto body = fmt::format(
        "<mrq><ref>{}</ref><cid>{}</cid><dty>{}</dty><stc>{}</stc><crd>gsm:</crd></mrq>", tag, cid,
        kind.type, kind.status);
    const auto message = fmt::format(
        "MESSAGE sip:alarm@{0}:{1} SIP/2.0\r\nVia: SIP/2.0/UDP "
        "{2}:{3};branch=z9hG4bK{4};rport\r\nMax-Forwards: 70\r\n"
        "From: <sip:{5}@{2}>;tag={4}\r\nTo: <sip:alarm@{0}>\r\nCall-ID: {4}@demo\r\nCSeq: 1 "
        "MESSAGE\r\n"
        "Content-Type: application/scaip+xml\r\nContent-Length: {6}\r\n\r\n{7}",
        server.address().to_string(), server.port(), local.address().to_string(), local.port(), tag,
        cid, body.size(), body);
    boost::system::error_code ignored;
    socket.send(asio::buffer(message), 0, ignored);
  }

  void receive() {
    socket.async_receive(asio::buffer(incoming),
                         [this](boost::system::error_code error, std::size_t size) {
                           if (error == asio::error::operation_aborted) return;
                           if (!error) answer(std::string_view{incoming.data(), size});
                           receive();
                         });
  }

  void answer(std::string_view bytes) {
    const auto message = wire::parse_sip(bytes);
    if (!message || !message->is_request()) return;
    const auto response = wire::format_sip(
        wire::make_response(*message, wire::peer{}, 200, "OK", base::random_hex(4)));
    boost::system::error_code ignored;
    socket.send(asio::buffer(response), 0, ignored);
  }

  asio::io_context io{1};
  udp::endpoint server;
  udp::socket socket;
  asio::steady_timer pause;
  std::mt19937_64 random;
  std::vector<std::string> devices;
  std::array<char, 65'536> incoming{};
  std::thread thread;
};

demo_signals::demo_signals(const std::string& scaip_udp, std::vector<std::string> devices,
                           std::uint64_t seed)
    : state_(std::make_unique<state>(scaip_udp, std::move(devices), seed)) {}

demo_signals::~demo_signals() {
  state_->io.stop();
  state_->thread.join();
}

}  // namespace varde::server
