// One connection after the other: it is the server's memory that is measured, not its speed.
#include "scaip_crowd.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <array>
#include <boost/asio/write.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

#include "base/time.hpp"
#include "sip_text.hpp"
#include "source_address.hpp"

namespace varde::load {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

constexpr std::chrono::milliseconds answer_max{10'000};
constexpr std::size_t read_bytes = 4'096;

// The messages that come on one connection, whole and one at a time.
class sip_reader {
 public:
  explicit sip_reader(tcp::socket& from) : from_(from) {}

  // Good until the next call.
  sip_view next() {
    text_.erase(0, taken_);
    for (taken_ = 0;;) {
      if (const auto message = whole()) return *message;
      read_more();
    }
  }

 private:
  std::optional<sip_view> whole() {
    const auto message = read_sip(text_);
    if (!message) return std::nullopt;
    const std::string_view said = message->find("Content-Length");
    std::size_t length = 0;
    std::from_chars(said.data(), said.data() + said.size(), length);
    const std::size_t head = text_.size() - message->body.size();
    if (text_.size() < head + length) return std::nullopt;
    taken_ = head + length;
    return read_sip(std::string_view(text_).substr(0, taken_));
  }

  void read_more() {
    pollfd one{.fd = from_.native_handle(), .events = POLLIN, .revents = 0};
    if (::poll(&one, 1, static_cast<int>(answer_max.count())) != 1) {
      throw std::runtime_error("a heartbeat over SCAIP's TCP listener was not answered");
    }
    std::array<char, read_bytes> piece{};
    text_.append(piece.data(), from_.read_some(asio::buffer(piece)));
  }

  tcp::socket& from_;
  std::string text_;
  std::size_t taken_ = 0;
};

void say_heartbeat(tcp::socket& to, const target& centre, const demo_device& device,
                   std::uint64_t number) {
  const auto local = to.local_endpoint();
  asio::write(to,
              asio::buffer(write_heartbeat({.device = device.id,
                                            .reference = to_base36(number),
                                            .local = target{local.address(), local.port()}.text(),
                                            .centre = centre.text(),
                                            .transaction = number,
                                            .transport = "TCP"})));
  sip_reader from(to);
  for (bool has_result = false; !has_result;) {
    const sip_view message = from.next();
    if (message.status >= 300) {
      throw std::runtime_error(
          fmt::format("device {}'s heartbeat: SIP answer {}", device.id, message.status));
    }
    // Some profiles have the <mrs> in the 200, the others in a MESSAGE of the centre's.
    const auto result = read_mrs(message.body);
    has_result = result.has_value();
    if (message.method == "MESSAGE") asio::write(to, asio::buffer(write_ok(message)));
    if (has_result && result->status != 0) {
      throw std::runtime_error(
          fmt::format("device {}'s heartbeat: <mrs> with snu {}", device.id, result->status));
    }
  }
}

}  // namespace

scaip_crowd::scaip_crowd(asio::io_context& io, const demo& where, std::size_t count) {
  const target to = loopback_target(where.scaip_tcp, "scaip_tcp in demo.json");
  std::vector<demo_device> devices = where.scaip_devices;
  // A device with credentials is one that will be asked for them.
  std::erase_if(devices, [](const demo_device& d) { return !d.digest_user.empty(); });
  if (devices.empty()) throw std::runtime_error("demo.json lists no SCAIP device that can be used");
  const auto base = static_cast<std::uint64_t>(base::to_us(base::wall_now()));
  sockets_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    sockets_.emplace_back(io);
    open_from(sockets_.back(), to, i);
    sockets_.back().connect({to.address, to.port});
    say_heartbeat(sockets_.back(), to, devices[i % devices.size()], base + i);
  }
}

findings scaip_crowd::found() {
  findings seen;
  // The server has closed those whose end can be read.
  for (tcp::socket& each : sockets_) {
    boost::system::error_code error;
    each.non_blocking(true, error);
    std::array<char, 1> byte{};
    each.read_some(asio::buffer(byte), error);
    if (error == asio::error::would_block) continue;
    ++seen.connections_lost;
    seen.first_trouble = error.message();
  }
  return seen;
}

}  // namespace varde::load
