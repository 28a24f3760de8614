// What the engine counts and times. Names and labels are the ones in docs/administrator.md.
#pragma once

#include <array>

#include "alarm/lane.hpp"
#include "base/metrics.hpp"
#include "core/engine.hpp"

namespace varde::core {

struct engine::meters {
  static constexpr const char* stages_help = "Stages of an alarm's life.";

  explicit meters(base::metrics& all)
      : repeated(
            all.make_counter("varde_signals_repeated_total", "Signals that were known already.")),
        batches(all.make_counter("varde_batches_total", "Batches offered to the ledger.")),
        entries(all.make_counter("varde_entries_committed_total", "Ledger entries committed.")),
        stale(
            all.make_counter("varde_commits_stale_total", "Commits decided on an older version.")),
        failed(all.make_counter("varde_commits_failed_total",
                                "Commits that neither the disk nor the ledger took.")),
        fenced(all.make_counter("varde_commits_fenced_total",
                                "Commits of a lease that another node had taken.")),
        merged(all.make_counter("varde_entries_merged_total",
                                "Entries decided again after an outage.")),
        deeds(all.make_counter("varde_outage_deeds_total",
                               "Entries of an outage that could only be kept beside the case.")),
        recommitted(all.make_gauge("varde_entries_recommitted",
                                   "Entries committed again from the vault, since the start.")),
        island(all.make_gauge("varde_island", "1 while the ledger can't be reached.")),
        disk_failed(all.make_gauge("varde_disk_failed", "1 while the vault takes no records.")),
        replicas_missing(
            all.make_gauge("varde_replicas_missing",
                           "1 while fewer replicas have a commit than the policy asks for.")),
        committed(
            all.make_histogram("varde_stage_seconds", stages_help, {{"stage", "ledger_commit"}})) {
    for (const auto lane :
         {alarm::v1::LANE_LIFE, alarm::v1::LANE_CARE, alarm::v1::LANE_TECHNICAL}) {
      const base::metric_labels labels{{"lane", std::string{alarm::lane_name(lane)}}};
      signals[alarm::lane_index(lane)] =
          &all.make_counter("varde_signals_total", "Signals that reached the core.", labels);
      open_cases[alarm::lane_index(lane)] =
          &all.make_gauge("varde_open_cases", "Cases not closed.", labels);
      const auto stage = [&](const char* name) {
        return &all.make_histogram("varde_stage_seconds", stages_help,
                                   {{"stage", name}, labels.front()});
      };
      decided[alarm::lane_index(lane)] = stage("socket_to_decision");
      acknowledged[alarm::lane_index(lane)] = stage("socket_to_committed");
    }
    static constexpr std::array results{"done",    "repeated",  "stale",
                                        "refused", "not_found", "unavailable"};
    for (std::size_t i = 0; i < results.size(); ++i)
      commands[i] = &all.make_counter("varde_commands_total", "Commands by result.",
                                      {{"result", results[i]}});
  }

  std::array<base::counter*, alarm::lane_count> signals{};
  std::array<base::gauge*, alarm::lane_count> open_cases{};
  std::array<base::counter*, 6> commands{};
  base::counter &repeated, &batches, &entries, &stale, &failed, &fenced, &merged, &deeds;
  base::gauge &recommitted, &island, &disk_failed, &replicas_missing;
  base::latency_histogram& committed;
  std::array<base::latency_histogram*, alarm::lane_count> decided{}, acknowledged{};
};

}  // namespace varde::core
