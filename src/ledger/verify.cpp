// First the stream from its beginning, then, pipelined and in pages, every subject's list, and last
// the chain key together with the newest entry in one transaction.
#include "ledger/verify.hpp"

#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "ledger/chain.hpp"
#include "ledger/entry.hpp"
#include "ledger/error.hpp"
#include "ledger/keys.hpp"
#include "ledger/pages.hpp"
#include "redis/connection.hpp"

namespace varde::ledger {

namespace {

/// Lists asked for in one go, and places of one of them in one answer: well within a connection's
/// bounds, and nothing that holds up an alarm's commit.
constexpr std::size_t lists_in_flight_max = 100;
constexpr std::size_t list_page_max = 1'000;

/// Places of a subject's entries, as a number and a digest of them in order (FNV-1a).
struct places {
  std::uint64_t count = 0;
  std::uint64_t digest = 14'695'981'039'346'656'037u;

  void add(position at) {
    ++count;
    for (const auto part : {at.ms, at.seq})
      for (unsigned shift = 0; shift < 64; shift += 8)
        digest = (digest ^ (part >> shift & 0xff)) * 1'099'511'628'211u;
  }
  friend bool operator==(const places&, const places&) = default;
};

/// What the stream says of a subject.
struct told {
  std::uint64_t version = 0;
  places at;
};

using subjects = std::unordered_map<std::string, told>;

class verifying : public std::enable_shared_from_this<verifying> {
 public:
  verifying(redis::connection& connection, std::string municipality, chain_observer observer,
            std::function<void(base::result<chain_report>)> done)
      : connection_(connection),
        municipality_(std::move(municipality)),
        observer_(std::move(observer)),
        done_(std::move(done)) {}

  void begin() {
    walk(
        connection_, municipality_, position{},
        [self = shared_from_this()](const stream_entry& entry) { self->check(entry); },
        [self = shared_from_this()](base::result<position> last) {
          if (!last) return self->done_(last.error());
          if (!self->chain_.is_closed()) self->note(flaw::wrong_hash);
          self->report_.hash = self->chain_.hash();
          self->report_.subjects = self->subjects_.size();
          self->next_list_ = self->subjects_.begin();
          self->ask_for_lists();
        });
  }

 private:
  void note(flaw what, std::string subject = {}) {
    const found_flaw found{what, report_.last, std::move(subject)};
    if (observer_.flaw) observer_.flaw(found);
    ++report_.flaws;
    if (!report_.first) report_.first = found;
  }

  void check(const stream_entry& found) {
    report_.last = found.at;
    ++report_.entries;
    if (!chain_.follows(found.bytes, found.hash)) note(flaw::wrong_hash);
    const auto entry = parse_entry(found.bytes);
    if (!entry) return note(flaw::unreadable);
    if (entry->municipality() != municipality_) note(flaw::foreign, entry->subject());
    auto& subject = subjects_[entry->subject()];
    if (entry->version() != subject.version + 1) note(flaw::version_gap, entry->subject());
    subject.version = entry->version();
    subject.at.add(found.at);
    if (observer_.entry) observer_.entry(*entry, found);
  }

  void ask_for_lists() {
    lists_open_ = 0;
    for (; next_list_ != subjects_.end() && lists_open_ < lists_in_flight_max; ++next_list_) {
      ++lists_open_;
      ask_for_list(next_list_, {});
    }
    if (lists_open_ == 0) ask_for_chain();
  }

  /// `so_far`: what the list said up to there.
  void ask_for_list(subjects::const_iterator subject, places so_far) {
    connection_.send(
        {"LRANGE", subject_key(municipality_, subject->first), std::to_string(so_far.count),
         std::to_string(so_far.count + list_page_max - 1)},
        [self = shared_from_this(), subject, so_far](const base::result<redis::reply>& page) {
          self->take_list(subject, so_far, page);
        });
  }

  void take_list(subjects::const_iterator subject, places so_far,
                 const base::result<redis::reply>& page) {
    const auto& expected = subject->second.at;
    if (!page) {
      failure_ = page.error();
    } else {
      for (const auto& place : page->elements) {
        const auto at = parse_position(place.text);
        if (so_far.count < expected.count && at)
          so_far.add(*at);
        else if (!at || *at <= report_.last)  // later ones were committed meanwhile
          return close_list(subject, false);
      }
      if (so_far.count < expected.count && page->elements.size() == list_page_max)
        return ask_for_list(subject, so_far);
    }
    close_list(subject, failure_ || so_far == expected);
  }

  void close_list(subjects::const_iterator subject, bool agrees) {
    if (!agrees) note(flaw::list_differs, subject->first);
    if (--lists_open_ > 0) return;
    if (failure_) return done_(failure_);
    ask_for_lists();
  }

  void ask_for_chain() {
    const auto nothing = [](const base::result<redis::reply>&) {};
    connection_.send({"MULTI"}, nothing);
    connection_.send({"GET", chain_key(municipality_)}, nothing);
    connection_.send({"XREVRANGE", ledger_key(municipality_), "+", "-", "COUNT", "1"}, nothing);
    connection_.send({"EXEC"}, [self = shared_from_this()](const base::result<redis::reply>& both) {
      self->take_chain(both);
    });
  }

  void take_chain(const base::result<redis::reply>& both) {
    if (!both) return done_(both.error());
    if (both->elements.size() != 2) return done_(errc::unexpected_reply);
    const auto& newest = both->elements[1].elements;
    std::string_view hash;
    if (!newest.empty()) {
      const auto entry = to_stream_entry(newest.front());
      if (!entry) return done_(errc::unexpected_reply);
      hash = entry->hash;
    }
    if (both->elements[0].text != hash) note(flaw::chain_differs);
    done_(std::move(report_));
  }

  redis::connection& connection_;
  const std::string municipality_;
  const chain_observer observer_;
  const std::function<void(base::result<chain_report>)> done_;
  chain_report report_;
  chain chain_;
  subjects subjects_;
  subjects::const_iterator next_list_;
  std::size_t lists_open_ = 0;
  base::error_code failure_;
};

}  // namespace

std::string_view to_text(flaw f) noexcept {
  switch (f) {
    case flaw::wrong_hash:
      return "the hash does not follow from the entry before";
    case flaw::unreadable:
      return "the entry can't be read by this version";
    case flaw::foreign:
      return "the entry names another municipality";
    case flaw::version_gap:
      return "the subject's version is not the next one";
    case flaw::list_differs:
      return "the subject's list does not name its entries";
    case flaw::chain_differs:
      return "the chain key is not the newest entry's hash";
  }
  return "unknown";
}

std::string_view to_code(flaw f) noexcept {
  switch (f) {
    case flaw::wrong_hash:
      return "wrong_hash";
    case flaw::unreadable:
      return "unreadable";
    case flaw::foreign:
      return "foreign";
    case flaw::version_gap:
      return "version_gap";
    case flaw::list_differs:
      return "list_differs";
    case flaw::chain_differs:
      return "chain_differs";
  }
  return "unknown";
}

void verify_chain(redis::connection& connection, const std::string& municipality,
                  std::function<void(base::result<chain_report>)> done) {
  verify_chain(connection, municipality, {}, std::move(done));
}

void verify_chain(redis::connection& connection, const std::string& municipality,
                  chain_observer observer, std::function<void(base::result<chain_report>)> done) {
  std::make_shared<verifying>(connection, municipality, std::move(observer), std::move(done))
      ->begin();
}

}  // namespace varde::ledger
