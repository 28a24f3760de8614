// Writing the condition.
#include "board/condition_json.hpp"

#include <fmt/format.h>

#include "base/json_writer.hpp"

namespace varde::board {

namespace {

void write_since(base::json_writer& json, std::string_view name,
                 const std::optional<base::wall_time>& since) {
  json.key(name);
  since ? json.value(base::to_rfc3339(*since)) : json.null();
}

}  // namespace

std::string condition_frame(const node_condition& now) {
  std::string text;
  base::json_writer json{text};
  json.begin_object();
  json.member("type", "condition");
  write_since(json, "island_since", now.island_since);
  json.member("reconciling", now.reconciling);
  write_since(json, "disk_failed_since", now.disk_failed_since);
  json.member("replicas_missing", now.replicas_missing);
  json.end_object();
  return text;
}

std::vector<std::string> degradations(const node_condition& now) {
  std::vector<std::string> out;
  if (now.island_since)
    out.push_back(fmt::format("the ledger is away since {}: alarms are kept on this node's disk{}",
                              base::to_rfc3339(*now.island_since),
                              now.reconciling ? ", which is being merged" : ""));
  else if (now.reconciling)
    out.emplace_back("this node's disk is being held against the ledger");
  if (now.disk_failed_since)
    out.push_back(fmt::format("the vault takes no records since {}: only life alarms are taken",
                              base::to_rfc3339(*now.disk_failed_since)));
  if (now.replicas_missing) out.emplace_back("fewer replicas have the ledger than are asked for");
  return out;
}

bool can_acknowledge(const node_condition& now) {
  return !(now.island_since && now.disk_failed_since);
}

}  // namespace varde::board
