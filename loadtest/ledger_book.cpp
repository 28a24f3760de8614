// RESP over a blocking stream, many batches at a time.
#include "ledger_book.hpp"

#include <fmt/format.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <stdexcept>

#include "varde/ledger/v1/batch.pb.h"

namespace varde::load {

namespace {

constexpr unsigned elements_a_read = 200;

// The strings of an answer in their order, however deep its arrays are; what it is made of is known
// from the question.
class redis_reader {
 public:
  explicit redis_reader(const std::filesystem::path& socket)
      : stream_(boost::asio::local::stream_protocol::endpoint(socket.string())) {
    if (!stream_) throw std::runtime_error(fmt::format("no Redis answers at {}", socket.string()));
  }

  std::vector<std::string> ask(const std::vector<std::string>& words) {
    stream_ << fmt::format("*{}\r\n", words.size());
    for (const std::string& word : words)
      stream_ << fmt::format("${}\r\n{}\r\n", word.size(), word);
    stream_.flush();
    std::vector<std::string> strings;
    read(strings);
    return strings;
  }

 private:
  void read(std::vector<std::string>& into) {
    std::string line;
    if (!std::getline(stream_, line)) throw std::runtime_error("Redis hung up");
    if (line.starts_with('-')) throw std::runtime_error("Redis says " + line.substr(1));
    if (line.starts_with('*')) {
      for (int left = std::stoi(line.substr(1)); left > 0; --left) read(into);
    } else if (line.starts_with('$')) {
      constexpr std::size_t line_end = 2;
      std::string text(std::stoul(line.substr(1)) + line_end, '\0');
      stream_.read(text.data(), static_cast<std::streamsize>(text.size()));
      text.resize(text.size() - line_end);
      into.push_back(std::move(text));
    }
  }

  boost::asio::local::stream_protocol::iostream stream_;
};

// Collected in a case of its own subject, where the board shows it; in another subject's it is only
// recorded.
bool is_in_own_case(const alarm::v1::Entry& entry) {
  return entry.case_id().starts_with(entry.municipality() + "." + entry.subject() + ".");
}

// The stream's ids and the serialized batches; places and hashes are of no interest here.
void read_ledger(redis_reader& redis, const std::string& key, std::int64_t since_ms,
                 ledger_book& into) {
  constexpr std::size_t strings_an_element = 7;  // id, then "b", "p" and "h" with their values
  std::string from = std::to_string(since_ms);
  for (;;) {
    const auto strings =
        redis.ask({"XRANGE", key, from, "+", "COUNT", std::to_string(elements_a_read)});
    for (std::size_t i = 0; i + strings_an_element <= strings.size(); i += strings_an_element) {
      ledger::v1::Batch batch;
      if (strings[i + 1] != "b" || !batch.ParseFromString(strings[i + 2])) {
        throw std::runtime_error(fmt::format("{} {} is no batch", key, strings[i]));
      }
      for (const alarm::v1::Entry& entry : batch.entries()) into.take(entry);
    }
    if (strings.size() < strings_an_element * elements_a_read) return;
    from = "(" + strings[strings.size() - strings_an_element];
  }
}

}  // namespace

void ledger_book::put(const alarm::v1::Signal& signal, where is, const std::string& collected_in) {
  if (signal.protocol() != protocol_) return;
  const auto [at, is_new] = signals_.try_emplace(signal.id());
  // What waited becomes a case when its time is over; nothing else is decided a second time.
  if (!is_new && !(at->second.is == where::held && is == where::in_case)) {
    twice_.push_back(signal.id());
    return;
  }
  at->second = {is, signal.device(), collected_in};
}

void ledger_book::take(const alarm::v1::Entry& entry) {
  switch (entry.body_case()) {
    case alarm::v1::Entry::kCaseOpened:
      cases_.insert(entry.case_id());
      return put(entry.case_opened().signal(), where::in_case);
    case alarm::v1::Entry::kAlarmJoined:
      return put(entry.alarm_joined().signal(), where::in_case);
    case alarm::v1::Entry::kSignalHeld:
      return put(entry.signal_held().held().signal(), where::held);
    case alarm::v1::Entry::kSignalRecorded:
      // A signal of this program is an alarm: to record it is a rule's doing or a loss.
      if (!entry.signal_recorded().has_by()) return;
      return put(entry.signal_recorded().signal(),
                 is_in_own_case(entry) ? where::in_case : where::recorded,
                 entry.signal_recorded().in_case());
    default:
      return;
  }
}

std::vector<shown_device> ledger_book::kept_by_rules(
    const std::unordered_set<std::string>& cases_before) const {
  std::unordered_map<std::string, std::uint64_t> by_device;
  for (const auto& [id, one] : signals_) {
    if (one.is == where::in_case) continue;
    const std::string& in = one.collected_in;
    if (in.empty() || cases_.contains(in) || cases_before.contains(in)) ++by_device[one.device];
  }
  std::vector<shown_device> all;
  for (const auto& [device, signals] : by_device) all.push_back({device, signals});
  return all;
}

void read_ledgers(const std::filesystem::path& redis_socket, std::int64_t since_ms,
                  ledger_book& into) {
  redis_reader redis(redis_socket);
  for (const std::string& key : redis.ask({"KEYS", "v:{*}:ledger"})) {
    read_ledger(redis, key, since_ms, into);
  }
}

}  // namespace varde::load
