// The SCAIP run: one socket for some devices each, retransmission as RFC 3261 has it for UDP, and
// the same two loops as the native run.
#include "scaip_run.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <stdexcept>
#include <unordered_map>

#include "base/time.hpp"
#include "pace.hpp"
#include "sip_text.hpp"

namespace varde::load {

namespace asio = boost::asio;
using udp = asio::ip::udp;

namespace {

// As many senders as a small centre has proxies; every device keeps to one.
constexpr std::size_t sockets_max = 16;
constexpr int socket_buffer_bytes = 8 << 20;
constexpr std::size_t datagram_bytes_max = 65'536;
// RFC 3261: T1, doubled up to T2, given up after 64 T1.
constexpr std::chrono::milliseconds t1{500};
constexpr std::chrono::milliseconds t2{4'000};
constexpr std::chrono::milliseconds give_up_after = 64 * t1;
constexpr std::chrono::milliseconds look_interval{20};

}  // namespace

class scaip_run::driver : public std::enable_shared_from_this<driver> {
 public:
  driver(asio::io_context& io, const demo& where, const plan& what, tally& book)
      : timer_(io),
        to_(loopback_target(where.scaip_udp, "scaip_udp in demo.json")),
        centre_(to_.text()),
        plan_(what),
        book_(book),
        base_(static_cast<std::uint64_t>(base::to_us(base::wall_now()))) {
    // A device with credentials is one that will be asked for them.
    std::vector<demo_device> usable = where.scaip_devices;
    if (!what.digest)
      std::erase_if(usable, [](const demo_device& d) { return !d.digest_user.empty(); });
    if (usable.empty())
      throw std::runtime_error("demo.json lists no SCAIP device that can be used");
    const std::size_t used = std::min(what.connections, usable.size());
    for (std::size_t i = 0; i < used; ++i) {
      devices_.push_back({.told = usable[i],
                          .number = book.add_device(usable[i].id),
                          .socket = i % std::min(used, sockets_max)});
    }
    for (std::size_t i = 0; i < std::min(used, sockets_max); ++i) open_socket(io);
  }

  void open(std::function<void()> ready) {
    for (std::size_t i = 0; i < sockets_.size(); ++i) receive(i);
    asio::post(timer_.get_executor(), std::move(ready));
  }

  void send(std::function<void()> done) {
    done_ = std::move(done);
    started_ = clock::now();
    last_verdict_ = started_;
    const double count = std::min(plan_.rate_per_s * plan_.run_s, static_cast<double>(signals_max));
    pace_ = pace(started_, plan_.rate_per_s, static_cast<std::uint64_t>(count));
    if (plan_.saturate) {
      for (std::size_t d = 0; d < devices_.size(); ++d) fill(d);
    }
    tick();
  }

  void close() {
    closing_ = true;
    timer_.cancel();
    boost::system::error_code ignored;
    for (udp::socket& each : sockets_) each.close(ignored);
  }

  findings found;

 private:
  struct device {
    demo_device told;
    std::size_t number;  // in the tally
    std::size_t socket;
    std::size_t in_flight = 0;
    std::optional<challenge> asked;  // the centre's newest
    std::uint32_t nonce_uses = 0;
  };
  // A MESSAGE of ours that has no final answer yet.
  struct transaction {
    std::size_t device;
    std::size_t number;  // of the signal
    unsigned sequence = 1;
    std::string text;
    clock::time_point first_sent;
    std::chrono::milliseconds interval = t1;
    clock::time_point send_again;
  };

  void open_socket(asio::io_context& io) {
    sockets_.emplace_back(io, udp::endpoint(to_.address, 0));
    udp::socket& one = sockets_.back();
    boost::system::error_code ignored;
    one.set_option(asio::socket_base::receive_buffer_size(socket_buffer_bytes), ignored);
    one.set_option(asio::socket_base::send_buffer_size(socket_buffer_bytes), ignored);
    one.connect(udp::endpoint(to_.address, to_.port));
    one.non_blocking(true);
    const auto local = one.local_endpoint();
    local_.push_back(target{local.address(), local.port()}.text());
  }

