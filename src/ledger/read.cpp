// A subject is read by our read-only function, which goes from element to element in the server:
// one round trip a page. An element holds others' entries too; they are passed over here.
#include "ledger/read.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "ledger/entry.hpp"
#include "ledger/error.hpp"
#include "ledger/frames.hpp"
#include "ledger/function.hpp"
#include "ledger/keys.hpp"
#include "ledger/pages.hpp"
#include "redis/connection.hpp"

namespace varde::ledger {

namespace {

struct reading {
  redis::connection& connection;
  const std::string municipality;
  const std::string subject;
  const std::uint64_t from, to;  // versions
  std::vector<alarm::v1::Entry> newest_first;
  const entries_handler done;
};

void take_page(const std::shared_ptr<reading>& read, const base::result<redis::reply>& page);

/// `place`: empty for the newest.
void ask_for_page(const std::shared_ptr<reading>& read, const std::string& place) {
  const auto keys = function_keys(read->municipality);
  redis::arguments command{"FCALL_RO", std::string{read_function}, std::to_string(keys.size())};
  command.insert(command.end(), keys.begin(), keys.end());
  command.insert(command.end(), {read->subject, place, std::to_string(read->from),
                                 std::to_string(page_elements_max)});
  read->connection.send(command,
                        [read](const base::result<redis::reply>& page) { take_page(read, page); });
}

/// Those of one element that are the subject's; why not, if they can't be read.
base::error_code take_element(reading& read, std::string_view field, std::string_view bytes) {
  if (field.empty()) return errc::missing_entry;
  const auto entries = field == "b" ? entries_in(bytes) : std::vector{bytes};
  if (!entries) return errc::unexpected_reply;
  for (auto one = entries->rbegin(); one != entries->rend(); ++one) {
    if (one->find(read.subject) == one->npos) continue;  // most of a batch, without parsing it
    auto entry = parse_entry(*one);
    if (!entry) return entry.error();
    if (entry->subject() != read.subject) continue;
    if (!read.newest_first.empty() && entry->version() + 1 != read.newest_first.back().version())
      return errc::missing_entry;
    read.newest_first.push_back(std::move(*entry));
  }
  return {};
}

void finish(reading& read) {
  auto& entries = read.newest_first;
  std::ranges::reverse(entries);
  const auto version = [](const alarm::v1::Entry& entry) { return entry.version(); };
  entries.erase(entries.begin(), std::ranges::lower_bound(entries, read.from, {}, version));
  entries.erase(std::ranges::upper_bound(entries, read.to, {}, version), entries.end());
  read.done(std::move(entries));
}

void take_page(const std::shared_ptr<reading>& read, const base::result<redis::reply>& page) {
  if (!page) return read->done(page.error());
  const auto& parts = page->elements;
  if (parts.size() % 2 != 1) return read->done(errc::unexpected_reply);
  for (std::size_t i = 1; i < parts.size(); i += 2)
    if (const auto error = take_element(*read, parts[i].text, parts[i + 1].text))
      return read->done(error);
  if (parts[0].text.empty()) return finish(*read);
  ask_for_page(read, parts[0].text);
}

}  // namespace

void read_subject(redis::connection& connection, const std::string& municipality,
                  const std::string& subject, std::uint64_t from, std::uint64_t to,
                  entries_handler done) {
  const auto first = std::max<std::uint64_t>(from, 1);
  if (to < first) return done(std::vector<alarm::v1::Entry>{});
  ask_for_page(std::make_shared<reading>(
                   reading{connection, municipality, subject, first, to, {}, std::move(done)}),
               {});
}

void replay(redis::connection& connection, const std::string& municipality, position from,
            entry_handler handler, std::function<void(base::result<replay_end>)> done) {
  const auto end = std::make_shared<replay_end>();
  walk(
      connection, municipality, from,
      [end, municipality, handler = std::move(handler)](const stream_element& found) {
        for (const auto bytes : found.entries) {
          if (const auto entry = parse_entry(bytes)) {
            ++end->entries;
            handler(*entry, found.at);
          } else {
            ++end->unreadable;
            spdlog::error("ledger {} at {}: {}", municipality, to_string(found.at),
                          entry.error().message());
          }
        }
      },
      [end, done = std::move(done)](base::result<position> last) {
        if (!last) return done(last.error());
        end->last = *last;
        done(*end);
      });
}

}  // namespace varde::ledger
