// One function a part of the policy; a message begins with the rule it is about.
#include "registry/policy_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "base/local_time.hpp"
#include "registry/import_text.hpp"
#include "registry/policy_limits.hpp"

namespace varde::registry {

namespace {

using google::protobuf::Message;

constexpr std::string_view varde_prefix = "varde:";
constexpr std::uint32_t code_max = 9'999;  // SCAIP dty and stc
constexpr std::uint32_t place_max = 999;   // SCAIP dco and lco
constexpr std::uint32_t days_a_week = 7;
constexpr std::string_view to_team = "team:";

class policy_checker {
 public:
  policy_checker(const v1::MunicipalitySet& set, import_filler& places,
                 std::vector<foreign_team>& elsewhere)
      : set_{set}, policy_{set.policy()}, places_{places}, elsewhere_{elsewhere} {
    for (const auto& resident : set.residents()) residents_.insert(resident.id());
    for (const auto& device : set.devices()) devices_.insert(device.id());
    for (const auto& team : set.teams()) teams_.try_emplace(team.id(), &team);
  }

  void check() {
    for (const auto& rule : policy_.lane_rules()) check_lane_rule(rule);
    if (policy_.rules_size() > rules_max)
      blame(policy_, fmt::format("policy: has more than {} rules", rules_max));
    for (const auto& rule : policy_.rules()) check_rule(rule);
    for (const auto& profile : policy_.supervision()) check_supervision(profile);
    check_chain(policy_.answer_escalation(), "answer_escalation");
    check_chain(policy_.visit_escalation(), "visit_escalation");
    check_numbers();
    check_load(policy_.load());
    check_outage(policy_.outage());
  }

 private:
  using id_index = boost::unordered_flat_set<std::string_view>;

  void blame(const Message& at, std::string what) { places_.blame(at, std::move(what)); }
  [[nodiscard]] bool is_shared() const { return set_.municipality().id() == alarm::centre; }

  void check_range(const Message& at, std::string_view name, std::uint32_t value, std::uint32_t min,
                   std::uint32_t max) {
    if (value < min || value > max) blame(at, fmt::format("{} must be {} to {}", name, min, max));
  }
  /// 0 is the built-in value.
  void check_or_default(const Message& at, std::string_view name, std::uint32_t value,
                        std::uint32_t min, std::uint32_t max) {
    if (value != 0) check_range(at, name, value, min, max);
  }

  void check_lane_rule(const v1::LaneRule& rule) {
    if (rule.lane() == alarm::v1::LANE_UNSPECIFIED) return blame(rule, "lane is missing");
    if (rule.lane() == alarm::v1::LANE_LIFE) return;
    if (is_shared())
      blame(rule,
            "lane: the shared defaults may only raise to life; what lowers stands in a "
            "municipality's own policy");
    else if (rule.device_kind().empty())
      blame(rule, "lane: what may lower a life alarm must name the device_kind");
  }

  void check_rule(const v1::Rule& rule) {
    if (rule.id().starts_with(varde_prefix))
      return blame(rule, fmt::format("rule: ids that begin with {} are Varde's own", varde_prefix));
    if (!alarm::is_plain_id(rule.id(), id_characters_max))
      return blame(rule, fmt::format("rule: id must be 1 to {} letters, digits, - and _",
                                     id_characters_max));
    if (!rule_ids_.insert(rule.id()).second)
      blame(rule, fmt::format("rule {} comes twice", rule.id()));
    name_ = fmt::format("rule {}: ", rule.id());
    check_match(rule.match());
    const bool does_nothing = rule.what_case() == v1::Rule::WHAT_NOT_SET;
    if (does_nothing && rule.off()) return;
    if (rule.reason().empty())
      blame(rule, name_ + "reason is missing; people see it wherever the rule did something");
    if (does_nothing)
      return blame(rule, name_ +
                             "says not what to do; one of hold, count, absence, noise, pilot, "
                             "check, route");
    check_what(rule);
    check_life(rule);
  }

