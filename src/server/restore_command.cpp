// Twice through the file: once to see that it is sound, once to write.
#include "server/restore_command.hpp"

#include <fmt/format.h>

#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "ledger/keys.hpp"
#include "ledger/position.hpp"
#include "server/backup_file.hpp"
#include "server/blocking_store.hpp"
#include "server/command_redis.hpp"
#include "server/verify_command.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::server {

namespace {

using ledger::v1::BackupBlock;
using ledger::v1::BackupKey;
using ledger::v1::BackupLedger;
using ledger::v1::BackupLedgerEnd;

constexpr int exit_not_restored = 2;

/// Commands in one go, well within a connection's bounds.
constexpr std::size_t commands_in_flight_max = 2'000;
constexpr std::size_t bytes_in_flight_max = std::size_t{16} << 20;

/// Sends commands in large groups and remembers the first that failed.
class bulk_writer {
 public:
  explicit bulk_writer(blocking_store& store) : store_(store) {}

  void add(redis::arguments command) {
    for (const auto& word : command) bytes_ += word.size();
    waiting_.push_back(std::move(command));
    if (waiting_.size() >= commands_in_flight_max || bytes_ >= bytes_in_flight_max) flush();
  }
  /// Whatever failed since the beginning.
  base::error_code flush() {
    std::size_t open = waiting_.size();
    for (const auto& command : waiting_)
      store_.connection().send(command, [&](const base::result<redis::reply>& answer) {
        if (!answer && !failed_) failed_ = answer.error();
        --open;
      });
    waiting_.clear();
    bytes_ = 0;
    // Every command is answered, at the latest when the connection gives it up.
    while (open > 0) store_.run_until([&open] { return open == 0; });
    return failed_;
  }

 private:
  blocking_store& store_;
  std::vector<redis::arguments> waiting_;
  std::size_t bytes_ = 0;
  base::error_code failed_;
};

/// What the first reading finds: the ledgers' ends, and whether they are what comes before them.
class survey {
 public:
  /// Nothing, or what is wrong.
  std::string run(const std::string& file) {
    backup_reader reader;
    if (auto wrong = reader.open(file); !wrong.empty()) return wrong;
    made_at_us = reader.header().made_at_us();
    BackupBlock block;
    while (reader.next(block)) {
      if (block.has_ledger()) take(block.ledger());
      if (block.has_ledger_end() && !take_end(block.ledger_end()))
        return fmt::format("{}: the ledger of {} is not complete in it.", file,
                           block.ledger_end().municipality());
    }
    return reader.problem();
  }

  std::int64_t made_at_us = 0;
  std::map<std::string, BackupLedgerEnd> ends;
  std::uint64_t entries = 0;

 private:
  void take(const BackupLedger& part) {
    auto& so_far = read_[part.municipality()];
    for (const auto& entry : part.entries()) {
      so_far.set_entries(so_far.entries() + 1);
      so_far.set_position(entry.position());
      so_far.set_hash(entry.hash());
    }
  }
  bool take_end(const BackupLedgerEnd& end) {
    const auto& so_far = read_[end.municipality()];
    entries += end.entries();
    ends[end.municipality()] = end;
    return so_far.entries() == end.entries() && so_far.hash() == end.hash() &&
           (end.entries() == 0 || so_far.position() == end.position());
  }

  std::map<std::string, BackupLedgerEnd> read_;
};

void restore_entries(const BackupLedger& part, bulk_writer& into) {
  const auto stream = ledger::ledger_key(part.municipality());
  for (const auto& entry : part.entries()) {
    into.add({"XADD", stream, entry.position(), "e", entry.entry(), "h", entry.hash()});
    // Of a newer format it may be, and still says whose it is.
    alarm::v1::Entry read;
    if (read.ParseFromString(entry.entry()) && !read.subject().empty())
      into.add(
          {"RPUSH", ledger::subject_key(part.municipality(), read.subject()), entry.position()});
  }
}

void restore_key(const BackupKey& part, bulk_writer& into) {
  for (const auto& element : part.elements()) {
    redis::arguments command;
    if (part.type() == "stream")
      command = {"XADD", part.key(), element.id()};
    else if (part.type() == "hash")
      command = {"HSET", part.key()};
    else if (part.type() == "set")
      command = {"SADD", part.key()};
    else if (part.type() == "list")
      command = {"RPUSH", part.key()};
    else
      command = {"SET", part.key()};
    command.insert(command.end(), element.values().begin(), element.values().end());
    into.add(std::move(command));
  }
}

/// Nothing, or what is wrong. Redis holds what the file has up to there.
std::string write_all(const std::string& file, blocking_store& store) {
  backup_reader reader;
  if (auto wrong = reader.open(file); !wrong.empty()) return wrong;
  bulk_writer into{store};
  BackupBlock block;
  while (reader.next(block)) {
    if (block.has_ledger()) restore_entries(block.ledger(), into);
    if (block.has_key()) restore_key(block.key(), into);
    if (block.has_ledger_end() && block.ledger_end().entries() > 0)
      into.add(
          {"SET", ledger::chain_key(block.ledger_end().municipality()), block.ledger_end().hash()});
  }
  const auto failed = into.flush();
  if (failed) return fmt::format("Redis did not take all of it: {}.", failed.message());
  return reader.problem();
}

/// Nothing, or which ledger is not as the file has it.
std::string compare(const survey& file, blocking_store& store) {
  for (const auto& [municipality, end] : file.ends) {
    const auto length = store.ask({"XLEN", ledger::ledger_key(municipality)});
    const auto chain = store.ask({"GET", ledger::chain_key(municipality)});
    if (!length || !chain || static_cast<std::uint64_t>(length->integer) != end.entries() ||
        chain->text != end.hash())
      return fmt::format("The ledger of {} is not as the file has it.", municipality);
  }
  return {};
}

}  // namespace

int run_restore(const restore_request& request, std::ostream& out, std::ostream& errors) {
  const auto fail = [&errors](const std::string& wrong) {
    errors << wrong << '\n';
    return exit_not_restored;
  };
  survey file;
  if (const auto wrong = file.run(request.file); !wrong.empty()) return fail(wrong);
  {
    blocking_store store{request.where};
    if (!store.connect())
      return fail(fmt::format("Redis at {} does not answer: {}", redis::describe(request.where),
                              store.why_not()));
    const auto held = keys_like(store, "v:*");
    if (!held) return fail(held.error().message());
    if (!held->empty())
      return fail(
          fmt::format("Redis at {} is in use: it holds {} keys of a Varde. Restore into an empty "
                      "one; nothing was changed.",
                      redis::describe(request.where), held->size()));
    auto wrong = write_all(request.file, store);
    if (wrong.empty()) wrong = compare(file, store);
    if (!wrong.empty())
      return fail(wrong + " Only a part was restored: empty this Redis and begin again.");
  }
  out << fmt::format(
      "Restored {} entries of {} ledgers, as they were at {}. Nobody is signed in: everyone signs "
      "in anew.\n",
      file.entries, file.ends.size(), base::to_rfc3339(base::from_us(file.made_at_us)));
  verify_request verifying;
  verifying.where = request.where;
  return run_verify(verifying, out, errors);
}

}  // namespace varde::server
