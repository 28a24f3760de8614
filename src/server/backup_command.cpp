// Ledgers first, each up to the place where it was when its copying began: a ledger only grows, so
// that is one moment. The registry afterwards, so that no case is without its resident.
#include "server/backup_command.hpp"

#include <fmt/format.h>

#include <ostream>
#include <utility>

#include "ledger/chain.hpp"
#include "ledger/entry.hpp"
#include "ledger/error.hpp"
#include "ledger/keys.hpp"
#include "ledger/position.hpp"
#include "server/backed_up_keys.hpp"
#include "server/backup_file.hpp"
#include "server/blocking_store.hpp"

namespace varde::server {

namespace {

using ledger::v1::BackupBlock;

constexpr int exit_copied = 0;
constexpr int exit_broken_chain = 1;
constexpr int exit_not_copied = 2;

constexpr const char* elements_a_block = "64";
constexpr const char* lines_a_block = "500";
/// Of a stream whose entries may be whole registries.
constexpr const char* one_a_block = "1";

class copying {
 public:
  copying(blocking_store& store, backup_writer& file) : store_(store), file_(file) {}

  /// Nothing, or what is wrong.
  std::string run() {
    const auto found = find_keys_to_copy(store_);
    if (!found) return not_read(found.error());
    for (const auto& one : found->municipalities)
      if (auto wrong = copy_ledger(one); !wrong.empty()) return wrong;
    for (const auto& key : found->others)
      if (auto wrong = copy_key(key); !wrong.empty()) return wrong;
    return {};
  }

  std::uint64_t ledgers = 0, entries = 0, keys = 0;
  std::string broken_chains;  // municipalities, after a space each

 private:
  static std::string not_read(base::error_code why) {
    return fmt::format("Redis can't be read: {}.", why.message());
  }

  std::string copy_ledger(const std::string& municipality) {
    const auto key = ledger::ledger_key(municipality);
    const auto newest = store_.ask({"XREVRANGE", key, "+", "-", "COUNT", "1"});
    if (!newest) return not_read(newest.error());
    BackupBlock end_block;
    auto& end = *end_block.mutable_ledger_end();
    end.set_municipality(municipality);
    end.set_position(to_string(ledger::position{}));
    const auto to = newest->elements.empty() ? std::string{} : newest->elements[0].elements[0].text;
    bool whole = true;
    ledger::chain chain;
    while (!to.empty() && end.position() != to) {
      const auto page =
          store_.ask({"XRANGE", key, "(" + end.position(), to, "COUNT", elements_a_block});
      if (!page) return not_read(page.error());
      if (page->elements.empty()) return not_read(ledger::errc::missing_entry);
      BackupBlock block;
      block.mutable_ledger()->set_municipality(municipality);
      for (const auto& element : page->elements) {
        const auto found = ledger::to_stream_element(element);
        if (!found) return not_read(ledger::errc::unexpected_reply);
        whole = chain.follows(*found) && whole;
        auto& copy = *block.mutable_ledger()->add_entries();
        copy.set_position(to_string(found->at));
        copy.set_hash(std::string{found->hash});
        if (found->is_batch) {
          copy.set_batch(std::string{found->bytes});
          copy.set_before(std::string{found->before});
        } else {
          copy.set_entry(std::string{found->bytes});
        }
        end.set_position(copy.position());
        end.set_hash(copy.hash());
        end.set_elements(end.elements() + 1);
        end.set_entries(end.entries() + found->entries.size());
      }
      if (auto wrong = file_.add(block); !wrong.empty()) return wrong;
    }
    if (!whole || !chain.is_closed()) broken_chains += ' ' + municipality;
    ++ledgers;
    entries += end.entries();
    return file_.add(end_block);
  }

  std::string copy_key(const std::string& key) {
    const auto type = store_.ask({"TYPE", key});
    if (!type) return not_read(type.error());
    if (type->text == "none") return {};
    ++keys;
    if (type->text == "stream") return copy_stream(key);
    redis::arguments question;
    std::size_t values_an_element = 1;
    if (type->text == "hash") {
      question = {"HGETALL", key};
      values_an_element = 2;
    } else if (type->text == "set") {
      question = {"SMEMBERS", key};
    } else if (type->text == "list") {
      question = {"LRANGE", key, "0", "-1"};
    } else if (type->text == "string") {
      question = {"GET", key};
    } else {
      return fmt::format("The key {} is of type {}, which is not known here.", key, type->text);
    }
    const auto held = store_.ask(question);
    if (!held) return not_read(held.error());
    auto block = block_of(key, type->text);
    auto& elements = *block.mutable_key()->mutable_elements();
    if (type->text == "string") elements.Add()->add_values(held->text);
    for (std::size_t i = 0; i + values_an_element <= held->elements.size();
         i += values_an_element) {
      auto& element = *elements.Add();
      for (std::size_t j = 0; j < values_an_element; ++j)
        element.add_values(held->elements[i + j].text);
    }
    return file_.add(block);
  }

  std::string copy_stream(const std::string& key) {
    const auto newest = store_.ask({"XREVRANGE", key, "+", "-", "COUNT", "1"});
    if (!newest) return not_read(newest.error());
    if (newest->elements.empty()) return {};
    const auto to = newest->elements[0].elements[0].text;
    const char* const page_size = key.ends_with(":registry") ? one_a_block : lines_a_block;
    std::string last = "0-0";
    while (last != to) {
      const auto page = store_.ask({"XRANGE", key, "(" + last, to, "COUNT", page_size});
      if (!page) return not_read(page.error());
      if (page->elements.empty()) return {};  // trimmed meanwhile
      auto block = block_of(key, "stream");
      for (const auto& entry : page->elements) {
        if (entry.elements.size() != 2) return not_read(ledger::errc::unexpected_reply);
        auto& element = *block.mutable_key()->add_elements();
        element.set_id(last = entry.elements[0].text);
        for (const auto& value : entry.elements[1].elements) element.add_values(value.text);
      }
      if (auto wrong = file_.add(block); !wrong.empty()) return wrong;
    }
    return {};
  }

  static BackupBlock block_of(const std::string& key, const std::string& type) {
    BackupBlock block;
    block.mutable_key()->set_key(key);
    block.mutable_key()->set_type(type);
    return block;
  }

  blocking_store& store_;
  backup_writer& file_;
};

}  // namespace

int run_backup(const backup_request& request, std::ostream& out, std::ostream& errors) {
  const auto fail = [&errors](const std::string& wrong) {
    errors << wrong << '\n';
    return exit_not_copied;
  };
  blocking_store store{request.where};
  if (!store.connect())
    return fail(fmt::format("Redis at {} does not answer: {}", redis::describe(request.where),
                            store.why_not()));
  backup_writer file;
  if (const auto wrong = file.open(request.file); !wrong.empty()) return fail(wrong);
  copying copy{store, file};
  if (const auto wrong = copy.run(); !wrong.empty()) return fail(wrong);
  if (const auto wrong = file.finish(); !wrong.empty()) return fail(wrong);
  out << fmt::format(
      "Copied {} entries of {} ledgers and {} other keys to {}, {} bytes. Who is signed in is not "
      "in it: after a restore everyone signs in anew.\n",
      copy.entries, copy.ledgers, copy.keys, request.file, file.bytes());
  if (copy.broken_chains.empty()) return exit_copied;
  errors << fmt::format(
      "The chain of these ledgers is broken; they were copied as they are. Run varde ledger "
      "verify:{}\n",
      copy.broken_chains);
  return exit_broken_chain;
}

}  // namespace varde::server
