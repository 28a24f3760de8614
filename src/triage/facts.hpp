// What the registry and the core know about a signal's sender, gathered by the shell so that
// deciding stays pure. Whatever is not known is left empty, and then no rule that asks for it
// matches: the alarm goes its ordinary way.
#pragma once

#include <string_view>

namespace varde::triage {

/// The views live as long as what they were gathered from.
struct facts {
  /// The municipality's id of the device; empty: unknown.
  std::string_view device;
  /// Of the device, or of its sensor if the signal names one.
  std::string_view device_kind;
  /// Id, if the subject is a resident.
  std::string_view resident;
  /// Of the resident, or of any resident of the household: no answer is never "OK".
  bool cognitive_impairment = false;
  /// A household's device with two or more residents: "who is it?".
  bool serves_several = false;
  /// Id of the outage case that covers the device now; empty: none.
  std::string_view in_outage;
};

}  // namespace varde::triage
