// Opening, losing, cutting and coming back.
#include "native_links.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>

namespace varde::load {

namespace asio = boost::asio;
namespace device = varde::device::v1;

namespace {

// Handshakes under way at once: a real reconnect storm is another test's business.
constexpr std::size_t opening_max = 8;
// A centre on a busy machine may find a handshake too slow; a connection that fails as often is in
// earnest.
constexpr unsigned attempts_max = 5;
// After the connections were cut on purpose, so many are on their way back at once. Each device has
// a processor of its own, and here all share one: with more it would be this program that is too
// slow for a handshake. The server has as much to do in any case.
constexpr std::size_t returning_max = 512;
// A device that is turned away then tries again for so long.
constexpr unsigned attempts_in_storm_max = 200;
constexpr std::chrono::milliseconds retry_in_storm{200};

// How many devices a stream gets: one for each connection if there are enough for all streams, else
// its part of them.
std::size_t share_of(const stream& one, std::size_t connections, std::size_t devices) {
  return devices >= connections ? one.connections
                                : std::max<std::size_t>(1, devices * one.connections / connections);
}

}  // namespace

std::vector<std::vector<std::size_t>> deal_devices(const demo& where,
                                                   const std::vector<stream>& streams) {
  const auto& devices = where.native_devices;
  if (devices.empty()) throw std::runtime_error("demo.json lists no native device");
  std::size_t connections = 0;
  for (const stream& each : streams) connections += each.connections;
  std::vector<std::vector<std::size_t>> dealt(streams.size());
  std::size_t taken = 0;
  for (std::size_t s = 0; s < streams.size(); ++s) {
    const stream& one = streams[s];
    std::vector<std::size_t> usable;
    for (std::size_t i = 0; i < devices.size(); ++i) {
      const std::size_t told = (taken + i) % devices.size();
      if (one.municipality.empty() || devices[told].municipality == one.municipality) {
        usable.push_back(told);
      }
    }
    if (usable.empty()) {
      throw std::runtime_error("demo.json lists no native device of " + one.municipality);
    }
    const std::size_t share = std::min(usable.size(), share_of(one, connections, devices.size()));
    for (std::size_t i = 0; i < one.connections; ++i) dealt[s].push_back(usable[i % share]);
    if (one.municipality.empty()) taken += share;
  }
  return dealt;
}

native_links::native_links(asio::io_context& io, const demo& where, const plan& what,
                           const std::vector<stream>& streams, tally& book, findings& found,
                           events handlers)
    : io_(io),
      where_(where),
      to_(loopback_target(where.native_tls, "native_tls in demo.json")),
      server_pid_(what.server_pid),
      streams_(streams),
      book_(book),
      found_(found),
      handlers_(std::move(handlers)),
      of_stream_(streams.size()),
      turns_(streams.size()) {
  const auto dealt = what.devices.empty() ? deal_devices(where, streams) : what.devices;
  for (std::size_t s = 0; s < streams_.size(); ++s) {
    for (std::size_t i = 0; i < streams_[s].connections; ++i) {
      const std::size_t told = dealt[s][i];
      of_stream_[s].push_back(links_.size());
      links_.push_back(
          {.stream = s, .told = told, .device = book_.add_device(where.native_devices[told].id)});
    }
  }
}

const demo_device& native_links::device_of(std::size_t i) const {
  return where_.native_devices[links_[i].told];
}

ssl_context native_links::context_for(const demo_device& one) {
  auto& context = contexts_[one.certificate];
  if (!context) context = make_ssl_context(where_.ca_file, one.certificate, one.key);
  return context;
}

void native_links::open() {
  for (std::size_t i = 0; i < opening_max; ++i) open_next();
}

void native_links::open_next() {
  if (opened_ == links_.size()) return;
  connect(opened_++);
}

void native_links::connect(std::size_t i) {
  ++links_[i].attempts;
  links_[i].framer = {};
  links_[i].in_flight = 0;
  links_[i].beats.clear();
  links_[i].client = std::make_shared<tls_client>(
      io_, context_for(device_of(i)),
      tls_client::events{.on_ready = [this, i] { say_hello(i); },
                         .on_bytes = [this, i](std::string_view bytes) { receive(i, bytes); },
                         .on_gone = [this, i](const std::string& why) { lose(i, why); }});
  links_[i].client->connect(to_, i);
}

void native_links::retry_later(std::size_t i) {
  const auto timer = std::make_shared<asio::steady_timer>(io_, retry_in_storm);
  timer->async_wait([this, i, timer](boost::system::error_code error) {
    if (!error && !closing_) connect(i);
  });
}

void native_links::say_hello(std::size_t i) {
  const demo_device& one = device_of(i);
  device::FromDevice message;
  auto& hello = *message.mutable_hello();
  hello.set_device(one.id);
  if (!one.secret.empty()) hello.set_secret(one.secret);
  hello.set_model("varde-load");
  hello.set_protocol_version(wire::native_protocol_version);
  put(links_[i], message);
  flush();
}

void native_links::put(native_link& to, const device::FromDevice& message) {
  scratch_.clear();
  wire::append_frame(message, scratch_);
  to.client->queue(scratch_);
  if (to.dirty) return;
  to.dirty = true;
  dirty_.push_back(&to);
}

void native_links::flush() {
  for (native_link* each : dirty_) {
    each->dirty = false;
    if (!each->gone) each->client->flush();
  }
  dirty_.clear();
}

void native_links::receive(std::size_t i, std::string_view bytes) {
  native_link& from = links_[i];
  from.framer.feed(bytes);
  for (;;) {
    const auto frame = from.framer.next();
    if (!frame) return lose(i, "a frame that can't be read: " + frame.error().message());
    if (!*frame) break;
    const auto message = wire::parse_from_centre(**frame);
    if (!message) return lose(i, "a message that can't be read: " + message.error().message());
    take(i, *message);
    if (from.gone) return;
  }
  handlers_.on_read(from);
  flush();
}

void native_links::take(std::size_t i, const device::FromCentre& message) {
  native_link& from = links_[i];
  switch (message.body_case()) {
    case device::FromCentre::kWelcome:
      return welcome(from, message.welcome().window());
    case device::FromCentre::kAcknowledge:
      return handlers_.on_acknowledge(from, message.acknowledge());
    case device::FromCentre::kFailure:
      return lose(i, fmt::format("the centre says {}: {}", message.failure().code(),
                                 message.failure().detail()));
    case device::FromCentre::kHeartbeat:
      return handlers_.on_heartbeat(from);
    case device::FromCentre::BODY_NOT_SET:
      return;
  }
}

void native_links::welcome(native_link& one, std::size_t window) {
  one.welcomed = true;
  one.window = std::min(streams_[one.stream].window, window);
  if (one.cut_at != clock::time_point{}) return reopened(one);
  if (++welcomed_ == links_.size()) return handlers_.on_all_welcomed();
  open_next();
}

void native_links::lose(std::size_t i, const std::string& why) {
  native_link& lost = links_[i];
  if (lost.gone || closing_) return;
  const bool in_storm = lost.cut_at != clock::time_point{};
  if (!lost.welcomed && lost.attempts < (in_storm ? attempts_in_storm_max : attempts_max)) {
    lost.client->close();
    if (in_storm) return retry_later(i);
    return asio::post(io_, [this, i] { connect(i); });
  }
  if (!lost.welcomed) {
    throw std::runtime_error(
        fmt::format("connection {} of {} ({}): {}", i + 1, links_.size(), device_of(i).id, why));
  }
  lost.gone = true;
  lost.client->close();
  ++found_.connections_lost;
  if (found_.first_trouble.empty()) found_.first_trouble = why;
}

void native_links::cut(std::size_t stream) {
  const auto now = clock::now();
  storm_cpu_.emplace(server_pid_);
  for (const std::size_t i : of_stream_[stream]) {
    if (links_[i].gone) continue;
    links_[i].client->close();
    links_[i].welcomed = false;
    links_[i].attempts = 0;
    links_[i].cut_at = now;
    ++away_;
    waiting_to_return_.push_back(i);
  }
  for (std::size_t i = 0; i < returning_max; ++i) return_next();
}

void native_links::return_next() {
  if (waiting_to_return_.empty()) return;
  const std::size_t i = waiting_to_return_.front();
  waiting_to_return_.pop_front();
  connect(i);
}

void native_links::reopened(native_link& one) {
  ++found_.connections_reopened;
  const auto took = clock::now() - one.cut_at;
  found_.reopening.record(static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
  one.cut_at = {};
  handlers_.on_reopened();
  return_next();
  if (--away_ == 0 && storm_cpu_) found_.reopening_cpu = storm_cpu_->since();
}

bool native_links::all_back() const {
  return std::ranges::none_of(
      links_, [](const native_link& l) { return !l.gone && l.cut_at != clock::time_point{}; });
}

native_link* native_links::next(std::size_t stream) {
  for (std::size_t tried = 0; tried < of_stream_[stream].size(); ++tried) {
    native_link& each = links_[of_stream_[stream][turns_[stream]++ % of_stream_[stream].size()]];
    if (!each.gone && each.welcomed) return &each;
  }
  return nullptr;
}

void native_links::abort(std::size_t stream) {
  for (const std::size_t i : of_stream_[stream]) {
    links_[i].gone = true;
    links_[i].client->abort();
  }
}

void native_links::close() {
  closing_ = true;
  for (native_link& each : links_) {
    if (each.client) each.client->close();
  }
}

}  // namespace varde::load