  void check_match(const v1::RuleMatch& match) {
    const auto known = [&](const auto& ids, const id_index& index, std::string_view what) {
      for (const auto& id : ids)
        if (!index.contains(id))
          blame(match, fmt::format("{}{} {} is not in the set", name_, what, shown(id)));
    };
    known(match.residents(), residents_, "resident");
    known(match.devices(), devices_, "device");
    const auto codes = [&](const auto& values, std::string_view what, std::uint32_t max) {
      for (const auto value : values)
        check_range(match, fmt::format("{}{}", name_, what), value, 0, max);
    };
    codes(match.device_types(), "device_types", code_max);
    codes(match.statuses(), "statuses", code_max);
    codes(match.components(), "components", place_max);
    codes(match.locations(), "locations", place_max);
    for (const auto day : match.days()) check_range(match, name_ + "days", day, 1, days_a_week);
    if (match.from().empty() != match.to().empty()) blame(match, name_ + "from and to go together");
    check_time(match, "from", match.from());
    check_time(match, "to", match.to());
  }

  /// Empty is allowed here.
  void check_time(const Message& at, std::string_view name, std::string_view text) {
    if (!text.empty() && !is_time_of_day(text))
      blame(at, fmt::format("{}{} must be a time like 22:00", name_, name));
  }
  void need_time(const Message& at, std::string_view name, std::string_view text) {
    if (text.empty()) blame(at, fmt::format("{}{} is missing", name_, name));
    check_time(at, name, text);
  }

  void check_what(const v1::Rule& rule) {
    switch (rule.what_case()) {
      case v1::Rule::kHold:
        return check_range(rule.hold(), name_ + "wait_s", rule.hold().wait_s(), 1, hold_wait_s_max);
      case v1::Rule::kCount:
        return check_window(rule.count());
      case v1::Rule::kNoise:
        return check_window(rule.noise());
      case v1::Rule::kAbsence:
        need_time(rule.absence(), "from", rule.absence().from());
        need_time(rule.absence(), "by", rule.absence().by());
        if (!rule.absence().by().empty() && rule.absence().from() == rule.absence().by())
          blame(rule.absence(), name_ + "from and by are the same time");
        return;
      case v1::Rule::kPilot:
        if (!base::local_date(rule.pilot().until()))
          blame(rule.pilot(),
                name_ + "until must be a day like 2027-01-31; a pilot ends by itself");
        return;
      case v1::Rule::kCheck:
        return check_check(rule);
      default:
        return;
    }
  }

  template <class Windowed>
  void check_window(const Windowed& rule) {
    check_range(rule, name_ + "count", rule.count(), count_min, count_max);
    check_range(rule, name_ + "window_s", rule.window_s(), window_s_min, window_s_max);
  }

  void check_check(const v1::Rule& rule) {
    need_time(rule.check(), "due", rule.check().due());
    check_range(rule.check(), name_ + "within_s", rule.check().within_s(), 0, check_slack_s_max);
    check_range(rule.check(), name_ + "early_s", rule.check().early_s(), 0, check_slack_s_max);
    if (rule.match().residents().empty())
      blame(rule, name_ + "match.residents is missing: who is to be looked after");
  }

  /// A rule that its writer believes to touch life, and that never will, is refused.
  void check_life(const v1::Rule& rule) {
    const auto& kinds = rule.match().kinds();
    const auto life = std::ranges::find_if(
        kinds, [](int kind) { return alarm::is_life_kind(static_cast<alarm::v1::Kind>(kind)); });
    const bool waits_for_silence =
        rule.has_absence() || rule.has_check();  // adds cases, takes none away
    if (life == kinds.end() || waits_for_silence) return;
    const auto kind = alarm::name_of(static_cast<alarm::v1::Kind>(*life));
    if (rule.has_route())
      blame(rule, fmt::format("{}kinds names {}: a life alarm always waits in the operators' queue",
                              name_, kind));
    else if (is_shared())
      blame(rule, fmt::format("{}kinds names {}: the shared defaults never touch life; write the "
                              "rule into a municipality's own policy",
                              name_, kind));
    else if (rule.match().device_kinds().empty())
      blame(rule, fmt::format("{}kinds names {}, which is life: the rule would not touch it unless "
                              "match.device_kinds names the devices",
                              name_, kind));
  }

  void check_supervision(const v1::SupervisionProfile& profile) {
    if (!profile.protocol().empty() && profile.protocol() != "scaip" &&
        profile.protocol() != "native")
      blame(profile, "supervision: protocol must be scaip or native");
    if (profile.off()) return;
    // A profile may say only how many beats may be missed.
    if (profile.beat_interval_s() != 0)
      check_range(profile, "supervision: beat_interval_s", profile.beat_interval_s(),
                  beat_interval_s_min, beat_interval_s_max);
    check_range(profile, "supervision: missed_beats", profile.missed_beats(), 0, missed_beats_max);
  }

