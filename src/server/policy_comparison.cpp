// One row a signal, with what became of it in each of the two worlds.
#include "server/policy_comparison.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <map>
#include <set>

#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "base/local_time.hpp"

namespace varde::server {

namespace {

struct two_counts {
  std::size_t now = 0, tried = 0;
};

using counts = std::map<std::string, two_counts>;

std::string when(std::int64_t at_us) {
  const auto local = base::to_local(base::from_us(at_us));
  const std::chrono::year_month_day day{local.day};
  const std::chrono::hh_mm_ss time{
      std::chrono::duration_cast<std::chrono::seconds>(local.since_midnight)};
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string in_words(const fate& f) {
  if (f.what.empty()) return "nothing";
  auto words = f.what;
  if (!f.list.empty()) words += fmt::format(" for {}", f.list);
  if (f.opened) words += fmt::format(" ({})", alarm::lane_name(f.lane));
  if (!f.rule.empty()) words += fmt::format(" by {} \"{}\"", f.rule, f.reason);
  return words;
}

std::string table(std::string_view title, const counts& rows) {
  auto text = fmt::format("{:<44}{:>10}{:>10}\n", title, "now", "tried");
  for (const auto& [name, n] : rows)
    text += fmt::format("  {:<42}{:>10}{:>10}\n", name, n.now, n.tried);
  return text;
}

void count(counts& cases, counts& by_rule, const fate& f, std::size_t two_counts::*side) {
  if (f.opened) {
    ++(cases["all"].*side);
    ++(cases[std::string{alarm::name_of(f.kind)}].*side);
  }
  if (!f.rule.empty()) ++(by_rule[fmt::format("{}: {}", f.rule, f.what)].*side);
}

}  // namespace

std::string compare(const policy_world& now, const policy_world& tried) {
  std::map<arrived, std::pair<fate, fate>> both;
  for (const auto& [signal, became] : now.fates()) both[signal].first = became;
  for (const auto& [signal, became] : tried.fates()) both[signal].second = became;

  counts cases{{"all", {}}}, by_rule;
  std::string list;
  std::size_t differing = 0;
  std::set<std::string_view> subjects;
  for (const auto& [signal, fates] : both) {
    const auto& [before, after] = fates;
    subjects.insert(signal.subject);
    count(cases, by_rule, before, &two_counts::now);
    count(cases, by_rule, after, &two_counts::tried);
    if (before == after || ++differing > differences_shown_max) continue;
    list += fmt::format("  {} {} {} {}: {} → {}\n", when(signal.at_us), signal.subject, signal.id,
                        alarm::name_of(before.what.empty() ? after.kind : before.kind),
                        in_words(before), in_words(after));
  }
  auto text = fmt::format("{} signals of {} people and devices.\n\n", both.size(), subjects.size());
  text += table("cases opened", cases);
  if (!by_rule.empty()) text += '\n' + table("signals that a rule decided on", by_rule);
  text += fmt::format("\n{} signals would have gone another way{}\n{}", differing,
                      differing == 0 ? "." : ":", list);
  if (differing > differences_shown_max)
    text += fmt::format("  … and {} more\n", differing - differences_shown_max);
  return text;
}

}  // namespace varde::server
