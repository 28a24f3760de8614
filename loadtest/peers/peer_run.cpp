// The loops over the links: the same for every peer, and the same in kind as those that Varde is
// driven by.
#include "peers/peer_run.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <unordered_map>

#include "pace.hpp"
#include "peers/peer_link.hpp"
#include "peers/webhook.hpp"
#include "plan.hpp"
#include "process_stat.hpp"

namespace varde::load {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds look_interval{20};
// Messages of one stream that leave in one go, as with Varde.
constexpr unsigned batch_max = 64;
constexpr std::chrono::seconds opening_limit{30};

std::string payload_of(std::uint64_t number, std::size_t bytes) {
  std::string text = fmt::format("{:016x}", number);
  text.resize(std::max(bytes, number_digits), 'x');
  return text;
}

std::optional<std::uint64_t> number_in(std::string_view payload) {
  if (payload.size() < number_digits) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = payload.data() + number_digits;
  const auto read = std::from_chars(payload.data(), end, number, 16);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::chrono::steady_clock::duration seconds(double s) {
  return std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(s));
}

std::uint64_t us_since(clock::time_point from, clock::time_point now) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::microseconds>(now - from).count()));
}

// What arrives at the other end: a subscriber's link, or a webhook.
class shown_side {
 public:
  shown_side(asio::io_context& io, const peer_plan& what, std::function<void()> ready,
             std::function<void(std::uint64_t)> on_number,
             std::function<void(const std::string&)> on_gone) {
    if (what.protocol == "alerts") {
      hook_.emplace(io, what.webhook_port, [on_number](std::string_view body) {
        constexpr std::string_view label = "\"payload\":\"";
        // Each alert of a notification names its labels; the group's and the common ones again.
        const auto alerts_end = std::min(body.find("\"groupLabels\""), body.size());
        for (auto at = body.find(label); at < alerts_end; at = body.find(label, at + 1)) {
          if (const auto number = number_in(body.substr(at + label.size()))) on_number(*number);
        }
      });
      asio::post(io, std::move(ready));
      return;
    }
    link_ = make_peer_link(what.protocol,
                           {.role = peer_role::subscriber,
                            .client = "varde-load-subscriber",
                            .place = what.place,
                            .has_priorities = what.has_priorities,
                            .prefetch = what.prefetch},
                           {.on_ready = std::move(ready),
                            .on_acknowledged = {},
                            .on_shown =
                                [on_number](std::string_view payload) {
                                  if (const auto number = number_in(payload)) on_number(*number);
                                },
                            .on_gone = std::move(on_gone)});
    link_->open(io, what.to);
  }

 private:
  std::unique_ptr<peer_link> link_;
  std::optional<webhook> hook_;
};

class driver {
 public:
  explicit driver(const peer_plan& what) : plan_(what), timer_(io_) {
    for (const peer_stream& each : what.streams) {
      result_.streams.push_back({.name = each.name});
      paces_.emplace_back(clock::time_point{}, 1, 0);
      for (std::size_t i = 0; i < each.connections; ++i) {
        lines_.push_back({.stream = result_.streams.size() - 1});
      }
    }
  }

  peer_outcome run() {
    open();
    cpu_watch cpu(plan_.server_pid);
    send();
    result_.cpu = cpu.since();
    return std::move(result_);
  }