  template <class Steps>
  void check_chain(const Steps& steps, std::string_view chain) {
    if (steps.empty()) return;
    if (steps.size() > escalation_steps_max)
      blame(steps[0], fmt::format("{}: has more than {} steps", chain, escalation_steps_max));
    std::uint32_t before_s = 0;
    for (const auto& step : steps) {
      check_range(step, fmt::format("{}: after_s", chain), step.after_s(), 1, escalation_s_max);
      if (step.after_s() <= before_s)
        blame(step, fmt::format("{}: after_s must rise from step to step", chain));
      before_s = step.after_s();
      check_recipient(step, chain, &step == &steps[steps.size() - 1]);
    }
  }

  void check_recipient(const v1::EscalationStep& step, std::string_view chain, bool last) {
    const std::string_view to = step.to();
    if (to == "operators" || to == "administrator") return;
    if (!to.starts_with(to_team))
      return blame(step, fmt::format("{}: to must be operators, administrator, team:<id> or "
                                     "team:<municipality>/<id>",
                                     chain));
    auto team = to.substr(to_team.size());
    if (const auto slash = team.find('/'); slash != std::string_view::npos) {
      const auto municipality = team.substr(0, slash);
      team = team.substr(slash + 1);
      if (municipality != set_.municipality().id()) {
        elsewhere_.push_back(
            {std::string{municipality}, std::string{team}, last, places_.place_of(step)});
        return;
      }
    }
    const auto known = teams_.find(team);
    if (known == teams_.end())
      blame(step, fmt::format("{}: team {} is not in the set", chain, shown(team)));
    else if (last && !known->second->staffed())
      blame(step, fmt::format("{}: must end at operators, administrator or a team that is always "
                              "staffed; {} is not",
                              chain, team));
  }

  void check_numbers() {
    check_or_default(policy_, "policy: restated_within_s", policy_.restated_within_s(), 1,
                     restated_within_s_max);
    check_or_default(policy_, "policy: test_default_s", policy_.test_default_s(), 1, test_s_max);
    check_or_default(policy_, "policy: test_max_s", policy_.test_max_s(), 1, test_s_max);
    if (policy_.test_max_s() != 0 && policy_.test_default_s() > policy_.test_max_s())
      blame(policy_, "policy: test_default_s must not be above test_max_s");
  }

  void check_load(const v1::LoadPolicy& load) {
    check_or_default(load, "load: flood_cases", load.flood_cases(), 1, flood_cases_max);
    if (load.shed_to() == alarm::v1::WORK_LIST_PARTNER && load.partner().empty())
      blame(load, "load: partner is missing, the name of the centre that helps");
    if (load.shed_to() == alarm::v1::WORK_LIST_TESTS ||
        load.shed_to() == alarm::v1::WORK_LIST_TECHNICIANS)
      blame(load, "load: shed_to must be later or partner");
  }

  void check_outage(const v1::OutagePolicy& outage) {
    check_or_default(outage, "outage: window_s", outage.window_s(), outage_window_s_min,
                     outage_window_s_max);
    if (outage.devices_min() != 0 && outage.devices_min() < outage_devices_min)
      blame(outage, fmt::format("outage: devices_min must be at least {}", outage_devices_min));
    if (outage.chance_max() < 0 || outage.chance_max() > outage_chance_max)
      blame(outage, fmt::format("outage: chance_max must be 0 to {}", outage_chance_max));
  }

  const v1::MunicipalitySet& set_;
  const v1::Policy& policy_;
  import_filler& places_;
  std::vector<foreign_team>& elsewhere_;
  id_index residents_, devices_, rule_ids_;
  boost::unordered_flat_map<std::string_view, const v1::Team*> teams_;
  std::string name_;  // of the rule that is being checked, as its messages begin
};

}  // namespace

void check_policy(const v1::MunicipalitySet& set, import_filler& places,
                  std::vector<foreign_team>& elsewhere) {
  policy_checker{set, places, elsewhere}.check();
}

}  // namespace varde::registry
