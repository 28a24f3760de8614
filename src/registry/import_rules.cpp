// One function a kind of thing. Messages name what is wrong and what is allowed; a text that looks
// like a birth number is never repeated in one.
#include "registry/import_rules.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "alarm/ids.hpp"
#include "registry/device_name.hpp"
#include "registry/dwelling.hpp"
#include "registry/import_text.hpp"
#include "registry/policy_limits.hpp"

namespace varde::registry {

namespace {

constexpr std::size_t municipality_id_characters_max = 24;
constexpr std::size_t wire_id_bytes_max = 64;
constexpr std::size_t key_text_bytes = 64;  // hex SHA-256
constexpr std::size_t ha1_text_bytes = 32;  // hex MD5
constexpr std::size_t phone_characters_max = 20;
constexpr std::uint32_t birth_year_min = 1880;
constexpr std::uint32_t birth_year_max = 2100;

/// What a device may depend on, in the words of `depends_on`.
constexpr std::string_view gateway = "gateway";
constexpr std::array<std::string_view, 7> parent_types{gateway, "network",  "station", "postal",
                                                       "power", "building", "cloud"};

bool is_hex(std::string_view text, std::size_t size) {
  return text.size() == size &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_phone(std::string_view text) {
  return text.size() >= 3 && text.size() <= phone_characters_max &&
         std::ranges::all_of(text, [](char c) { return is_digit(c) || c == '+' || c == ' '; });
}

class rule_checker {
 public:
  rule_checker(const v1::MunicipalitySet& set, import_filler& places)
      : set_{set}, places_{places} {}

  void check() {
    check_municipality();
    check_ids(set_.households(), "household", households_);
    check_ids(set_.residents(), "resident", residents_);
    check_ids(set_.devices(), "device", devices_);
    check_ids(set_.teams(), "team", teams_);
    check_ids(set_.plans(), "plan", plans_);
    for (const auto& household : set_.households()) check_address(household, household.address());
    for (const auto& resident : set_.residents()) check_resident(resident);
    for (const auto& device : set_.devices()) check_device(device);
    check_wire_ids();
    for (const auto& team : set_.teams()) check_team(team);
    for (const auto& plan : set_.plans()) check_plan(plan);
  }

 private:
  using id_index = boost::unordered_flat_set<std::string_view>;

  void blame(const google::protobuf::Message& at, std::string what) {
    places_.blame(at, std::move(what));
  }

  void check_municipality() {
    const auto& municipality = set_.municipality();
    if (!alarm::is_plain_id(municipality.id(), municipality_id_characters_max))
      blame(municipality, fmt::format("municipality: id must be 1 to {} letters, digits, - and _",
                                      municipality_id_characters_max));
    if (municipality.id() == alarm::centre)
      blame(municipality, "municipality: id \"centre\" is the centre's own");
    if (municipality.name().empty()) blame(municipality, "municipality: name is missing");
    if (!municipality.voice_number().empty() && !is_phone(municipality.voice_number()))
      blame(municipality, "municipality: voice_number must be a telephone number");
    if (!municipality.phone().empty() && !is_phone(municipality.phone()))
      blame(municipality, "municipality: phone must be a telephone number");
    const auto& tiles = municipality.map_tiles();
    if (!tiles.empty() && !tiles.starts_with("https://"))
      blame(municipality, "municipality: map_tiles must begin with https://");
  }

  template <class Things>
  void check_ids(const Things& things, const char* what, id_index& index) {
    index.reserve(static_cast<std::size_t>(things.size()));
    for (const auto& thing : things) {
      if (is_like_birth_number(thing.id()))
        blame(thing, fmt::format("{}: id looks like a birth number; use the municipality's own "
                                 "number",
                                 what));
      else if (!alarm::is_plain_id(thing.id(), id_characters_max))
        blame(thing, fmt::format("{}: id must be 1 to {} letters, digits, - and _", what,
                                 id_characters_max));
      else if (!index.insert(thing.id()).second)
        blame(thing, fmt::format("{} {} comes twice", what, thing.id()));
    }
  }

  void check_reference(const google::protobuf::Message& from, std::string_view id,
                       const id_index& index, const char* what) {
    if (!id.empty() && !index.contains(id))
      blame(from, fmt::format("{} {} is not in the set", what, shown(id)));
  }

  void check_address(const google::protobuf::Message& at, const v1::Address& address) {
    if (!address.dwelling().empty() && !decode_dwelling(address.dwelling()))
      blame(at,
            "address: dwelling must be H, U, K or L, two digits of floor and two of door, like "
            "H0204");
    const auto& postcode = address.postcode();
    if (!postcode.empty() && (postcode.size() != 4 || !std::ranges::all_of(postcode, is_digit)))
      blame(at, "address: postcode must be four digits");
    if (address.latitude_deg() < -90 || address.latitude_deg() > 90 ||
        address.longitude_deg() < -180 || address.longitude_deg() > 180)
      blame(at, "address: latitude_deg must be -90 to 90 and longitude_deg -180 to 180");
  }

  void check_resident(const v1::Resident& resident) {
    if (resident.name().empty()) blame(resident, "resident: name is missing");
    if (is_like_birth_number(resident.name()))
      blame(resident, "resident: name looks like a birth number");
    const auto year = resident.birth_year();
    if (year != 0 && (year < birth_year_min || year > birth_year_max))
      blame(resident,
            fmt::format("resident: birth_year must be {} to {}", birth_year_min, birth_year_max));
    if (!resident.phone().empty() && !is_phone(resident.phone()))
      blame(resident, "resident: phone must be digits, + and spaces");
    check_reference(resident, resident.household(), households_, "household");
    check_reference(resident, resident.plan(), plans_, "plan");
    check_address(resident, resident.address());
    for (const auto& what : resident.depends_on_power())
      if (!alarm::is_plain_id(what, id_characters_max))
        blame(resident,
              "resident: depends_on_power holds single words such as oxygen, ventilator, dialysis");
    for (const auto& kin : resident.next_of_kin()) check_next_of_kin(resident, kin);
  }

  void check_next_of_kin(const v1::Resident& resident, const v1::NextOfKin& kin) {
    if (kin.name().empty()) blame(resident, "next_of_kin: name is missing");
    if (!is_phone(kin.phone())) blame(resident, "next_of_kin: phone must be digits, + and spaces");
    const bool quiet = !kin.quiet_from().empty() || !kin.quiet_to().empty();
    if (quiet && (!is_time_of_day(kin.quiet_from()) || !is_time_of_day(kin.quiet_to())))
      blame(resident, "next_of_kin: quiet_from and quiet_to must both be times like 22:00");
  }

  void check_device(const v1::Device& device) {
    if (device.protocol() != "scaip" && device.protocol() != "native")
      blame(device, "device: protocol must be scaip or native");
    const auto& wire_id = device.wire_id();
    if (wire_id.empty() || wire_id.size() > wire_id_bytes_max ||
        wire_id.find(' ') != std::string::npos)
      blame(device, fmt::format("device: wire_id must be 1 to {} characters without spaces",
                                wire_id_bytes_max));
    if (device.kind().empty()) blame(device, "device: kind is missing");
    check_owner(device);
    check_secrets(device);
    for (const auto& parent : device.depends_on()) check_parent(device, parent);
    check_interval(device, device.beat_interval_s());
    check_sensors(device);
  }

  /// "<type>:<id>"; a bare id is a gateway's.
  void check_parent(const v1::Device& device, std::string_view parent) {
    const auto colon = parent.find(':');
    const auto type = colon == std::string_view::npos ? gateway : parent.substr(0, colon);
    const auto id = colon == std::string_view::npos ? parent : parent.substr(colon + 1);
    if (std::ranges::find(parent_types, type) == parent_types.end())
      return blame(device, fmt::format("device: depends_on begins with one of {} and a colon",
                                       fmt::join(parent_types, ", ")));
    if (type == gateway && id == device.id())
      return blame(device, "device: depends_on names the device itself");
    if (type == gateway) return check_reference(device, id, devices_, "device");
    if (!alarm::is_plain_id(id, id_characters_max))
      blame(device, fmt::format("device: what depends_on names must be 1 to {} letters, digits, - "
                                "and _",
                                id_characters_max));
  }

  void check_interval(const v1::Device& device, std::uint32_t interval_s) {
    if (interval_s != 0 && (interval_s < beat_interval_s_min || interval_s > beat_interval_s_max))
      blame(device, fmt::format("device: beat_interval_s must be {} to {}", beat_interval_s_min,
                                beat_interval_s_max));
  }

  void check_sensors(const v1::Device& device) {
    id_index ids;
    for (const auto& sensor : device.sensors()) {
      const auto& id = sensor.id();
      if (id.empty() || id.size() > wire_id_bytes_max || id.find(' ') != std::string::npos)
        blame(device, fmt::format("device: a sensor's id must be 1 to {} characters without spaces",
                                  wire_id_bytes_max));
      else if (!ids.insert(id).second)
        blame(device, fmt::format("device: sensor {} comes twice", shown(id)));
      if (sensor.kind().empty()) blame(device, "device: a sensor's kind is missing");
      check_interval(device, sensor.beat_interval_s());
    }
  }

  void check_owner(const v1::Device& device) {
    const int owners = (device.resident().empty() ? 0 : 1) + (device.household().empty() ? 0 : 1);
    if (device.state() == v1::DEVICE_STATE_UNSPECIFIED)
      return blame(device, "device: state is missing");
    if (device.state() != v1::DEVICE_STATE_INSTALLED && owners > 0)
      blame(device, "device: only a device whose state is installed has a resident or household");
    if (device.state() == v1::DEVICE_STATE_INSTALLED && owners != 1)
      blame(device, "device: an installed device has a resident or a household, and not both");
    check_reference(device, device.resident(), residents_, "resident");
    check_reference(device, device.household(), households_, "household");
  }

  void check_secrets(const v1::Device& device) {
    const bool is_scaip = device.protocol() == "scaip";
    const bool installed = device.state() == v1::DEVICE_STATE_INSTALLED;
    if (!device.digest_ha1().empty() && !is_hex(device.digest_ha1(), ha1_text_bytes))
      blame(device, "device: digest_ha1 must be 32 hex digits");
    if (device.digest_user().empty() != device.digest_ha1().empty())
      blame(device, "device: digest_user goes together with digest_password or digest_ha1");
    if (!is_scaip && !device.digest_user().empty())
      blame(device, "device: digest is for scaip devices");
    if (!device.secret_hash().empty() && !is_hex(device.secret_hash(), key_text_bytes))
      blame(device, "device: secret_hash must be 64 hex digits");
    if (!device.certificate_sha256().empty() &&
        !is_hex(device.certificate_sha256(), key_text_bytes))
      blame(device, "device: certificate_sha256 must be 64 lower-case hex digits");
    if (is_scaip && (!device.secret_hash().empty() || !device.certificate_sha256().empty()))
      blame(device, "device: secret and certificate are for native devices");
    if (is_scaip && installed && device.digest_user().empty() &&
        set_.municipality().scaip_digest() == v1::DIGEST_RULE_REQUIRED)
      blame(device, "device: the municipality requires digest; digest_user is missing");
    if (is_scaip || !installed) return;
    const bool may_use_secret = set_.municipality().native_secret_allowed();
    if (!device.secret_hash().empty() && !may_use_secret)
      blame(device, "device: the municipality does not allow secrets");
    if (device.certificate_sha256().empty() && device.secret_hash().empty())
      blame(device, may_use_secret ? "device: secret or certificate_sha256 is missing"
                                   : "device: certificate_sha256 is missing");
  }

  void check_wire_ids() {
    boost::unordered_flat_map<device_name, const v1::Device*, std::hash<device_name>> seen;
    seen.reserve(static_cast<std::size_t>(set_.devices_size()));
    for (const auto& device : set_.devices()) {
      if (device.wire_id().empty()) continue;
      const auto [at, fresh] = seen.try_emplace({device.protocol(), device.wire_id()}, &device);
      if (fresh) continue;
      const auto first = places_.place_of(*at->second);
      blame(device, fmt::format("device: wire_id {} is already used at {}:{}",
                                shown(device.wire_id()), first.file, first.line));
    }
  }

  void check_team(const v1::Team& team) {
    if (team.name().empty()) blame(team, "team: name is missing");
    if (!team.phone().empty() && !is_phone(team.phone()))
      blame(team, "team: phone must be digits, + and spaces");
  }

  void check_plan(const v1::Plan& plan) {
    if (plan.steps().empty()) blame(plan, "plan: has no steps");
    id_index ids;
    for (const auto& step : plan.steps()) {
      if (!alarm::is_plain_id(step.id(), id_characters_max))
        blame(plan, "plan: a step's id must be letters, digits, - and _");
      else if (!ids.insert(step.id()).second)
        blame(plan, fmt::format("plan: step {} comes twice", step.id()));
      if (step.text().empty()) blame(plan, "plan: a step's text is missing");
      if (step.action() == alarm::v1::STEP_ACTION_UNSPECIFIED)
        blame(plan, "plan: a step's action is missing");
      if (step.action() == alarm::v1::STEP_ACTION_DISPATCH_TEAM)
        check_reference(plan, step.target(), teams_, "team");
    }
  }

  const v1::MunicipalitySet& set_;
  import_filler& places_;
  id_index households_, residents_, devices_, teams_, plans_;
};

}  // namespace

void check_rules(const v1::MunicipalitySet& set, import_filler& places) {
  rule_checker{set, places}.check();
}

}  // namespace varde::registry