  void receive(std::size_t i) {
    sockets_[i].async_wait(udp::socket::wait_read,
                           [self = shared_from_this(), i](boost::system::error_code error) {
                             if (error || self->closing_) return;
                             self->drain(i);
                             self->receive(i);
                           });
  }

  void drain(std::size_t i) {
    for (;;) {
      boost::system::error_code error;
      const std::size_t got = sockets_[i].receive(asio::buffer(buffer_), 0, error);
      if (error == asio::error::connection_refused) {
        throw std::runtime_error("nobody listens at " + centre_);
      }
      if (error) return;
      take(i, {buffer_.data(), got});
    }
  }

  void take(std::size_t socket, std::string_view text) {
    const auto message = read_sip(text);
    if (!message) return note("a datagram that is not SIP");
    if (message->status == 0) {
      put(socket, write_ok(*message));
      if (message->method == "MESSAGE") take_mrs(message->body);
      return;
    }
    if (message->status < 200) return;
    const auto at = transaction_of(*message) ? open_.find(*transaction_of(*message)) : open_.end();
    if (at == open_.end()) return;
    transaction& answered = at->second;
    if (message->status == 401 && plan_.digest && answered.sequence == 1) {
      return authenticate(at->first, answered, *message);
    }
    const transaction over = std::move(answered);
    open_.erase(at);
    if (message->status != 200) {
      note(fmt::format("SIP answer {}", message->status));
      return settle(over.device, over.number, message->status >= 500 ? fate::busy : fate::refused);
    }
    if (plan_.acknowledged_by_200) return settle(over.device, over.number, fate::acknowledged);
    // Some profiles have the <mrs> in the 200.
    if (!message->body.empty()) take_mrs(message->body);
  }

  void authenticate(std::uint64_t id, transaction& answered, const sip_view& message) {
    device& from = devices_[answered.device];
    from.asked = read_challenge(message);
    from.nonce_uses = 0;
    if (!from.asked) return note("a challenge that can't be read");
    answered.sequence = 2;
    start(id, answered);
  }

  void take_mrs(std::string_view body) {
    const auto answer = read_mrs(body);
    const auto reference = answer ? from_base36(answer->reference) : std::nullopt;
    if (!reference || *reference < base_) return note("an <mrs> that is not for us");
    const std::uint64_t position = *reference - base_;
    if (position >= signals_.size()) return note("an <mrs> that is not for us");
    const auto [d, number] = signals_[position];
    if (answer->status != 0) note(fmt::format("<mrs> with snu {}", answer->status));
    // 4 hold, 5 not treated and 6 busy ask the device to try again; the others are final.
    const bool later = answer->status >= 4 && answer->status <= 6;
    settle(d, number,
           answer->status == 0 ? fate::acknowledged
           : later             ? fate::busy
                               : fate::refused);
  }

  void settle(std::size_t d, std::size_t number, fate verdict) {
    const auto now = clock::now();
    if (!book_.settle(devices_[d].number, number, verdict, now)) return;
    last_verdict_ = now;
    if (devices_[d].in_flight > 0) --devices_[d].in_flight;
    if (plan_.saturate && running()) fill(d);
  }

  void note(std::string what) {
    if (found.first_trouble.empty()) found.first_trouble = std::move(what);
  }

  void put(std::size_t socket, const std::string& text) {
    boost::system::error_code error;
    sockets_[socket].send(asio::buffer(text), 0, error);
    // A datagram that the kernel does not take is a lost one: it is sent again like any other.
  }

  void send_one(std::size_t d, clock::time_point intended, clock::time_point now) {
    device& from = devices_[d];
    const std::size_t number = book_.plan(from.number, intended);
    const std::uint64_t id = base_ + signals_.size();
    signals_.push_back({d, number});
    ++from.in_flight;
    found.lateness.record(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - intended).count()));
    start(id,
          open_[id] = transaction{.device = d, .number = number, .text = {}, .first_sent = now});
  }

