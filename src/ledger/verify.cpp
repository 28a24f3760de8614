// First the stream from its beginning, then, pipelined and in pages, every subject's place and,
// where a library before the fourth wrote to it, its list; last the newest hash together with the
// newest element in one transaction.
#include "ledger/verify.hpp"

#include <algorithm>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ledger/chain.hpp"
#include "ledger/entry.hpp"
#include "ledger/error.hpp"
#include "ledger/keys.hpp"
#include "ledger/pages.hpp"
#include "ledger/place.hpp"
#include "redis/connection.hpp"

namespace varde::ledger {

namespace {

/// Subjects asked about in one go, and entries of one list in one answer: well within a
/// connection's bounds, and nothing that holds up an alarm's commit.
constexpr std::size_t subjects_in_flight_max = 100;
constexpr std::size_t list_page_max = 1'000;

/// The entries of a subject's list, as a number and a digest of their ids in order (FNV-1a).
struct listed {
  std::uint64_t count = 0;
  std::uint64_t digest = 14'695'981'039'346'656'037u;

  void add(position at) {
    ++count;
    for (const auto part : {at.ms, at.seq})
      for (unsigned shift = 0; shift < 64; shift += 8)
        digest = (digest ^ (part >> shift & 0xff)) * 1'099'511'628'211u;
  }
  friend bool operator==(const listed&, const listed&) = default;
};

/// What the stream says of a subject.
struct told {
  place newest;
  listed list;
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
        [self = shared_from_this()](const stream_element& found) { self->check(found); },
        [self = shared_from_this()](base::result<position> last) {
          if (!last) return self->done_(last.error());
          if (!self->chain_.is_closed()) self->note(flaw::wrong_hash);
          self->report_.hash = self->chain_.hash();
          self->report_.subjects = self->subjects_.size();
          self->next_ = self->subjects_.begin();
          self->ask_for_subjects();
        });
  }

 private:
  void note(flaw what, std::string subject = {}) {
    const found_flaw found{what, report_.last, std::move(subject)};
    if (observer_.flaw) observer_.flaw(found);
    ++report_.flaws;
    if (!report_.first) report_.first = found;
  }

  void check(const stream_element& found) {
    report_.last = found.at;
    if (!chain_.follows(found)) note(flaw::wrong_hash);
    lines_ = found.before;
    in_element_.clear();
    for (const auto bytes : found.entries) check_entry(found, bytes);
    if (!lines_.empty()) note(flaw::place_differs);
  }

  void check_entry(const stream_element& found, std::string_view bytes) {
    ++report_.entries;
    const auto entry = parse_entry(bytes);
    if (!entry) return note(flaw::unreadable);
    if (entry->municipality() != municipality_) note(flaw::foreign, entry->subject());
    auto& subject = subjects_[entry->subject()];
    if (entry->version() != subject.newest.version + 1) note(flaw::version_gap, entry->subject());
    if (found.is_batch)
      put_in_element(entry->subject(), subject, found.at);
    else
      subject.list.add(found.at);
    subject.newest.version = entry->version();
    if (observer_.entry) observer_.entry(*entry, found.at, bytes);
  }

  /// With the first entry of each of its subjects an element has a line.
  void put_in_element(const std::string& name, told& subject, position at) {
    if (std::ranges::find(in_element_, name) != in_element_.end()) return;
    in_element_.push_back(name);
    const auto end = std::min(lines_.find('\n'), lines_.size());
    if (lines_.substr(0, end) != to_string(subject.newest)) note(flaw::place_differs, name);
    lines_.remove_prefix(std::min(end + 1, lines_.size()));
    subject.newest.in = place::in_element{in_element_.size(), at};
  }

  void ask_for_subjects() {
    open_ = 0;
    for (; next_ != subjects_.end() && open_ < subjects_in_flight_max; ++next_) {
      ++open_;
      ask_for_place(next_);
    }
    if (open_ == 0) ask_for_chain();
  }

  void ask_for_place(subjects::const_iterator subject) {
    connection_.send(
        {"HGET", places_key(municipality_), subject->first},
        [self = shared_from_this(), subject](const base::result<redis::reply>& answer) {
          if (!answer) return self->fail(subject, answer.error());
          if (!self->is_place_of(subject->second, *answer))
            self->note(flaw::place_differs, subject->first);
          if (subject->second.list.count == 0) return self->close(subject, true);
          self->ask_for_list(subject, {});
        });
  }

