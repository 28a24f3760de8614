// Putting the tables together, turning secrets into hashes, and the order of the checks.
#include "registry/import.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <optional>

#include "base/hash.hpp"
#include "registry/device_name.hpp"
#include "registry/import_fill.hpp"
#include "registry/import_rules.hpp"
#include "registry/policy_rules.hpp"

namespace varde::registry {

namespace {

constexpr std::string_view tables =
    "municipality, policy, households, residents, devices, teams, plans";

std::string_view last_part(std::string_view name) {
  const auto slash = name.rfind('/');
  return slash == std::string_view::npos ? name : name.substr(slash + 1);
}

/// Takes a text field out of a record; empty if it has none.
std::string take_text(import_node& record, std::string_view name) {
  auto* fields = std::get_if<import_fields>(&record.value);
  if (fields == nullptr) return {};
  const auto at = std::ranges::find(*fields, name, &import_field::name);
  if (at == fields->end() || at->node.text() == nullptr) return {};
  auto text = *at->node.text();
  fields->erase(at);
  return text;
}

class importer {
 public:
  explicit importer(import_outcome& out) : out_{out}, filler_{out.problems} {}

  /// One table of the set, by its name.
  void take(std::string_view table, import_node& node, const std::string& file, bool text_values) {
    if (table == "municipality")
      return filler_.fill(*out_.set.mutable_municipality(), node, file, text_values);
    if (table == "policy") return filler_.fill(*out_.set.mutable_policy(), node, file, text_values);
    auto* records = std::get_if<import_list>(&node.value);
    if (records == nullptr) return blame(file, node.line, fmt::format("{} must be a list", table));
    for (auto& record : *records) {
      if (table == "households")
        filler_.fill(*out_.set.add_households(), record, file, text_values);
      else if (table == "residents")
        filler_.fill(*out_.set.add_residents(), record, file, text_values);
      else if (table == "teams")
        filler_.fill(*out_.set.add_teams(), record, file, text_values);
      else if (table == "plans")
        filler_.fill(*out_.set.add_plans(), record, file, text_values);
      else
        take_device(record, file, text_values);
    }
  }

  void finish(const std::string& file) {
    if (out_.set.municipality().id().empty() && filler_.place_of(out_.set.municipality()).line == 0)
      blame(file, 0, "the municipality itself is missing");
    else
      check_rules(out_.set, filler_);
    for (const auto& device : out_.set.devices()) out_.devices.push_back(filler_.place_of(device));
    finish_policy();
  }

  /// The policy alone.
  void finish_policy() {
    check_policy(out_.set, filler_, out_.foreign_teams);
    std::ranges::stable_sort(out_.problems, [](const auto& a, const auto& b) {
      return std::pair{std::string_view{a.file}, a.line} <
             std::pair{std::string_view{b.file}, b.line};
    });
  }

  void blame(const std::string& file, std::size_t line, std::string what) {
    out_.problems.push_back({file, line, std::move(what)});
  }

 private:
  void take_device(import_node& record, const std::string& file, bool text_values) {
    const auto password = take_text(record, "digest_password");
    const auto secret = take_text(record, "secret");
    auto& device = *out_.set.add_devices();
    filler_.fill(device, record, file, text_values);
    if (!password.empty() && !device.digest_ha1().empty())
      filler_.blame(device, "device: give digest_password or digest_ha1, not both");
    if (!secret.empty() && !device.secret_hash().empty())
      filler_.blame(device, "device: give secret or secret_hash, not both");
    if (!secret.empty() && secret.size() < secret_characters_min)
      filler_.blame(device, fmt::format("device: secret must have at least {} random characters",
                                        secret_characters_min));
    if (!password.empty())
      device.set_digest_ha1(
          base::md5_hex(fmt::format("{}:{}:{}", device.digest_user(), digest_realm, password)));
    if (!secret.empty()) device.set_secret_hash(base::sha256_hex(secret));
  }

