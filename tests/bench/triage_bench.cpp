// How many signals the core decides a second: a mix of information, repeats, restorals and
// technical alarms, one in a hundred of which opens a case, over many subjects, with a policy of
// ordinary size. What is measured is deciding; applying the entries is a benchmark of its own.
// Times are of the processor, so a busy machine gives the same figure.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "alarm/fold.hpp"
#include "triage/decision.hpp"

namespace {

using namespace varde;
using namespace varde::alarm::v1;

constexpr std::int64_t start_us = 1'800'000'000'000'000;
constexpr std::size_t subjects = 10'000;
constexpr std::size_t mix_size = 100;  // of which one opens a case

registry::v1::Policy ordinary_policy() {
  registry::v1::Policy policy;
  for (int i = 0; i < 8; ++i) {
    auto& rule = *policy.add_rules();
    rule.set_id("rule-" + std::to_string(i));
    rule.mutable_match()->add_device_kinds("kind-" + std::to_string(i));
    if (i % 4 == 0) rule.mutable_hold()->set_wait_s(60);
    if (i % 4 == 1) rule.mutable_count()->set_count(3);
    if (i % 4 == 2) rule.mutable_route()->set_list(WORK_LIST_LATER);
    if (i % 4 == 3) rule.mutable_absence()->set_by("10:00");
  }
  return policy;
}

Signal signal_of(std::size_t number, std::uint32_t type, std::uint32_t status) {
  Signal signal;
  signal.set_id("10140001/" + std::to_string(number));
  signal.set_protocol("scaip");
  signal.set_device("10140001");
  signal.set_intent(INTENT_ALARM);
  signal.set_device_type(type);
  signal.set_status(status);
  signal.set_received_at_us(start_us);
  signal.set_trace("00000000000000aa");
  return signal;
}

struct stored_mix {
  registry::v1::Policy policy = ordinary_policy();
  std::vector<SubjectState> states;
  std::vector<Signal> signals;

  stored_mix() {
    const triage::facts about{.device = "d-1", .device_kind = "button", .resident = "1"};
    for (std::size_t i = 0; i < subjects; ++i) {
      auto& state = states.emplace_back();
      state.set_municipality("9901");
      state.set_subject("r-" + std::to_string(i));
      for (std::size_t n = 0; n < 8; ++n) {
        const auto signal = signal_of(n, 10, 102);
        const triage::context at{"9901", state.subject(), "node-a", base::from_us(start_us)};
        const auto what = triage::classify(signal, about.device_kind, policy);
        for (const auto& entry :
             triage::decide_signal(state, signal, what, about, policy, {}, at).entries)
          alarm::apply(state, entry);
      }
    }
    for (std::size_t i = 0; i < mix_size; ++i) {
      if (i == 0)
        signals.push_back(signal_of(100, 4, 10));
      else if (i % 2 == 0)
        signals.push_back(signal_of(i % 8, 10, 102));  // a retransmission
      else
        signals.push_back(signal_of(100 + i, 10, i % 10 == 1 ? 86u : 102u));
    }
  }
};

void decide_a_mixed_stream(benchmark::State& run) {
  const stored_mix mix;
  const triage::facts about{.device = "d-1", .device_kind = "button", .resident = "1"};
  const std::vector<Step> plan(4);
  std::size_t n = 0;
  std::int64_t cases = 0;
  for (auto _ : run) {
    const auto& state = mix.states[n * 7 % subjects];
    const auto& signal = mix.signals[n % mix_size];
    const auto what = triage::classify(signal, about.device_kind, mix.policy);
    const auto decision =
        triage::decide_signal(state, signal, what, about, mix.policy, plan,
                              {"9901", state.subject(), "node-a", base::from_us(start_us)});
    cases += !decision.entries.empty() && decision.entries[0].has_case_opened();
    benchmark::DoNotOptimize(decision);
    ++n;
  }
  run.SetItemsProcessed(run.iterations());
  run.counters["cases_percent"] =
      100.0 * static_cast<double>(cases) / static_cast<double>(run.iterations());
}
BENCHMARK(decide_a_mixed_stream);

}  // namespace