  /// What was committed meanwhile is no flaw.
  [[nodiscard]] bool is_place_of(const told& subject, const redis::reply& answer) const {
    if (answer.is(redis::reply::kind::nil)) return !subject.newest.in;
    const auto held = parse_place(answer.text);
    return held && held->in && (*held == subject.newest || held->in->at > report_.last);
  }

  /// `so_far`: what the list said up to there.
  void ask_for_list(subjects::const_iterator subject, listed so_far) {
    connection_.send(
        {"LRANGE", old_list_key(municipality_, subject->first), std::to_string(so_far.count),
         std::to_string(so_far.count + list_page_max - 1)},
        [self = shared_from_this(), subject, so_far](const base::result<redis::reply>& page) {
          self->take_list(subject, so_far, page);
        });
  }

  void take_list(subjects::const_iterator subject, listed so_far,
                 const base::result<redis::reply>& page) {
    if (!page) return fail(subject, page.error());
    const auto& expected = subject->second.list;
    for (const auto& id : page->elements) {
      const auto at = parse_position(id.text);
      if (so_far.count < expected.count && at)
        so_far.add(*at);
      else if (!at || *at <= report_.last)  // an older node may have committed later ones meanwhile
        return close(subject, false);
    }
    if (so_far.count < expected.count && page->elements.size() == list_page_max)
      return ask_for_list(subject, so_far);
    close(subject, so_far == expected);
  }

  void fail(subjects::const_iterator subject, base::error_code why) {
    failure_ = why;
    close(subject, true);
  }

  void close(subjects::const_iterator subject, bool agrees) {
    if (!agrees) note(flaw::place_differs, subject->first);
    if (--open_ > 0) return;
    if (failure_) return done_(failure_);
    ask_for_subjects();
  }

  void ask_for_chain() {
    ask_for_hash({"HGET", places_key(municipality_), std::string{chain_field}},
                 [self = shared_from_this()](const redis::reply& hash, std::string_view newest) {
                   if (hash.is(redis::reply::kind::nil)) return self->ask_for_old_chain();
                   self->finish(hash.text == newest);
                 });
  }

  void ask_for_old_chain() {
    ask_for_hash({"GET", old_chain_key(municipality_)},
                 [self = shared_from_this()](const redis::reply& hash, std::string_view newest) {
                   self->finish(hash.text == newest);
                 });
  }

  /// `then` gets what the question is answered with, and the hash of the newest element.
  void ask_for_hash(const redis::arguments& question,
                    std::function<void(const redis::reply&, std::string_view)> then) {
    const auto nothing = [](const base::result<redis::reply>&) {};
    connection_.send({"MULTI"}, nothing);
    connection_.send(question, nothing);
    connection_.send({"XREVRANGE", ledger_key(municipality_), "+", "-", "COUNT", "1"}, nothing);
    connection_.send({"EXEC"}, [self = shared_from_this(),
                                then = std::move(then)](const base::result<redis::reply>& both) {
      if (!both) return self->done_(both.error());
      if (both->elements.size() != 2) return self->done_(errc::unexpected_reply);
      const auto& found = both->elements[1].elements;
      if (found.empty()) return then(both->elements[0], {});
      const auto newest = to_stream_element(found.front());
      if (!newest) return self->done_(errc::unexpected_reply);
      then(both->elements[0], newest->hash);
    });
  }

  void finish(bool chain_agrees) {
    if (!chain_agrees) note(flaw::chain_differs);
    done_(std::move(report_));
  }

  redis::connection& connection_;
  const std::string municipality_;
  const chain_observer observer_;
  const std::function<void(base::result<chain_report>)> done_;
  chain_report report_;
  chain chain_;
  subjects subjects_;
  std::string_view lines_;               // of the element being checked, those not used yet
  std::vector<std::string> in_element_;  // its subjects so far
  subjects::const_iterator next_;
  std::size_t open_ = 0;
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
    case flaw::place_differs:
      return "the subject's place or list does not name its entries";
    case flaw::chain_differs:
      return "the hash kept beside the places is not the newest element's";
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
    case flaw::place_differs:
      return "place_differs";
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
