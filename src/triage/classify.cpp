// The two tables, by status code and by device type, and how they combine.
#include "triage/classify.hpp"

#include <array>

#include "alarm/lifecycle.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

struct type_row {
  std::uint32_t device_type;
  Kind kind;
  Lane lane;
  bool low = false;
};

// By SCAIP device type. Types that are not here are treated as a safety alarm.
constexpr std::array type_table{
    type_row{0, KIND_SAFETY_ALARM, LANE_LIFE},  // unknown
    type_row{1, KIND_SAFETY_ALARM, LANE_LIFE},  // undefined
    type_row{2, KIND_SAFETY_ALARM, LANE_LIFE},  // local unit and controller
    type_row{3, KIND_SAFETY_ALARM, LANE_LIFE},  // personal trigger
    type_row{4, KIND_SAFETY_ALARM, LANE_LIFE},  // fixed trigger
    type_row{5, KIND_FALL, LANE_LIFE},
    type_row{6, KIND_SAFETY_ALARM, LANE_LIFE},          // personal attack
    type_row{7, KIND_SAFETY_ALARM, LANE_LIFE},          // panic
    type_row{8, KIND_OTHER_PERSONAL, LANE_CARE, true},  // duty switch, remote
    type_row{9, KIND_OTHER_PERSONAL, LANE_CARE, true},  // duty switch, local
    type_row{10, KIND_INACTIVITY, LANE_CARE},
    type_row{11, KIND_MEDICINE, LANE_CARE},
    type_row{12, KIND_BED, LANE_CARE},
    type_row{13, KIND_BED, LANE_CARE},  // mat
    type_row{14, KIND_DOOR, LANE_CARE},
    type_row{15, KIND_DOOR, LANE_CARE},    // wandering
    type_row{16, KIND_HEALTH, LANE_CARE},  // enuresis
    type_row{17, KIND_EPILEPSY, LANE_LIFE},
    type_row{18, KIND_INACTIVITY, LANE_CARE},   // occupancy
    type_row{19, KIND_HEALTH, LANE_LIFE},       // heart rate
    type_row{20, KIND_TEMPERATURE, LANE_CARE},  // environmental
    type_row{21, KIND_GAS, LANE_LIFE},
    type_row{22, KIND_OTHER_PERSONAL, LANE_CARE, true},  // lighting
    type_row{23, KIND_FIRE, LANE_LIFE},                  // smoke
    type_row{24, KIND_TEMPERATURE, LANE_CARE},           // heating
    type_row{25, KIND_FIRE, LANE_LIFE},                  // heat
    type_row{26, KIND_GAS, LANE_LIFE},                   // carbon monoxide
    type_row{27, KIND_INTRUDER, LANE_LIFE},              // bogus caller: somebody is with her
    type_row{28, KIND_INTRUDER, LANE_CARE},
    type_row{29, KIND_DOOR, LANE_CARE},        // boundary
    type_row{30, KIND_FALL, LANE_LIFE},        // man-down
    type_row{31, KIND_FAULT, LANE_TECHNICAL},  // system monitor
    type_row{32, KIND_LINK, LANE_TECHNICAL},   // communication link monitor
    type_row{33, KIND_WATER, LANE_CARE},       // flood
    type_row{34, KIND_WATER, LANE_CARE},       // bath
    type_row{35, KIND_DOOR, LANE_CARE, true},  // latch key
    type_row{36, KIND_DOOR, LANE_CARE},        // perimeter
    type_row{37, KIND_FIRE, LANE_LIFE},        // sprinkler
    type_row{38, KIND_TAMPER, LANE_TECHNICAL},
    type_row{39, KIND_FAULT, LANE_TECHNICAL},      // printer
    type_row{40, KIND_LINK, LANE_TECHNICAL},       // router
    type_row{41, KIND_MAINS, LANE_TECHNICAL},      // power supply
    type_row{43, KIND_DOOR, LANE_CARE, true},      // access
    type_row{44, KIND_BED, LANE_CARE},             // chair
    type_row{45, KIND_SAFETY_ALARM, LANE_LIFE},    // controller
    type_row{46, KIND_OTHER_PERSONAL, LANE_LIFE},  // elevator: somebody is stuck
    type_row{47, KIND_FIRE, LANE_LIFE},            // fire system
    type_row{48, KIND_SAFETY_ALARM, LANE_LIFE},    // local unit
    type_row{49, KIND_SAFETY_ALARM, LANE_LIFE},    // monitoring
    type_row{50, KIND_LINK, LANE_TECHNICAL},       // radio unit
    type_row{51, KIND_DOOR, LANE_CARE},            // tracking
};

enum class reading { by_type, technical, technical_reset, reset, information, low_alarm };

struct status_row {
  std::uint32_t status;
  reading read;
  Kind kind = KIND_UNSPECIFIED;  // for the technical readings
};

