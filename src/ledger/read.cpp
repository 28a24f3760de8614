// A subject is read by our read-only function, which resolves the list's ids in the server: one
// round trip a page.
#include "ledger/read.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "ledger/entry.hpp"
#include "ledger/error.hpp"
#include "ledger/function.hpp"
#include "ledger/keys.hpp"
#include "ledger/pages.hpp"
#include "redis/connection.hpp"

namespace varde::ledger {

namespace {

struct reading {
  redis::connection& connection;
  const std::string ledger;
  const std::string list;
  std::uint64_t next;  // version
  const std::uint64_t to;
  std::vector<alarm::v1::Entry> entries;
  const entries_handler done;
};

void take_page(const std::shared_ptr<reading>& read, std::size_t asked,
               const base::result<redis::reply>& page);

void ask_for_page(const std::shared_ptr<reading>& read) {
  if (read->to < read->next) return read->done(std::move(read->entries));
  const auto left = read->to - read->next;
  const auto asked = left < page_entries_max ? left + 1 : page_entries_max;
  // Version v is the list's index v - 1.
  read->connection.send(
      {"FCALL_RO", std::string(read_function), "2", read->ledger, read->list,
       std::to_string(read->next - 1), std::to_string(read->next + asked - 2)},
      [read, asked](const base::result<redis::reply>& page) { take_page(read, asked, page); });
}

void take_page(const std::shared_ptr<reading>& read, std::size_t asked,
               const base::result<redis::reply>& page) {
  if (!page) return read->done(page.error());
  if (!page->is(redis::reply::kind::array) || page->elements.size() > asked)
    return read->done(errc::unexpected_reply);
  for (const auto& element : page->elements) {
    if (element.text.empty()) return read->done(errc::missing_entry);
    auto entry = parse_entry(element.text);
    if (!entry) return read->done(entry.error());
    read->entries.push_back(std::move(*entry));
  }
  if (page->elements.size() < asked) return read->done(std::move(read->entries));
  read->next += asked;
  ask_for_page(read);
}

}  // namespace

void read_subject(redis::connection& connection, const std::string& municipality,
                  const std::string& subject, std::uint64_t from, std::uint64_t to,
                  entries_handler done) {
  const auto first = std::max<std::uint64_t>(from, 1);
  ask_for_page(std::make_shared<reading>(reading{connection,
                                                 ledger_key(municipality),
                                                 subject_key(municipality, subject),
                                                 first,
                                                 to,
                                                 {},
                                                 std::move(done)}));
}

void replay(redis::connection& connection, const std::string& municipality, position from,
            entry_handler handler, std::function<void(base::result<replay_end>)> done) {
  const auto end = std::make_shared<replay_end>();
  walk(
      connection, municipality, from,
      [end, municipality, handler = std::move(handler)](const stream_entry& found) {
        const auto entry = parse_entry(found.bytes);
        if (!entry) {
          ++end->unreadable;
          spdlog::error("ledger {} at {}: {}", municipality, to_string(found.at),
                        entry.error().message());
          return;
        }
        ++end->entries;
        handler(*entry, found.at);
      },
      [end, done = std::move(done)](base::result<position> last) {
        if (!last) return done(last.error());
        end->last = *last;
        done(*end);
      });
}

}  // namespace varde::ledger
