// What the nodes tell each other: whom they heard, in batches; what was heard before we were there;
// and, before anybody is declared gone, the question whether somebody else heard it.
#include <algorithm>

#include "supervision/sweep.hpp"
#include "supervision/sweep_meters.hpp"

namespace varde::supervision {

using registry::thing_number;

namespace {

/// After a question that was not answered, those it was about are looked at again.
constexpr std::uint32_t ask_again_after_s = 5;

}  // namespace

// --- Reading all ---------------------------------------------------------------------------------

void sweep::load(std::uint16_t at) {
  loading_ = true;
  places_[at].times = loaded::being_read;
  const auto& municipality = watched_.municipalities()[at];
  with_.store.read_all(
      municipality,
      [this, at](const seen_store::page& some) {
        for (const auto& [name, unix_s] : some) {
          const auto number = find_by_name(watched_.view(), watched_.municipalities()[at], name);
          if (watched* w = watched_.find(number)) heard_elsewhere(number, *w, unix_s);
        }
      },
      [this, at](bool all) {
        loading_ = false;
        places_[at].times = all ? loaded::yes : loaded::no;
      });
}

void sweep::heard_elsewhere(thing_number number, watched& w, std::uint32_t unix_s) {
  const auto heard_s = from_unix(unix_s);
  w.written_s = std::max(w.written_s, heard_s);
  with_.seen.raise(number, heard_s);
}

// --- Telling the others --------------------------------------------------------------------------

void sweep::tell_nodes(thing_number number, watched& w) {
  const auto heard_s = with_.seen.look(number).heard_s;
  if (heard_s <= w.written_s || !was_together_) return;
  seen_batch& batch = places_[w.municipality].heard;
  if (batch.size() >= options_.fields_max) flush(w.municipality);
  if (batch.size() >= options_.fields_max) return;  // at the next look
  batch.add(number, watched_.thing_of(w), to_unix(heard_s));
  w.written_s = heard_s;
}

void sweep::flush(std::uint16_t at) {
  seen_batch& batch = places_[at].heard;
  if (batch.size() == 0 || writes_in_flight_ >= options_.writes_in_flight_max ||
      !with_.store.reachable())
    return;
  ++writes_in_flight_;
  meters_->batches.add();
  meters_->written.add(batch.size());
  with_.store.write(watched_.municipalities()[at], batch.words(),
                    [this, numbers = batch.numbers()](bool done) {
                      --writes_in_flight_;
                      if (done) return;
                      for (const auto number : numbers)
                        if (watched* w = watched_.find(number)) w->written_s = 0;
                    });
  batch.clear();
}

// --- Asking the others ---------------------------------------------------------------------------

/// Those of one municipality whose time ran out together.
struct sweep::inquiry {
  std::uint16_t place = 0;
  std::vector<thing_number> numbers;
  std::size_t asked = 0;
  std::size_t in_flight = 0;
  bool failed = false;
};

void sweep::ask(std::uint16_t at) {
  place& p = places_[at];
  p.asking = true;
  auto all = std::make_shared<inquiry>();
  all->place = at;
  all->numbers = std::exchange(p.missing, {});
  ask_more(all);
}

void sweep::ask_more(const std::shared_ptr<inquiry>& all) {
  while (all->asked < all->numbers.size() && all->in_flight < options_.questions_in_flight_max) {
    const auto from = all->asked;
    const auto count = std::min(options_.fields_max, all->numbers.size() - from);
    all->asked += count;
    std::vector<std::string> names(count);
    for (std::size_t i = 0; i < count; ++i)
      if (const watched* w = watched_.find(all->numbers[from + i]))
        watched_.thing_of(*w).append_name(names[i]);
    const std::vector<std::string_view> words(names.begin(), names.end());
    ++all->in_flight;
    with_.store.ask(watched_.municipalities()[all->place], words,
                    [this, all, from](const base::result<seen_store::times>& times) {
                      --all->in_flight;
                      if (times)
                        for (std::size_t i = 0; i < times->size(); ++i)
                          if (watched* w = watched_.find(all->numbers[from + i]))
                            heard_elsewhere(all->numbers[from + i], *w, (*times)[i]);
                      all->failed |= !times;
                      ask_more(all);
                    });
  }
  if (all->in_flight == 0) judge(*all);
}

void sweep::judge(const inquiry& all) {
  place& p = places_[all.place];
  p.asking = false;
  const bool ours = may_judge(p) && with_.keeps(watched_.municipalities()[all.place]);
  std::vector<thing_number> lost;
  for (const auto number : all.numbers) {
    watched* const w = watched_.find(number);
    if (w == nullptr || w->now.state() != presence_state::missing) continue;
    const auto due_s = gone_at(number, *w);
    const watched* gateway = gateway_of(number, *w);
    const bool by_itself = gateway == nullptr || gateway->now.state() == presence_state::present;
    if (ours && !all.failed && by_itself && now_s_ >= due_s) {
      lost.push_back(number);
      continue;
    }
    w->now.found();
    const auto half_s = std::max<std::uint32_t>(w->of.limit_s / 2, 1);
    arm(number, all.failed        ? now_s_ + ask_again_after_s
                : now_s_ >= due_s ? now_s_ + half_s
                                  : std::min(due_s, now_s_ + half_s));
  }
  lose(all.place, lost);
}

void sweep::lose(std::uint16_t at, std::span<const thing_number> numbers) {
  if (numbers.empty()) return;
  std::vector<gone> together;
  together.reserve(numbers.size());
  for (const auto number : numbers) {
    watched& w = *watched_.find(number);
    w.now.lose();
    w.lost_s = with_.seen.look(number).heard_s;
    w.tries = 0;
    ++absent_;
    with_.seen.stand(number, standing::absent);
    together.push_back({watched_.thing_of(w), to_unix(w.lost_s)});
  }
  std::vector<bool> kept;
  if (gone_eye_) kept = gone_eye_(watched_.municipalities()[at], together);
  kept.resize(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    watched& w = *watched_.find(numbers[i]);
    w.kept = kept[i];
    w.told = !kept[i];
    if (w.told) tell_ledger(numbers[i], finding::kind::gone);
    // Looked at once more: a sign of life just now may have rung no bell.
    arm(numbers[i], now_s_ + options_.told_again_after_s);
  }
}

}  // namespace varde::supervision