// By SCAIP status code. Codes that are not here say "alarm, of the device type's kind".
constexpr std::array status_table{
    status_row{2, reading::reset},  // abort
    status_row{14, reading::technical, KIND_BATTERY},
    status_row{15, reading::technical_reset, KIND_BATTERY},
    status_row{16, reading::technical, KIND_BATTERY},
    status_row{19, reading::reset},  // cancel
    status_row{21, reading::reset},  // closed
    status_row{23, reading::technical, KIND_LINK},
    status_row{24, reading::technical, KIND_LINK},
    status_row{25, reading::technical, KIND_LINK},
    status_row{26, reading::technical, KIND_LINK},
    status_row{27, reading::technical, KIND_LINK},
    status_row{42, reading::technical, KIND_FAULT},
    status_row{52, reading::technical, KIND_LINK},  // jammed
    status_row{63, reading::technical, KIND_LINK},  // loss
    status_row{65, reading::technical, KIND_FAULT},
    status_row{66, reading::technical, KIND_FAULT},
    status_row{67, reading::technical, KIND_FAULT},
    status_row{70, reading::reset},      // normal
    status_row{76, reading::low_alarm},  // open
    status_row{82, reading::low_alarm},  // reminder
    status_row{83, reading::reset},      // pill taken
    status_row{85, reading::technical, KIND_MAINS},
    status_row{86, reading::technical_reset, KIND_MAINS},
    status_row{87, reading::information},  // planned presence
    status_row{88, reading::information},  // presence after alarm
    status_row{89, reading::information},  // privacy
    status_row{92, reading::reset},
    status_row{93, reading::reset},
    status_row{94, reading::reset},
    status_row{95, reading::technical, KIND_LINK},  // radio interference
    status_row{102, reading::information, KIND_TEST},
    status_row{103, reading::information, KIND_TEST},
    status_row{111, reading::information},  // intervention complete
    status_row{112, reading::technical_reset, KIND_LINK},
    status_row{113, reading::technical_reset, KIND_LINK},
    status_row{114, reading::technical_reset, KIND_LINK},
    status_row{115, reading::technical_reset, KIND_LINK},
    status_row{116, reading::technical_reset, KIND_LINK},
    status_row{123, reading::technical, KIND_LINK},  // radio test missing
    status_row{124, reading::technical_reset, KIND_LINK},
    status_row{125, reading::technical, KIND_TAMPER},
};

template <class Table, class Key>
constexpr auto find_row(const Table& table, Key key) -> const typename Table::value_type* {
  for (const auto& row : table)
    if (key(row)) return &row;
  return nullptr;
}

/// "device:0004", without the cost of a formatter: every signal has one.
std::string reason_of(std::string_view what, std::uint32_t code) {
  std::array<char, 4> digits{};
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, code /= 10)
    *digit = static_cast<char>('0' + code % 10);
  std::string out{what};
  out.append(digits.data(), digits.size());
  return out;
}

/// The built-in reading of the codes, without policy.
classification read_codes(const Signal& signal) {
  classification out;
  if (const auto* row = find_row(
          type_table, [&](const type_row& r) { return r.device_type == signal.device_type(); })) {
    out.kind = row->kind;
    out.lane = row->lane;
    out.low = row->low;
  }
  out.reason = reason_of("device:", signal.device_type());

  const auto* status =
      find_row(status_table, [&](const status_row& r) { return r.status == signal.status(); });
  if (status == nullptr) return out;
  switch (status->read) {
    case reading::by_type:
      break;
    case reading::technical:
    case reading::technical_reset:
      out.kind = status->kind;
      out.lane = LANE_TECHNICAL;
      out.low = false;
      out.reason = reason_of("status:", signal.status());
      if (status->read == reading::technical_reset) out.intent = INTENT_RESET;
      break;
    case reading::reset:
      out.intent = INTENT_RESET;
      break;
    case reading::information:
      if (status->kind != KIND_UNSPECIFIED) out.kind = status->kind;
      out.intent = INTENT_INFORMATION;
      break;
    case reading::low_alarm:
      if (out.lane == LANE_CARE) {
        out.low = true;
        out.reason = reason_of("status:", signal.status());
      }
      break;
  }
  return out;
}

bool matches(const registry::v1::LaneRule& rule, const Signal& signal,
             std::string_view device_kind) {
  return (rule.device_type() == 0 || rule.device_type() == signal.device_type()) &&
         (rule.status() == 0 || rule.status() == signal.status()) &&
         (rule.device_kind().empty() || rule.device_kind() == device_kind);
}

}  // namespace

classification classify(const Signal& signal, std::string_view device_kind,
                        const registry::v1::Policy& policy) {
  classification out = read_codes(signal);
  // The device's own word on what it wants counts where it asks for less than an alarm.
  if (signal.intent() == INTENT_RESET) out.intent = INTENT_RESET;
  if (signal.intent() == INTENT_INFORMATION) out.intent = INTENT_INFORMATION;

  if (alarm::is_technical(out.kind)) return out;
  for (const auto& rule : policy.lane_rules()) {
    if (rule.lane() == LANE_UNSPECIFIED || !matches(rule, signal, device_kind)) continue;
    out.lane = rule.lane();
    out.low = false;
    out.reason = "policy:" + rule.reason();
    break;
  }
  return out;
}

classification classify_unknown() {
  return {KIND_UNKNOWN_DEVICE, LANE_CARE, false, INTENT_ALARM, "unknown_device"};
}

Lane travel_lane(const Signal& signal, bool known_device) {
  return known_device ? read_codes(signal).lane : LANE_CARE;
}

}  // namespace varde::triage
