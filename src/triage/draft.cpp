// What every entry of a decision says alike.
#include "triage/draft.hpp"

#include "alarm/fold.hpp"
#include "alarm/ids.hpp"

namespace varde::triage {

using namespace alarm::v1;

std::string scoped_id(const Command& command) {
  return command.actor().user() + "/" + command.id();
}

draft::draft(const SubjectState& state, const Signal& signal, const context& at)
    : state_(state), at_(at), signal_(&signal) {}

draft::draft(const SubjectState& state, const Command& command, const context& at)
    : state_(state), at_(at), command_(&command) {}

Entry& draft::add(const std::string& case_id) {
  const bool first = entries_.empty();
  const auto previous = first ? state_.tip() : alarm::tip_after(entries_.back());
  auto& entry = entries_.emplace_back();
  entry.set_format(1);
  entry.mutable_municipality()->assign(at_.municipality);
  entry.mutable_subject()->assign(at_.subject);
  entry.set_version(state_.version() + entries_.size());
  entry.set_previous(previous);
  entry.set_at_us(base::to_us(at_.now));
  entry.mutable_node()->assign(at_.node);
  if (!case_id.empty()) entry.set_case_id(case_id);
  if (signal_ != nullptr) {
    entry.set_trace(signal_->trace());
    auto& actor = *entry.mutable_actor();
    actor.set_kind(ACTOR_KIND_DEVICE);
    actor.set_user(signal_->device());
    actor.set_origin(signal_->source());
  } else {
    entry.set_trace(command_->trace());
    *entry.mutable_actor() = command_->actor();
    if (first) entry.set_command_id(scoped_id(*command_));
  }
  return entry;
}

std::string draft::id_of_new_case() const {
  const auto version = state_.version() + entries_.size() + 1;
  return alarm::make_case_id(at_.municipality, at_.subject, version).str();
}

}  // namespace varde::triage
