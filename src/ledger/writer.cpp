// A submit becomes a few function calls, each for one municipality and within the bounds, all sent
// in one write; the last answer completes it.
#include "ledger/writer.hpp"

#include <spdlog/spdlog.h>

#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/hash.hpp"
#include "ledger/entry.hpp"
#include "ledger/frames.hpp"
#include "ledger/function.hpp"
#include "ledger/keys.hpp"
#include "redis/connection.hpp"

namespace varde::ledger {

namespace {

using results_handler = std::function<void(std::vector<commit_result>)>;

/// One submit until its last answer.
struct submission {
  std::vector<commit_result> results;
  std::size_t answers_open = 0;
  results_handler done;

  void one_answered() {
    if (--answers_open == 0) done(std::move(results));
  }
};

/// One function call while it is put together.
struct call {
  std::string_view municipality;
  std::vector<std::size_t> commits;  // places in the submit
  std::size_t entries = 0;
  std::size_t bytes = 0;

  [[nodiscard]] bool takes(std::size_t more_entries, std::size_t more_bytes) const {
    return commits.empty() ||
           (entries + more_entries <= call_entries_max && bytes + more_bytes <= call_bytes_max);
  }
};

/// Divides the commits into calls, keeping their order within a municipality; leaves out what must
/// not be written.
std::vector<call> divide(const std::vector<commit>& commits) {
  std::vector<call> calls;
  std::unordered_map<std::string_view, std::size_t>
      open;  // municipality → its call that still takes
  for (std::size_t i = 0; i < commits.size(); ++i) {
    if (commits[i].contradictory) {
      spdlog::error("ledger {}: a commit contradicts its entries and is not written",
                    commits[i].municipality);
      continue;
    }
    std::size_t size = commits[i].subject.size();
    for (const auto& entry : commits[i].entries) size += entry.size();
    const auto count = commits[i].entries.size();
    auto [at, fresh] = open.try_emplace(commits[i].municipality, calls.size());
    if (fresh || !calls[at->second].takes(count, size)) {
      at->second = calls.size();
      calls.push_back({.municipality = commits[i].municipality});
    }
    auto& taking = calls[at->second];
    taking.commits.push_back(i);
    taking.entries += count;
    taking.bytes += size;
  }
  return calls;
}

/// The function's word for what became of a commit.
std::optional<commit_status> to_status(std::int64_t answer) {
  switch (answer) {
    case 0:
      return commit_status::stale;
    case 1:
      return commit_status::committed;
    case 2:
      return commit_status::fenced;
    default:
      return std::nullopt;
  }
}

/// One commit of a call under way: its place in the submit, and the version it leads to.
struct asked {
  std::size_t place = 0;
  std::uint64_t version = 0;
};

/// Puts the answers of one call into the results; false if the reply is not what the function
/// gives.
bool take_answers(const redis::reply& answer, const std::vector<asked>& commits,
                  std::vector<commit_result>& into) {
  if (answer.is(redis::reply::kind::integer)) {
    if (answer.integer != static_cast<std::int64_t>(commits.size())) return false;
    for (const auto& one : commits) into[one.place] = {commit_status::committed, one.version};
    return true;
  }
  const auto& values = answer.elements;
  if (values.size() != 2 * commits.size()) return false;
  for (const auto& value : values)
    if (!value.is(redis::reply::kind::integer) || value.integer < 0) return false;
  for (std::size_t i = 0; i < commits.size(); ++i)
    if (!to_status(values[2 * i].integer)) return false;
  for (std::size_t i = 0; i < commits.size(); ++i)
    into[commits[i].place] = {*to_status(values[2 * i].integer),
                              static_cast<std::uint64_t>(values[2 * i + 1].integer)};
  return true;
}

/// As the function compares versions: with a space behind, so that 1 is not the beginning of 17.
std::string version_text(std::uint64_t version) { return std::to_string(version) + ' '; }

/// The arguments of one call as views, and the strings made for it.
class call_arguments {
 public:
  call_arguments(const call& c, const std::vector<commit>& commits) {
    const auto keys = function_keys(c.municipality);
    // The views point into it: it must not grow.
    made_.reserve(1 + keys.size() + parts_before_commits + 4 * c.commits.size());
    views_.reserve(2 + made_.capacity() + 2 * c.commits.size());
    views_.insert(views_.end(), {"FCALL", commit_function});
    add(std::to_string(keys.size()));
    for (const auto& key : keys) add(key);
    std::string batch;
    batch.reserve(c.bytes + entry_head_bytes_max * c.entries);
    for (const auto i : c.commits)
      for (const auto& entry : commits[i].entries) append_entry(batch, entry);
    auto digest = base::sha1_hex(batch);
    add(std::move(batch));
    add(std::move(digest));
    add(std::to_string(c.commits.size()));
    for (const auto i : c.commits) {
      views_.push_back(commits[i].subject);
      add(version_text(commits[i].expected_version));
      add(version_text(commits[i].version()));
    }
    for (std::size_t n = 0; n < c.commits.size(); ++n) {
      const auto& guarded_by = commits[c.commits[n]].guarded_by;
      if (!guarded_by) continue;
      add(std::to_string(n + 1));
      views_.push_back(guarded_by->subject);
      add(version_text(guarded_by->version));
    }
  }
  [[nodiscard]] const std::vector<std::string_view>& views() const { return views_; }

