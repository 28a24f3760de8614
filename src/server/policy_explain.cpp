// Reading the signal, asking the registry whose device it is, and printing the core's own words.
#include "server/policy_explain.hpp"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>

#include <optional>
#include <ostream>

#include "alarm/ids.hpp"
#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "base/local_time.hpp"
#include "core/gather.hpp"
#include "registry/binding.hpp"
#include "registry/import.hpp"
#include "registry/view.hpp"
#include "server/import_report.hpp"
#include "server/stored_policies.hpp"
#include "triage/explain.hpp"
#include "wire/scaip.hpp"

namespace varde::server {

namespace {

using namespace registry;

/// Without a sender's own time it came just now.
std::optional<alarm::v1::Signal> read_scaip(std::string_view xml, std::string& wrong) {
  const auto reading = wire::parse_mrq(xml);
  if (!reading) {
    wrong = reading.error().message();
    return std::nullopt;
  }
  if (reading->problem != wire::scaip_status::ok) {
    wrong = fmt::format("a device would be answered with status {}: {}",
                        static_cast<int>(reading->problem), reading->detail);
    return std::nullopt;
  }
  return wire::to_signal(reading->request, base::wall_now(), "");
}

std::optional<alarm::v1::Signal> read_json(const std::string& text, std::string& wrong) {
  alarm::v1::Signal signal;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &signal);
  if (!status.ok()) {
    wrong = status.ToString();
    return std::nullopt;
  }
  if (signal.protocol().empty()) signal.set_protocol(std::string{wire::scaip_protocol});
  if (signal.intent() == alarm::v1::INTENT_UNSPECIFIED) signal.set_intent(alarm::v1::INTENT_ALARM);
  if (signal.id().empty()) signal.set_id(signal.device() + "/explained");
  if (signal.received_at_us() == 0) signal.set_received_at_us(base::to_us(base::wall_now()));
  return signal;
}

std::optional<alarm::v1::Signal> read_signal(const policy_explain_request& request,
                                             std::ostream& errors) {
  const auto file = read_import_file(request.signal, errors);
  if (!file) return std::nullopt;
  const auto first = file->text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  const bool xml = first != std::string::npos && file->text[first] == '<';
  std::string wrong;
  auto signal = xml ? read_scaip(file->text, wrong) : read_json(file->text, wrong);
  if (!signal) {
    errors << fmt::format("{}: is no signal: {}\n", request.signal, wrong);
    return std::nullopt;
  }
  if (request.at.empty()) return signal;
  const auto clock = base::time_of_day(request.at);
  if (!clock) {
    errors << "--at must be a time of day like 22:30\n";
    return std::nullopt;
  }
  const auto today = base::to_local(base::wall_now()).day;
  signal->set_received_at_us(base::to_us(base::from_local(today, *clock)));
  return signal;
}

std::string sentence(const triage::rule_part& part) {
  const auto sort = part.sort.empty() ? std::string{} : fmt::format(" ({})", part.sort);
  const auto reason =
      part.decided && !part.reason.empty() ? fmt::format(" \"{}\"", part.reason) : std::string{};
  return fmt::format("  {} {}{}: {}{}\n", part.decided ? '*' : '-', part.rule, sort, part.what,
                     reason);
}

std::string report(const set_view& set, const alarm::v1::Signal& signal) {
  const view all{{set.with_defaults(v1::Policy::default_instance())}};
  const auto bound = registry::bind(all, signal.protocol(), signal.device(), signal.source());
  const auto subject = bound.subject.str();
  const auto at = base::from_us(signal.received_at_us());
  auto about = core::facts_about(set, subject, signal);
  const auto what = bound.known ? triage::classify(signal, about.device_kind, set.policy())
                                : triage::classify_unknown();

  auto text = fmt::format("{} {} from device {}: kind {}, lane {} ({})\n", signal.protocol(),
                          signal.id(), signal.device(), alarm::name_of(what.kind),
                          alarm::lane_name(what.lane), what.reason);
  text += about.device.empty() ? std::string{"The device is not in the municipality's register.\n"}
                               : fmt::format("The device is {}, a {}, of {}.\n", about.device,
                                             about.device_kind, subject);
  alarm::v1::SubjectState nothing;
  nothing.set_municipality(set.id());
  nothing.set_subject(std::string{subject});
  const auto told = triage::explain(nothing, signal, what, about, set.policy(), {},
                                    {set.id(), subject, "explain", at});
  text += told.rules.empty() ? "The policy has no rules.\n" : "Rules:\n";
  for (const auto& part : told.rules) text += sentence(part);
  text += "Outcome:\n";
  for (const auto& deed : told.outcome) text += fmt::format("  {}\n", deed);
  return text;
}

}  // namespace

int run_policy_explain(const policy_explain_request& request, std::ostream& out,
                       std::ostream& errors) {
  const auto signal = read_signal(request, errors);
  if (!signal) return exit_bad_files;
  blocking_store store{request.where};
  stored_policies all;
  if (!all.load(store, request.where, errors)) return exit_not_now;
  auto* chosen = all.choose(request.municipality, errors);
  if (chosen == nullptr) return exit_bad_files;
  std::string source = fmt::format("version {}", chosen->set.version());
  if (!request.policy.empty()) {
    const auto file = read_import_file(request.policy, errors);
    if (!file) return exit_bad_files;
    auto tried = import_policy(*file, chosen->set);
    if (!tried.problems.empty()) return report_problems(tried.problems, errors);
    chosen->set = std::move(tried.set);
    source = request.policy;
  }
  out << fmt::format("Policy of {}, {}, over the shared defaults.\n", name_of(chosen->set), source)
      << report(*set_view::make(std::move(chosen->set), all.defaults()), *signal);
  return exit_imported;
}

}  // namespace varde::server
