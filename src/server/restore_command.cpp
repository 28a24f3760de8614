// Twice through the file: once to see that it is sound, once to write.
#include "server/restore_command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>
#include <vector>

#include "base/hash.hpp"
#include "base/time.hpp"
#include "ledger/frames.hpp"
#include "ledger/keys.hpp"
#include "ledger/place.hpp"
#include "ledger/position.hpp"
#include "server/backup_file.hpp"
#include "server/blocking_store.hpp"
#include "server/command_redis.hpp"
#include "server/verify_command.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::server {

namespace {

using ledger::v1::BackupBlock;
using ledger::v1::BackupEntry;
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
    for (const auto& element : part.entries()) {
      so_far.set_elements(so_far.elements() + 1);
      so_far.set_position(element.position());
      so_far.set_hash(element.hash());
    }
  }
  bool take_end(BackupLedgerEnd end) {
    if (end.elements() == 0) end.set_elements(end.entries());
    const auto& so_far = read_[end.municipality()];
    entries += end.entries();
    ends[end.municipality()] = end;
    return so_far.elements() == end.elements() && so_far.hash() == end.hash() &&
           (end.elements() == 0 || so_far.position() == end.position());
  }

  std::map<std::string, BackupLedgerEnd> read_;
};

/// Writes ledgers element by element, and makes anew what lies beside them.
class ledger_writer {
 public:
  explicit ledger_writer(bulk_writer& into) : into_(into) {}

  void take(const BackupLedger& part) {
    auto& has = has_[part.municipality()];
    for (const auto& element : part.entries()) {
      if (element.batch().empty()) {
        has.lists = true;
        restore_entry(part.municipality(), element);
      } else {
        has.batches = true;
        restore_batch(part.municipality(), element);
      }
    }
  }

  /// The newest hash: where the library that wrote the last element keeps it.
  void take_end(const BackupLedgerEnd& end) {
    if (end.entries() == 0) return;
    const auto old_chain = ledger::old_chain_key(end.municipality());
    const auto places = ledger::places_key(end.municipality());
    const auto has = has_[end.municipality()];
    if (has.batches) {
      into_.add({"HSET", places, std::string{ledger::chain_field}, end.hash(),
                 std::string{ledger::lists_field}, has.lists ? "yes" : "no"});
      into_.add({"HSET", old_chain, std::string{ledger::moved_field}, places});
    } else {
      into_.add({"SET", old_chain, end.hash()});
    }
  }

 private:
  struct kinds {
    bool lists = false, batches = false;
  };

  /// Of a newer format an entry may be, and still says whose it is.
  static std::string subject_in(std::string_view entry) {
    alarm::v1::Entry read;
    return read.ParseFromArray(entry.data(), static_cast<int>(entry.size())) ? read.subject() : "";
  }

  void restore_entry(const std::string& municipality, const BackupEntry& one) {
    into_.add({"XADD", ledger::ledger_key(municipality), one.position(), "e", one.entry(), "h",
               one.hash()});
    if (const auto subject = subject_in(one.entry()); !subject.empty())
      into_.add({"RPUSH", ledger::old_list_key(municipality, subject), one.position()});
  }

  void restore_batch(const std::string& municipality, const BackupEntry& one) {
    into_.add({"XADD", ledger::ledger_key(municipality), one.position(), "b", one.batch(), "p",
               one.before(), "h", one.hash()});
    const auto entries = ledger::entries_in(one.batch());
    const auto at = ledger::parse_position(one.position());
    if (!entries || !at) return;
    std::vector<std::pair<std::string, ledger::place>> places;
    for (const auto bytes : *entries) {
      alarm::v1::Entry entry;
      if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) continue;
      auto known = std::ranges::find(places, entry.subject(), &decltype(places)::value_type::first);
      if (known == places.end())
        known = places.insert(
            known, {entry.subject(), {0, ledger::place::in_element{places.size() + 1, *at}}});
      known->second.version = entry.version();
    }
    redis::arguments command{"HSET", ledger::places_key(municipality)};
    for (const auto& [subject, place] : places)
      command.insert(command.end(), {subject, to_string(place)});
    if (!places.empty()) into_.add(std::move(command));
  }

  bulk_writer& into_;
  std::map<std::string, kinds> has_;
};

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
  ledger_writer ledgers{into};
  BackupBlock block;
  while (reader.next(block)) {
    if (block.has_ledger()) ledgers.take(block.ledger());
    if (block.has_ledger_end()) ledgers.take_end(block.ledger_end());
    if (block.has_key()) restore_key(block.key(), into);
  }
  const auto failed = into.flush();
  if (failed) return fmt::format("Redis did not take all of it: {}.", failed.message());
  return reader.problem();
}

/// Nothing, or which ledger is not as the file has it.
std::string compare(const survey& file, blocking_store& store) {
  for (const auto& [municipality, end] : file.ends) {
    const auto length = store.ask({"XLEN", ledger::ledger_key(municipality)});
    auto chain =
        store.ask({"HGET", ledger::places_key(municipality), std::string{ledger::chain_field}});
    if (chain && chain->is(redis::reply::kind::nil))
      chain = store.ask({"GET", ledger::old_chain_key(municipality)});
    if (!length || !chain || static_cast<std::uint64_t>(length->integer) != end.elements() ||
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