  // Opens every link, and blocks until all are ready.
  void open() {
    if (plan_.subscribe) {
      shown_.emplace(
          io_, plan_, [this] { open_next(); }, [this](std::uint64_t n) { show(n); },
          [this](const std::string& why) { lose(why); });
    } else {
      open_next();
    }
    timer_.expires_after(opening_limit);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error && !running_) throw std::runtime_error("the peer takes no connections");
    });
    io_.run();
    io_.restart();
  }

  // Lets the links live for a while.
  void hold(double s) {
    timer_.expires_after(seconds(s));
    timer_.async_wait([this](boost::system::error_code) { io_.stop(); });
    io_.run();
  }

 private:
  struct line {
    std::size_t stream;
    std::unique_ptr<peer_link> link;
    std::size_t in_flight = 0;
    bool dirty = false;
  };
  struct message {
    clock::time_point intended;
    std::uint32_t line;
    std::uint8_t acknowledgements = 0;
    bool was_shown = false;
  };

  void open_next() {
    if (opened_ == lines_.size()) {
      running_ = true;
      timer_.cancel();
      return io_.stop();
    }
    const std::size_t i = opened_++;
    lines_[i].link =
        make_peer_link(plan_.protocol,
                       {.role = peer_role::publisher,
                        .client = fmt::format("varde-load-{}", i),
                        .place = plan_.place,
                        .has_priorities = plan_.has_priorities},
                       {.on_ready = [this] { asio::post(io_, [this] { open_next(); }); },
                        .on_acknowledged = [this](std::uint64_t number) { acknowledge(number); },
                        .on_shown = {},
                        .on_gone = [this](const std::string& why) { lose(why); }});
    lines_[i].link->open(io_, plan_.to);
  }

  void lose(const std::string& why) {
    if (!running_) throw std::runtime_error("the peer can't be used: " + why);
    ++result_.links_lost;
    if (result_.first_trouble.empty()) result_.first_trouble = why;
    io_.stop();  // a comparison with half its connections is none
  }

  void send() {
    started_ = clock::now();
    last_acknowledged_ = started_;
    for (std::size_t s = 0; s < plan_.streams.size(); ++s) {
      const double rate = plan_.streams[s].rate_per_s;
      const auto count = std::min(rate * plan_.run_s, static_cast<double>(signals_max));
      paces_[s] = pace(started_, std::max(rate, 1.0), static_cast<std::uint64_t>(count));
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) fill(i);
    flush();
    tick();
    io_.run();
    running_ = false;
  }

  bool sending(clock::time_point now) const {
    return now - started_ < seconds(plan_.run_s) && messages_.size() < signals_max;
  }

  void send_one(std::size_t i, clock::time_point intended) {
    line& on = lines_[i];
    const std::uint64_t number = messages_.size();
    messages_.push_back({.intended = intended, .line = static_cast<std::uint32_t>(i)});
    const std::string payload = payload_of(number, plan_.payload_bytes);
    const unsigned priority = plan_.streams[on.stream].priority;
    on.link->publish(number, priority, payload);
    ++result_.streams[on.stream].sent;
    ++on.in_flight;
    repeats_due_ += plan_.duplicates;
    if (repeats_due_ >= 1) {
      repeats_due_ -= 1;
      on.link->publish(number, priority, payload);
      ++on.in_flight;
    }
    if (on.dirty) return;
    on.dirty = true;
    dirty_.push_back(i);
  }

  void fill(std::size_t i) {
    const peer_stream& stream = plan_.streams[lines_[i].stream];
    if (stream.rate_per_s > 0) return;
    const auto now = clock::now();
    while (lines_[i].in_flight < stream.window && sending(now)) send_one(i, now);
  }

  void flush() {
    for (const std::size_t i : dirty_) {
      lines_[i].dirty = false;
      lines_[i].link->flush();
    }
    dirty_.clear();
  }

  void acknowledge(std::uint64_t number) {
    message& one = messages_[static_cast<std::size_t>(number)];
    line& on = lines_[one.line];
    --on.in_flight;
    // Of a message sent twice the first acknowledgement counts.
    if (one.acknowledgements++ == 0) {
      stream_figures& figures = result_.streams[on.stream];
      last_acknowledged_ = clock::now();
      ++figures.acknowledged;
      figures.to_acknowledge.record(us_since(one.intended, last_acknowledged_));
      figures.settled_in_s = std::chrono::duration<double>(last_acknowledged_ - started_).count();
      ++acknowledged_;
      result_.acknowledged.push_back(number);
    }
    refill(one.line);
  }

  // Acknowledgements come by the hundred in one read; their successors leave in one write.
  void refill(std::size_t i) {
    if (plan_.streams[lines_[i].stream].rate_per_s > 0) return;
    if (lines_[i].dirty) return fill(i);
    fill(i);
    if (!lines_[i].dirty || flush_posted_) return;
    flush_posted_ = true;
    asio::post(io_, [this] {
      flush_posted_ = false;
      flush();
    });
  }

  void show(std::uint64_t number) {
    if (number >= messages_.size()) return;
    message& one = messages_[static_cast<std::size_t>(number)];
    if (one.was_shown) return;
    one.was_shown = true;
    ++shown_count_;
    stream_figures& figures = result_.streams[lines_[one.line].stream];
    ++figures.shown;
    figures.to_show.record(us_since(one.intended, clock::now()));
  }

  void tick() {
    const auto now = clock::now();
    bool more = false;
    auto next = now + look_interval;
    for (std::size_t s = 0; s < paces_.size(); ++s) {
      if (plan_.streams[s].rate_per_s <= 0) {
        more = more || sending(now);
        continue;
      }
      for (unsigned sent = 0; sent < batch_max && !paces_[s].done() && paces_[s].next_at() <= now;
           ++sent) {
        send_one(next_line(s), paces_[s].next_at());
        paces_[s].advance();
      }
      if (paces_[s].done()) continue;
      more = true;
      const bool is_due = paces_[s].next_at() <= now;
      next = std::min(next, is_due ? now : std::max(paces_[s].next_at(), now + tick_min));
    }
    flush();
    if (!more && finished(now)) return io_.stop();
    timer_.expires_at(next);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) tick();
    });
  }

  std::size_t next_line(std::size_t stream) {
    for (;;) {
      const std::size_t i = turn_++ % lines_.size();
      if (lines_[i].stream == stream) return i;
    }
  }

  bool finished(clock::time_point now) const {
    const bool settled =
        acknowledged_ == messages_.size() && (!plan_.subscribe || shown_count_ == messages_.size());
    return settled || now - std::max(last_acknowledged_, started_ + seconds(plan_.run_s)) >
                          seconds(plan_.drain_s);
  }

  const peer_plan& plan_;
  asio::io_context io_{1};
  asio::steady_timer timer_;
  std::optional<shown_side> shown_;
  std::vector<line> lines_;
  std::vector<pace> paces_;
  std::vector<message> messages_;
  std::vector<std::size_t> dirty_;
  peer_outcome result_;
  clock::time_point started_, last_acknowledged_;
  std::size_t opened_ = 0, turn_ = 0;
  std::uint64_t acknowledged_ = 0, shown_count_ = 0;
  double repeats_due_ = 0;
  bool running_ = false;
  bool flush_posted_ = false;
};

}  // namespace

