// Page by page: group by subject, ask the ledger, sort into there, forgotten and parted, commit the
// forgotten again. The parted wait until all pages were seen, so that each subject is merged once.
#include "core/reconciler.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>
#include <unordered_set>

#include "alarm/fold.hpp"
#include "ledger/error.hpp"

namespace varde::core {

namespace {

using alarm::v1::Entry;

/// What an entry came from, by which it is found if it was decided again: a signal or a command.
std::string_view cause_of(const Entry& entry) {
  const auto* signal = alarm::signal_of(entry);
  return signal != nullptr ? std::string_view{signal->id()} : std::string_view{entry.command_id()};
}

/// What the ledger has of one subject, to be asked often.
class contents {
 public:
  explicit contents(std::span<const Entry> ledger) {
    for (const auto& entry : ledger) {
      tips_.insert(alarm::tip_after(entry));
      if (const auto cause = cause_of(entry); !cause.empty()) causes_.insert(cause);
    }
  }
  /// The entry itself, or another decision of what it came from.
  [[nodiscard]] bool have(const Entry& entry) const {
    return tips_.contains(alarm::tip_after(entry)) || causes_.contains(cause_of(entry));
  }

 private:
  std::unordered_set<std::uint64_t> tips_;
  std::unordered_set<std::string_view> causes_;
};

/// One entry that can't be read concerns its subject alone; anything else is the ledger's absence.
bool is_of_one_subject(base::error_code error) {
  return error == ledger::errc::unreadable_entry || error == ledger::errc::missing_entry;
}

}  // namespace

comparison compare(std::span<const Entry> ours, std::span<const Entry> ledger) {
  comparison out;
  const contents there{ledger};
  for (const auto& entry : ours)
    if (!there.have(entry)) out.missing.push_back(entry);
  if (out.missing.empty()) return out;

  const auto& first = out.missing.front();
  const bool is_our_tail = ours.size() >= out.missing.size() &&
                           ours[ours.size() - out.missing.size()].version() == first.version() &&
                           ours.back().version() - first.version() + 1 == out.missing.size();
  const bool fits = ledger.empty() ? first.version() == 1
                                   : first.version() == ledger.back().version() + 1 &&
                                         (first.previous() == 0 ||
                                          first.previous() == alarm::tip_after(ledger.back()));
  out.where = is_our_tail && fits ? standing::forgotten : standing::parted;
  return out;
}

reconciler::reconciler(ledger_port& ledger, vault_port& vault, hooks to)
    : ledger_(ledger), vault_(vault), hooks_(std::move(to)) {}

void reconciler::begin(vault_sequence from) {
  abandon();
  under_way_ = true;
  next_ = from;
  next_page();
}

void reconciler::abandon() {
  ++run_;
  under_way_ = false;
  stage_ = stage::catching_up;
  held_back_.clear();
  withdrawn_.clear();
  parted_.clear();
}

void reconciler::fail(base::error_code error) {
  abandon();
  hooks_.failed(error);
}

void reconciler::next_page() {
  vault_.read(next_, page_records, while_current([this](base::result<std::vector<vaulted>> page) {
                if (!page) return fail(page.error());
                take_page(std::move(*page));
              }));
}

void reconciler::take_page(std::vector<vaulted> page) {
  const bool full = page.size() == page_records;
  if (!page.empty()) next_ = page.back().sequence + 1;
  std::vector<vaulted> records = std::exchange(held_back_, {});
  std::ranges::move(page, std::back_inserter(records));
  if (full) {
    const auto newest = records.end() - static_cast<std::ptrdiff_t>(held_back_records);
    held_back_.assign(std::make_move_iterator(newest), std::make_move_iterator(records.end()));
    records.erase(newest, records.end());
  } else if (stage_ == stage::catching_up) {
    stage_ = stage::caught_up;
  } else if (stage_ == stage::holding && records.empty()) {
    return finish();
  }
  look_at(std::move(records));
}

/// Inputs keep coming while pages are compared, so the last ones are compared while nothing new is
/// decided: what came meanwhile is little by then.
void reconciler::page_is_done() {
  if (stage_ != stage::caught_up) return next_page();
  look_at_suspects();
}

void reconciler::look_at(std::vector<vaulted> records) {
  for (const auto& record : records)
    withdrawn_.insert(record.withdrawn.begin(), record.withdrawn.end());
  for (const auto& later : held_back_)
    withdrawn_.insert(later.withdrawn.begin(), later.withdrawn.end());

  std::vector<part> parts;
  std::map<subject_key, std::size_t> places;
  for (auto& record : records) {
    if (withdrawn_.contains(record.sequence) || record.entries.empty()) continue;
    subject_key about{record.municipality, record.subject};
    std::vector<numbered>* into = nullptr;
    if (const auto known = parted_.find(about); known != parted_.end()) {
      into = &known->second;
    } else {
      const auto [at, fresh] = places.try_emplace(about, parts.size());
      if (fresh) parts.push_back({about, {}, {}});
      into = &parts[at->second].ours;
    }
    for (auto& entry : record.entries) into->push_back({record.sequence, std::move(entry)});
  }
  compare_with_ledger(std::move(parts));
}

void reconciler::compare_with_ledger(std::vector<part> parts) {
  struct asking {
    std::vector<part> parts;
    std::size_t open = 0;
  };
  constexpr auto version_of = [](const numbered& n) { return n.entry.version(); };
  const auto all = std::make_shared<asking>();
  all->parts = std::move(parts);
  all->open = all->parts.size() + 1;
  const auto one_less = [this, all] {
    if (--all->open == 0) commit_again(all->parts);
  };
  for (std::size_t i = 0; i < all->parts.size(); ++i) {
    const auto& p = all->parts[i];
    // A subject's record that was offered twice stands in the vault twice.
    const auto oldest = std::ranges::min_element(p.ours, {}, version_of)->entry.version();
    ledger_.read_subject(
        p.about.first, p.about.second, std::max<std::uint64_t>(oldest, 2) - 1,
        while_current([this, all, i, one_less](base::result<std::vector<Entry>> entries) {
          if (entries.has_error() && !is_of_one_subject(entries.error()))
            return fail(entries.error());
          auto& asked = all->parts[i];
          std::ranges::stable_sort(asked.ours, {}, version_of);
          std::vector<Entry> ours;
          for (const auto& n : asked.ours)
            if (ours.empty() || alarm::tip_after(ours.back()) != alarm::tip_after(n.entry))
              ours.push_back(n.entry);
          asked.outcome = entries ? compare(ours, *entries) : comparison{standing::parted, {}};
          one_less();
        }));
    if (!under_way_) return;
  }
  one_less();
}

void reconciler::commit_again(std::vector<part>& parts) {
  const auto forgotten = std::make_shared<std::vector<part>>();
  std::vector<ledger::commit> commits;
  for (auto& p : parts) {
    if (p.outcome.where == standing::parted) parted_[p.about] = std::move(p.ours);
    if (p.outcome.where != standing::forgotten) continue;
    const auto& missing = p.outcome.missing;
    commits.push_back(
        ledger::to_commit(p.about.first, p.about.second, missing.front().version() - 1, missing));
    forgotten->push_back(std::move(p));
  }
  if (commits.empty()) return page_is_done();
  spdlog::warn("the ledger lacks entries of {} subjects; committing them again", commits.size());
  ledger_.submit(
      commits, while_current([this, forgotten](std::vector<ledger::commit_result> results) {
        for (std::size_t i = 0; i < results.size(); ++i) {
          auto& p = (*forgotten)[i];
          switch (results[i].status) {
            case ledger::commit_status::committed:
              recommitted_ += p.outcome.missing.size();
              for (const auto& entry : p.outcome.missing) hooks_.restored(entry);
              break;
            case ledger::commit_status::stale:
            case ledger::commit_status::fenced:
              parted_[p.about] = std::move(p.ours);
              break;
            case ledger::commit_status::failed:
              return fail(boost::system::errc::make_error_code(boost::system::errc::not_connected));
          }
        }
        page_is_done();
      }));
}

void reconciler::look_at_suspects() {
  const auto list = hooks_.suspects();
  const auto open = std::make_shared<std::size_t>(list.size() + 1);
  const auto one_less = [this, open] {
    if (--*open > 0) return;
    stage_ = stage::holding;
    hooks_.hold(while_current([this] { next_page(); }));
  };
  for (const auto& one : list) {
    ledger_.read_subject(
        one.municipality, one.subject, one.version,
        while_current([this, one, one_less](base::result<std::vector<Entry>> entries) {
          if (entries.has_error() && !is_of_one_subject(entries.error()))
            return fail(entries.error());
          if (!entries || entries->size() != 1 || alarm::tip_after(entries->front()) != one.tip)
            hooks_.differs(one);
          one_less();
        }));
    if (!under_way_) return;
  }
  one_less();
}

void reconciler::finish() {
  std::vector<merge_input> out;
  for (auto& [about, ours] : parted_) {
    merge_input merge{about.first, about.second, {}, {}};
    for (auto& n : ours)
      if (!withdrawn_.contains(n.sequence)) merge.ours.push_back(std::move(n.entry));
    if (!merge.ours.empty()) out.push_back(std::move(merge));
  }
  const auto upto = next_ - 1;
  abandon();
  hooks_.finished(std::move(out), upto);
}

}  // namespace varde::core
