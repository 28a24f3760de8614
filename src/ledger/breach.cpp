// The sentence and the code of each rule, in one table.
#include "ledger/breach.hpp"

#include <array>

namespace varde::ledger {

namespace {

struct wording {
  breach what;
  std::string_view code, text;
};

constexpr std::array<wording, 28> words{{
    {breach::version_gap, "version_gap", "the subject's version is not the next one"},
    {breach::history_parted, "history_parted",
     "the entry was decided on another history of its subject"},
    {breach::signal_twice, "signal_twice", "the signal is in the ledger twice"},
    {breach::command_twice, "command_twice", "the command was carried out twice"},
    {breach::case_opened_twice, "case_opened_twice", "the case was opened before"},
    {breach::no_such_case, "no_such_case", "no such case was opened before"},
    {breach::case_closed, "case_closed", "the case is closed"},
    {breach::case_not_closed, "case_not_closed", "the case was opened again but is not closed"},
    {breach::two_owners, "two_owners", "the case has an owner already"},
    {breach::no_owner, "no_owner", "the case has no owner"},
    {breach::not_the_owner, "not_the_owner", "somebody else owns the case"},
    {breach::closed_under_way, "closed_under_way", "the case was closed with a visit under way"},
    {breach::no_such_visit, "no_such_visit", "no such visit was offered before"},
    {breach::visit_offered_twice, "visit_offered_twice", "the visit was offered before"},
    {breach::team_sent_twice, "team_sent_twice", "the team was already sent to this case"},
    {breach::visit_accepted_twice, "visit_accepted_twice", "the visit was accepted before"},
    {breach::visit_out_of_order, "visit_out_of_order",
     "the visit's step does not follow from the one before"},
    {breach::visit_of_another, "visit_of_another", "somebody else accepted the visit"},
    {breach::lease_elsewhere, "lease_elsewhere", "a lease was taken on a subject of another kind"},
    {breach::lease_not_rising, "lease_not_rising",
     "the lease's token is not higher than the one before"},
    {breach::not_held, "not_held", "the signal whose hold ended was not held"},
    {breach::hold_without_case, "hold_without_case",
     "what was held was neither restored nor made a case at once"},
    {breach::lane_fell, "lane_fell", "the case's lane fell"},
    {breach::life_off_the_queue, "life_off_the_queue",
     "a life case waits elsewhere than in the operators' queue"},
    {breach::personal_closed, "personal_closed", "a personal case was closed without a person"},
    {breach::vaulted_signal_lost, "vaulted_signal_lost",
     "the vault holds a signal that is nowhere in the ledger"},
    {breach::vaulted_entry_lost, "vaulted_entry_lost",
     "the vault holds an entry that the ledger does not have, nor another in its place"},
    {breach::unreadable_vaulted, "unreadable_vaulted",
     "a record of the vault can't be read by this version"},
}};

const wording& words_of(breach b) noexcept { return words.at(static_cast<std::size_t>(b)); }

constexpr bool in_order() {
  for (std::size_t i = 0; i < words.size(); ++i)
    if (static_cast<std::size_t>(words[i].what) != i) return false;
  return static_cast<std::size_t>(breach::unreadable_vaulted) + 1 == words.size();
}
static_assert(in_order(), "a rule has no words, or they are not in the enum's order");

}  // namespace

std::string_view to_text(breach b) noexcept { return words_of(b).text; }
std::string_view to_code(breach b) noexcept { return words_of(b).code; }

}  // namespace varde::ledger