  void start(std::uint64_t id, transaction& one) {
    device& from = devices_[one.device];
    const std::string authorization =
        from.asked ? answer_challenge(*from.asked, from.told.digest_user, from.told.digest_password,
                                      request_uri(centre_), ++from.nonce_uses)
                   : std::string();
    const std::string reference = to_base36(id);
    one.text = write_alarm({.device = from.told.id,
                            .reference = reference,
                            .local = local_[from.socket],
                            .centre = centre_,
                            .transaction = id,
                            .sequence = one.sequence,
                            .authorization = authorization});
    const auto now = clock::now();
    one.interval = t1;
    one.send_again = now + t1;
    again_.push_back({now + t1, id});
    put(from.socket, one.text);
  }

  // The oldest are first; one that was answered or moved on is skipped when its time comes.
  void retransmit(clock::time_point now) {
    while (!again_.empty() && again_.front().at <= now) {
      const std::uint64_t id = again_.front().id;
      again_.pop_front();
      const auto at = open_.find(id);
      if (at == open_.end() || at->second.send_again > now) continue;
      transaction& one = at->second;
      if (now - one.first_sent > give_up_after) {
        open_.erase(at);
        continue;
      }
      ++found.retransmissions;
      put(devices_[one.device].socket, one.text);
      one.interval = std::min(2 * one.interval, t2);
      one.send_again = now + one.interval;
      const auto later = std::ranges::upper_bound(again_, one.send_again, {}, &due::at);
      again_.insert(later, {one.send_again, id});
    }
  }

  bool running() const {
    return clock::now() - started_ < std::chrono::duration<double>(plan_.run_s) &&
           book_.planned() < signals_max;
  }

  void fill(std::size_t d) {
    const auto now = clock::now();
    while (devices_[d].in_flight < plan_.window) send_one(d, now, now);
  }

  void tick() {
    const auto now = clock::now();
    retransmit(now);
    const bool sending = plan_.saturate ? running() : !pace_.done();
    while (!plan_.saturate && !pace_.done() && pace_.next_at() <= now) {
      send_one(turn_++ % devices_.size(), pace_.next_at(), now);
      pace_.advance();
    }
    const double since_s = std::chrono::duration<double>(now - started_).count();
    if (sending) found.sent_in_s = since_s;
    found.settled_in_s = std::chrono::duration<double>(last_verdict_ - started_).count();
    const bool settled = book_.settled() == book_.planned();
    const bool silent = now - last_verdict_ > std::chrono::duration<double>(plan_.drain_s);
    if (!sending && (settled || silent)) return done_();
    auto next = now + look_interval;
    if (!plan_.saturate && !pace_.done()) next = std::max(pace_.next_at(), now + tick_min);
    timer_.expires_at(next);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error && !self->closing_) self->tick();
    });
  }

  struct due {
    clock::time_point at;
    std::uint64_t id;
  };
  struct signal_place {
    std::size_t device;
    std::size_t number;
  };

  asio::steady_timer timer_;
  const target to_;
  const std::string centre_;
  const plan plan_;
  tally& book_;
  const std::uint64_t base_;  // wall-clock microseconds: references rise from run to run
  std::vector<device> devices_;
  std::vector<udp::socket> sockets_;
  std::vector<std::string> local_;
  std::vector<signal_place> signals_;  // by reference minus base
  std::unordered_map<std::uint64_t, transaction> open_;
  std::deque<due> again_;
  std::array<char, datagram_bytes_max> buffer_{};
  pace pace_{{}, 1, 0};
  std::function<void()> done_;
  clock::time_point started_, last_verdict_;
  std::size_t turn_ = 0;
  bool closing_ = false;
};

scaip_run::scaip_run(asio::io_context& io, const demo& where, const plan& what, tally& book)
    : driver_(std::make_shared<driver>(io, where, what, book)) {}
scaip_run::~scaip_run() { driver_->close(); }
void scaip_run::open(std::function<void()> ready) { driver_->open(std::move(ready)); }
void scaip_run::send(std::function<void()> done) { driver_->send(std::move(done)); }
void scaip_run::close() { driver_->close(); }
const findings& scaip_run::found() const noexcept { return driver_->found; }

}  // namespace varde::load
