// One thread that is there while a job is: it runs the connection's io_context until the job is
// done or its time is up.
#include "report/ledger_reader.hpp"

#include <boost/asio/io_context.hpp>
#include <optional>
#include <thread>

#include "ledger/read.hpp"
#include "redis/connection.hpp"

namespace varde::report {

namespace {

constexpr std::int64_t us_per_ms = 1'000;
/// How long the thread sleeps at most between two looks at the time.
constexpr std::chrono::milliseconds look{100};

/// One job under way; all on the reader's thread.
struct reading {
  ledger_reader::job what;
  boost::asio::io_context io{1};
  std::shared_ptr<redis::connection> connection;
  std::vector<offenders> found;
  std::optional<offender_tally> tally;
  bool over = false;

  void next() {
    if (found.size() == what.municipalities.size()) {
      over = true;
      return;
    }
    tally.emplace(what.now_us, what.days);
    const ledger::position from{static_cast<std::uint64_t>(tally->begins_us() / us_per_ms), 0};
    ledger::replay(
        *connection, what.municipalities[found.size()], from,
        [this](const alarm::v1::Entry& entry, ledger::position) { tally->take(entry); },
        [this](const base::result<ledger::replay_end>& end) {
          if (over) return;
          found.push_back(tally->result());
          if (!end) found.back().whole = false;
          next();
        });
  }
};

}  // namespace

struct ledger_reader::state {
  redis::endpoint where;
  std::jthread thread;
};

ledger_reader::ledger_reader(redis::endpoint where)
    : state_{std::make_unique<state>(state{std::move(where), {}})} {}
ledger_reader::~ledger_reader() = default;

void ledger_reader::read(job what, handler done) {
  state_->thread = std::jthread{[where = state_->where, what = std::move(what),
                                 done = std::move(done)](const std::stop_token& stop) mutable {
    reading r;
    r.what = std::move(what);
    r.connection = redis::connection::create(r.io, where);
    r.connection->start();
    r.next();
    const auto ends = std::chrono::steady_clock::now() + reading_max;
    while (!r.over && !stop.stop_requested() && std::chrono::steady_clock::now() < ends)
      r.io.run_one_for(look);
    if (!r.over && r.found.size() < r.what.municipalities.size()) {
      r.over = true;
      r.found.push_back(r.tally->result());
      r.found.back().whole = false;
      r.found.resize(r.what.municipalities.size(), offenders{{}, {}, {}, {}, false});
    }
    r.connection->stop();
    r.connection.reset();
    if (!stop.stop_requested()) done(std::move(r.found));
  }};
}

}  // namespace varde::report