 private:
  static constexpr std::size_t parts_before_commits = 3;  // batch, digest, number of commits

  void add(std::string text) { views_.push_back(made_.emplace_back(std::move(text))); }

  std::vector<std::string> made_;
  std::vector<std::string_view> views_;
};

std::vector<asked> asked_in(const call& c, const std::vector<commit>& commits) {
  std::vector<asked> all;
  all.reserve(c.commits.size());
  for (const auto i : c.commits) all.push_back({i, commits[i].version()});
  return all;
}

/// Behind the calls of the submit on the same connection, so that its answer is about all of them
/// and comes last. It counts for a stale commit too: what the caller finds there instead may be its
/// own signal, written by another node, and is as safe as the number says.
void ask_for_replicas(redis::connection& connection, const writer_options& options,
                      const std::shared_ptr<submission>& open) {
  connection.send(
      {"WAIT", std::to_string(options.replicas), std::to_string(options.replicas_limit.count())},
      [open](const base::result<redis::reply>& answer) {
        if (answer && answer->is(redis::reply::kind::integer) && answer->integer > 0)
          for (auto& result : open->results)
            if (result.status != commit_status::failed)
              result.replicas = static_cast<std::uint32_t>(answer->integer);
        open->one_answered();
      });
}

}  // namespace

writer::writer(redis::connection& connection, writer_options options)
    : connection_(connection), options_(options), self_(std::make_shared<writer*>(this)) {
  const auto report = [](base::error_code error) {
    if (error) spdlog::error("ledger: the Redis function can't be loaded: {}", error.message());
  };
  connection_.on_state([self = self_, report](bool connected) {
    if (connected && *self != nullptr) (*self)->load_function(report);
  });
  if (connection_.connected()) load_function(report);
}

writer::~writer() { *self_ = nullptr; }

void writer::load_function(std::function<void(base::error_code)> done) {
  const std::array<std::string_view, 4> command{"FUNCTION", "LOAD", "REPLACE", function_library()};
  connection_.send(command, [done = std::move(done)](const base::result<redis::reply>& answer) {
    done(answer ? base::error_code{} : answer.error());
  });
}

void writer::submit(const std::vector<commit>& commits, results_handler done) {
  const auto calls = divide(commits);
  const bool waits = options_.replicas > 0 && options_.replicas_limit.count() > 0;
  const auto open = std::make_shared<submission>(submission{
      std::vector<commit_result>(commits.size()), calls.size() + (waits ? 1 : 0), std::move(done)});
  if (calls.empty()) return open->done(std::move(open->results));
  for (const auto& c : calls) {
    const call_arguments arguments(c, commits);
    connection_.send(arguments.views(), [open, commits_asked = asked_in(c, commits),
                                         self = self_](const base::result<redis::reply>& answer) {
      if (answer && !take_answers(*answer, commits_asked, open->results))
        spdlog::error("ledger: the commit function answered in an unexpected form");
      if (!answer && answer.error() == redis::errc::function_missing && *self != nullptr)
        (*self)->load_function([](base::error_code) {});
      open->one_answered();
    });
  }
  if (waits) ask_for_replicas(connection_, options_, open);
}

}  // namespace varde::ledger
