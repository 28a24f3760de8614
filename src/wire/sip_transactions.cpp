// Every server transaction lives equally long, so a list in order of expiry is all its timers need;
// the client's retransmissions differ and sit in a heap.
#include "wire/sip_transactions.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace varde::wire {

namespace {

constexpr std::chrono::seconds expiry_slack{1};

}  // namespace

std::string transaction_key(const sip_message& request, const peer& source) {
  const auto& via = request.vias.front();
  const auto branch = via.value("branch");
  if (branch.starts_with(sip_branch_cookie))
    return fmt::format(FMT_COMPILE("{} {}:{} {} {}"), branch, via.host, via.port, request.method,
                       source.host);
  return fmt::format("{} {} {} {} {} {} {}:{} {} {}", request.call_id, request.cseq, request.method,
                     request.uri, request.from.tag, request.to.tag, via.host, via.port, branch,
                     source.host);
}

server_transactions::found server_transactions::find(const std::string& key) const {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return {};
  const auto& response = at->second->response;
  if (response.empty()) return {sighting::waiting, nullptr};
  return {sighting::answered, &response};
}

void server_transactions::begin(std::string key, base::steady_time now) {
  if (by_key_.contains(key)) return;
  if (by_expiry_.size() >= max_) forget_oldest();
  by_expiry_.push_back({std::move(key), {}, now + sip_transaction_time});
  by_key_.emplace(by_expiry_.back().key, std::prev(by_expiry_.end()));
}

void server_transactions::answer(const std::string& key, std::string response,
                                 base::steady_time now) {
  const auto at = by_key_.find(key);
  if (at == by_key_.end()) return;
  at->second->response = std::move(response);
  at->second->expires = now + sip_transaction_time;
  by_expiry_.splice(by_expiry_.end(), by_expiry_, at->second);
}

void server_transactions::expire(base::steady_time now) {
  while (!by_expiry_.empty() && by_expiry_.front().expires <= now) forget_oldest();
}

std::optional<base::steady_time> server_transactions::deadline() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.front().expires + expiry_slack;
}

void server_transactions::forget_oldest() {
  if (by_expiry_.empty()) return;
  by_key_.erase(by_expiry_.front().key);
  by_expiry_.pop_front();
}

std::string client_transactions::new_branch() {
  return fmt::format(FMT_COMPILE("{}{}.{}"), sip_branch_cookie, seed_, ++numbers_);
}

std::optional<std::uint64_t> client_transactions::number_of(std::string_view branch) const {
  if (!branch.starts_with(sip_branch_cookie)) return std::nullopt;
  branch.remove_prefix(sip_branch_cookie.size());
  if (!branch.starts_with(seed_)) return std::nullopt;
  branch.remove_prefix(seed_.size());
  if (!branch.starts_with('.')) return std::nullopt;
  branch.remove_prefix(1);
  std::uint64_t number = 0;
  const auto [end, bad] = std::from_chars(branch.data(), branch.data() + branch.size(), number);
  if (bad != std::errc{} || end != branch.data() + branch.size()) return std::nullopt;
  return number;
}

void client_transactions::set_alarm(std::uint64_t number, const transaction& t,
                                    base::steady_time now) {
  const bool repeats = t.to.via == transport::udp;
  alarms_.push({repeats ? std::min(now + t.interval, t.gives_up) : t.gives_up, number});
}

bool client_transactions::begin(std::string_view branch, peer to, std::string bytes,
                                std::string label, base::steady_time now,
                                std::vector<outgoing>& out) {
  const auto number = number_of(branch);
  if (!number || waiting_.size() >= max_) {
    out.push_back({std::move(to), std::move(bytes)});
    return false;
  }
  out.push_back({to, bytes});
  const auto [at, fresh] =
      waiting_.emplace(*number, transaction{std::move(to), std::move(bytes), std::move(label),
                                            now + sip_transaction_time, sip_t1});
  if (fresh) set_alarm(*number, at->second, now);
  return true;
}

std::optional<client_transactions::ending> client_transactions::receive(const sip_message& response,
                                                                        const peer& source) {
  const auto number = number_of(response.vias.front().value("branch"));
  if (!number) return std::nullopt;
  const auto at = waiting_.find(*number);
  if (at == waiting_.end()) return std::nullopt;
  const bool is_whom_we_asked =
      at->second.to.host == source.host && at->second.to.connection == source.connection;
  if (!is_whom_we_asked) return std::nullopt;
  if (response.status < 200) {
    at->second.interval = sip_t2;  // it has it and is slow; Timer F still runs
    return std::nullopt;
  }
  ending ended{std::move(at->second.label), response.status};
  waiting_.erase(at);
  drop_answered();
  return ended;
}

void client_transactions::tick(base::steady_time now, std::vector<outgoing>& out,
                               std::vector<ending>& lost) {
  while (!alarms_.empty() && alarms_.top().due <= now) {
    const auto number = alarms_.top().number;
    alarms_.pop();
    const auto at = waiting_.find(number);
    if (at == waiting_.end()) continue;
    auto& t = at->second;
    if (t.gives_up <= now) {
      lost.push_back({std::move(t.label), 0});
      waiting_.erase(at);
      continue;
    }
    out.push_back({t.to, t.bytes});
    t.interval = std::min(2 * t.interval, sip_t2);
    set_alarm(number, t, now);
  }
  drop_answered();
}

std::optional<base::steady_time> client_transactions::deadline() const {
  if (alarms_.empty()) return std::nullopt;
  return alarms_.top().due;
}

void client_transactions::drop_answered() {
  while (!alarms_.empty() && !waiting_.contains(alarms_.top().number)) alarms_.pop();
}

}  // namespace varde::wire