peer_outcome run_peer(const peer_plan& what) { return driver(what).run(); }

peer_idle_outcome hold_idle(const peer_plan& what) {
  const auto before = read_process_stat(what.server_pid);
  if (what.server_pid == 0 || !before) throw std::runtime_error("idle needs --server-pid");
  driver held(what);
  held.open();
  held.hold(what.run_s);
  const auto after = read_process_stat(what.server_pid);
  if (!after) throw std::runtime_error("the peer ended during the run");
  peer_idle_outcome result;
  for (const peer_stream& each : what.streams) result.connections += each.connections;
  result.kb_per_connection =
      (static_cast<double>(after->rss_bytes) - static_cast<double>(before->rss_bytes)) / 1024 /
      static_cast<double>(result.connections);
  return result;
}

void leave_subscription(const peer_plan& what) {
  asio::io_context io(1);
  const shown_side subscriber(
      io, what, [&io] { io.stop(); }, [](std::uint64_t) {},
      [](const std::string& why) { throw std::runtime_error("the peer can't be used: " + why); });
  io.run_for(opening_limit);
  if (!io.stopped()) throw std::runtime_error("the peer takes no subscriber");
}

peer_reckoning reckon(const peer_plan& what, const std::vector<std::uint64_t>& acknowledged) {
  asio::io_context io(1);
  std::unordered_map<std::uint64_t, std::uint64_t> times_seen;
  for (const std::uint64_t number : acknowledged) times_seen.emplace(number, 0);
  std::size_t left = times_seen.size();
  std::uint64_t doubled = 0;
  asio::steady_timer silence(io);
  const std::function<void()> wait = [&] {
    silence.expires_after(seconds(what.drain_s));
    silence.async_wait([&](boost::system::error_code error) {
      if (!error) io.stop();
    });
  };
  const shown_side reader(
      io, what, wait,
      [&](std::uint64_t number) {
        const auto at = times_seen.find(number);
        if (at == times_seen.end()) return;
        if (at->second++ > 0) ++doubled;
        if (at->second == 1 && --left == 0) io.stop();
        wait();
      },
      [](const std::string& why) { throw std::runtime_error("the peer can't be read: " + why); });
  wait();
  if (left > 0) io.run();
  return {.acknowledged = times_seen.size(), .missing = left, .doubled = doubled};
}

}  // namespace varde::load
