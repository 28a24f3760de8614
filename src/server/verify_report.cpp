// The sentences begin with what was looked at, so that "whole" says of what.
#include "server/verify_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

#include "base/json_writer.hpp"

namespace varde::server {

namespace {

std::string count(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string describe(const verified_municipality& m) {
  const auto& c = m.counts;
  auto line = fmt::format(
      "{}: {} of {}; {} ({} open), {}, {}, {}.\n", m.id, count(m.entries, "entry", "entries"),
      count(c.subjects, "subject", "subjects"), count(c.cases, "case", "cases"), c.cases_open,
      count(c.signals, "signal", "signals"), count(c.commands, "command", "commands"),
      count(c.visits, "visit", "visits"));
  if (c.outage_deeds > 0)
    line += fmt::format("  {} of an outage stand beside what the ledger decided.\n",
                        count(c.outage_deeds, "deed", "deeds"));
  if (c.unknown > 0)
    line += fmt::format("  {} say what only a newer version understands; not judged.\n",
                        count(c.unknown, "entry", "entries"));
  return line;
}

std::string describe(const verified_vault& v) {
  auto line = fmt::format("Vault {}: {}.\n", fmt::join(v.directories, ", "),
                          count(v.read.records, "record", "records"));
  if (v.read.torn_bytes > 0)
    line += fmt::format("  {} of an unfinished write at its end, promised to nobody.\n",
                        count(v.read.torn_bytes, "byte", "bytes"));
  if (!v.read.fault.empty()) line += fmt::format("  {}\n", v.read.fault);
  return line;
}

std::string describe(const ledger::vault_counts& v) {
  auto line = fmt::format("{} in the vaults: {} in the ledger as they are, {} decided again there",
                          count(v.entries, "entry", "entries"), v.as_vaulted, v.decided_again);
  if (v.outage_deeds > 0) line += fmt::format(", {} kept as deeds of an outage", v.outage_deeds);
  if (v.withdrawn > 0) line += fmt::format(", {} taken back by their node", v.withdrawn);
  if (v.overtaken > 0) line += fmt::format(", {} overtaken by another node", v.overtaken);
  return line + fmt::format(", {} lost.\n", v.lost);
}

std::string describe(const verify_flaw& f) {
  std::string where = f.at == ledger::position{} ? "" : fmt::format(" at {}", to_string(f.at));
  if (!f.subject.empty()) where += fmt::format(", subject {}", f.subject);
  if (f.version > 0) where += fmt::format(", version {}", f.version);
  return fmt::format("  {}{}: {}{}{}.\n", f.municipality, where, f.text,
                     f.detail.empty() ? "" : ": ", f.detail);
}

void write(base::json_writer& json, const verified_municipality& m) {
  const auto& c = m.counts;
  json.begin_object();
  json.member("id", m.id);
  json.member("position", to_string(m.last));
  json.member("hash", m.hash);
  json.member("entries", m.entries);
  json.member("subjects", c.subjects);
  json.member("cases", c.cases);
  json.member("cases_open", c.cases_open);
  json.member("signals", c.signals);
  json.member("commands", c.commands);
  json.member("visits", c.visits);
  json.member("leases", c.leases);
  json.member("outage_deeds", c.outage_deeds);
  json.member("unknown", c.unknown);
  json.end_object();
}

void write(base::json_writer& json, const verified_vault& v) {
  json.begin_object();
  json.key("directories");
  json.begin_array();
  for (const auto& directory : v.directories) json.value(directory);
  json.end_array();
  json.member("records", v.read.records);
  json.member("torn_bytes", v.read.torn_bytes);
  json.member("fault", v.read.fault);
  json.end_object();
}

void write(base::json_writer& json, const verify_flaw& f) {
  json.begin_object();
  json.member("municipality", f.municipality);
  json.member("position", f.at == ledger::position{} ? "" : to_string(f.at));
  json.member("subject", f.subject);
  json.member("version", f.version);
  json.member("code", f.code);
  json.member("text", f.text);
  json.member("detail", f.detail);
  json.end_object();
}

template <class Items>
void write_all(base::json_writer& json, std::string_view name, const Items& items) {
  json.key(name);
  json.begin_array();
  for (const auto& item : items) write(json, item);
  json.end_array();
}

}  // namespace

void verify_report::add(verify_flaw found) {
  if (++flaws_total <= flaws_shown_max) flaws.push_back(std::move(found));
}

std::string as_sentences(const verify_report& report) {
  std::string text;
  for (const auto& one : report.municipalities) text += describe(one);
  for (const auto& one : report.vaults) text += describe(one);
  if (!report.vaults.empty()) text += describe(report.vaulted);
  if (report.flaws_total == 0)
    return text +
           "Whole: the chains are intact, versions have no gaps, every signal is in one "
           "place, no case had two owners, nothing was carried out twice.\n";
  text += fmt::format("{}:\n", count(report.flaws_total, "flaw", "flaws"));
  for (const auto& one : report.flaws) text += describe(one);
  if (report.flaws.size() < report.flaws_total)
    text += fmt::format("  and {} more.\n", report.flaws_total - report.flaws.size());
  return text;
}

std::string as_json(const verify_report& report) {
  std::string text;
  base::json_writer json{text};
  json.begin_object();
  json.member("whole", report.flaws_total == 0);
  write_all(json, "municipalities", report.municipalities);
  write_all(json, "vaults", report.vaults);
  json.key("vaulted");
  json.begin_object();
  json.member("commits", report.vaulted.commits);
  json.member("entries", report.vaulted.entries);
  json.member("as_vaulted", report.vaulted.as_vaulted);
  json.member("decided_again", report.vaulted.decided_again);
  json.member("outage_deeds", report.vaulted.outage_deeds);
  json.member("withdrawn", report.vaulted.withdrawn);
  json.member("overtaken", report.vaulted.overtaken);
  json.member("lost", report.vaulted.lost);
  json.end_object();
  json.member("flaws_total", report.flaws_total);
  write_all(json, "flaws", report.flaws);
  json.end_object();
  return text + '\n';
}

}  // namespace varde::server