  import_outcome& out_;
  import_filler filler_;
};

bool is_table(std::string_view name) {
  constexpr std::string_view all[] = {"municipality", "policy", "households", "residents",
                                      "devices",      "teams",  "plans"};
  return std::ranges::find(all, name) != std::end(all);
}

/// Takes the columns "policy.…" of municipality.csv out of its row; nullopt if it has none.
std::optional<import_node> take_policy(import_node& row) {
  auto* fields = std::get_if<import_fields>(&row.value);
  if (fields == nullptr) return std::nullopt;
  const auto at = std::ranges::find(*fields, "policy", &import_field::name);
  if (at == fields->end()) return std::nullopt;
  auto policy = std::move(at->node);
  fields->erase(at);
  return policy;
}

/// The file as a tree; nullopt if it is none, which is then said in `problems`.
std::optional<import_node> read_tree(const import_file& file,
                                     std::vector<import_problem>& problems) {
  if (file.text.size() > import_bytes_max) {
    problems.push_back({file.name, 0, fmt::format("is larger than {} bytes", import_bytes_max)});
    return std::nullopt;
  }
  auto tree = read_json_tree(file.text, file.name);
  if (tree.problems.empty()) return std::move(tree.root);
  problems = std::move(tree.problems);
  return std::nullopt;
}

}  // namespace

import_outcome import_json(const import_file& file) {
  import_outcome out;
  importer in{out};
  auto root = read_tree(file, out.problems);
  if (!root) return out;
  auto* fields = std::get_if<import_fields>(&root->value);
  if (fields == nullptr) {
    in.blame(file.name, root->line, fmt::format("must be an object with {}", tables));
    return out;
  }
  std::vector<std::string_view> seen;
  for (auto& [name, node] : *fields) {
    if (!is_table(name))
      in.blame(file.name, node.line, fmt::format("unknown field at the top; allowed: {}", tables));
    else if (std::ranges::find(seen, name) != seen.end())
      in.blame(file.name, node.line, fmt::format("{} comes twice", name));
    else
      in.take(name, node, file.name, false);
    seen.push_back(name);
  }
  in.finish(file.name);
  return out;
}

import_outcome import_csv(const std::vector<import_file>& files) {
  import_outcome out;
  importer in{out};
  std::vector<std::string_view> seen;
  for (const auto& file : files) {
    auto table = last_part(file.name);
    if (table.ends_with(".csv")) table.remove_suffix(4);
    if (!is_table(table) || table == "policy") {
      in.blame(file.name, 0,
               "is none of municipality.csv, households.csv, residents.csv, devices.csv, "
               "teams.csv, plans.csv");
      continue;
    }
    if (std::ranges::find(seen, table) != seen.end() || file.text.size() > import_bytes_max) {
      in.blame(file.name, 0,
               fmt::format("comes twice, or is larger than {} bytes", import_bytes_max));
      continue;
    }
    seen.push_back(table);
    auto tree = read_csv_tree(file.text, file.name);
    std::ranges::move(tree.problems, std::back_inserter(out.problems));
    if (table != "municipality") {
      in.take(table, tree.root, file.name, true);
      continue;
    }
    auto& rows = std::get<import_list>(tree.root.value);
    if (rows.size() != 1) {
      in.blame(file.name, 0, "must have exactly one row below its header");
      continue;
    }
    auto policy = take_policy(rows[0]);
    in.take("municipality", rows[0], file.name, true);
    if (policy) in.take("policy", *policy, file.name, true);
  }
  in.finish("municipality.csv");
  return out;
}

import_outcome import_policy(const import_file& file, v1::MunicipalitySet set) {
  import_outcome out;
  out.set = std::move(set);
  out.set.clear_policy();
  importer in{out};
  auto root = read_tree(file, out.problems);
  if (!root) return out;
  in.take("policy", *root, file.name, false);
  in.finish_policy();
  return out;
}

std::vector<import_problem> clashes_with(const import_outcome& outcome,
                                         const std::vector<const v1::MunicipalitySet*>& others) {
  boost::unordered_flat_set<device_name, std::hash<device_name>> taken;
  for (const auto* other : others) {
    if (other->municipality().id() == outcome.set.municipality().id()) continue;
    for (const auto& device : other->devices())
      taken.insert(device_name{device.protocol(), device.wire_id()});
  }
  std::vector<import_problem> problems;
  for (int i = 0; i < outcome.set.devices_size(); ++i) {
    const auto& device = outcome.set.devices(i);
    if (!taken.contains(device_name{device.protocol(), device.wire_id()})) continue;
    const auto& place = outcome.devices[static_cast<std::size_t>(i)];
    // Which municipality has it is not the importing administrator's business.
    problems.push_back(
        {place.file, place.line, "device: wire_id is already registered in another municipality"});
  }
  return problems;
}

std::vector<import_problem> missing_teams(const import_outcome& outcome,
                                          const std::vector<const v1::MunicipalitySet*>& others) {
  std::vector<import_problem> problems;
  for (const auto& named : outcome.foreign_teams) {
    const v1::Team* found = nullptr;
    for (const auto* other : others)
      for (const auto& team : other->teams())
        if (other->municipality().id() == named.municipality && team.id() == named.team)
          found = &team;
    const auto blame = [&](std::string_view what) {
      problems.push_back({named.place.file, named.place.line,
                          fmt::format("team {}/{} {}", named.municipality, named.team, what)});
    };
    if (found == nullptr)
      blame("is in no municipality's set");
    else if (named.must_be_staffed && !found->staffed())
      blame("is not always staffed, so that an escalation can't end there");
  }
  return problems;
}

std::string describe(const import_problem& problem) {
  return problem.line == 0 ? fmt::format("{}: {}", problem.file, problem.what)
                           : fmt::format("{}:{}: {}", problem.file, problem.line, problem.what);
}

}  // namespace varde::registry
