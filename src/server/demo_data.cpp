// Building the municipalities from the seed, one kind of thing after another.
#include "server/demo_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <optional>
#include <span>

#include "base/hash.hpp"
#include "server/demo_dice.hpp"
#include "server/demo_names.hpp"
#include "server/demo_tree.hpp"

namespace varde::server {

namespace {

using namespace registry;

constexpr std::size_t residents_each = 24;
constexpr std::size_t households_each = 3;      // with two residents
constexpr std::size_t native_devices_each = 5;  // at residents, beside their SCAIP alarms
constexpr std::size_t gateways_one_in = 4;      // homes with a load device behind the other
constexpr std::string_view sip_realm = "varde";

struct place {
  std::string id;
  std::string name;
  double latitude_deg, longitude_deg;
  bool wants_digest;  // and refuses native secrets
  std::string voice_number;
  std::size_t first_load_resident, load_residents;
  bool to_show;  // has people, homes and staff beside the devices for load
};

constexpr std::size_t first_further_id = 9903;

/// A further one, for load alone.
place further_place(std::size_t nth, std::size_t first_load_resident, std::size_t load_residents) {
  const auto id = fmt::format("{}", first_further_id + nth);
  const auto& begins = demo_names::place_beginnings;
  const auto& ends = demo_names::place_endings;
  return {id,
          fmt::format("{}{}", begins[nth % begins.size()], ends[nth / begins.size() % ends.size()]),
          58.5 + 0.1 * static_cast<double>(nth % 100),
          6.0 + 0.7 * static_cast<double>(nth % 8),
          false,
          fmt::format("+479900{}", id),
          first_load_resident,
          load_residents,
          false};
}

std::vector<place> places_for(std::size_t load_residents) {
  constexpr auto each = demo_maker::load_residents_each;
  std::vector<place> places{{"9901", "Fjordvik", 61.6003, 5.0302, false, "+4799009901", 0,
                             std::min(load_residents, each), true},
                            {"9902", "Nordmark", 61.4502, 5.8419, true, "+4799009902", 0, 0, true}};
  for (auto first = each; first < load_residents; first += each)
    places.push_back(
        further_place(places.size() - 2, first, std::min(load_residents - first, each)));
  return places;
}

}  // namespace

class demo_maker::builder {
 public:
  explicit builder(demo_options options)
      : options_{std::move(options)},
        places_{places_for(options_.extra_devices)},
        dice_{options_.seed} {
    add_staff();
  }

  [[nodiscard]] const std::vector<demo_sign_in>& sign_ins() const { return sign_ins_; }

  std::optional<demo_municipality> next() {
    if (made_ == places_.size()) return std::nullopt;
    demo_municipality out;
    add_municipality(places_[made_++], out);
    return out;
  }

 private:
  void add_municipality(const place& where, demo_municipality& out) {
    where_ = &where;
    out_ = &out;
    set_ = &out.set;
    shared_homes_.clear();
    tree_.emplace(where.id, (where.to_show ? residents_each : 0) + where.load_residents,
                  options_.seed);
    set_->set_version(1);
    describe_municipality();
    add_teams();
    add_plans();
    if (where.to_show) {
      for (std::size_t i = 0; i < households_each; ++i) add_household(i);
      for (std::size_t i = 0; i < residents_each; ++i) add_resident(i);
      add_shared_and_spare_devices();
    }
    for (std::size_t i = 0; i < where.load_residents; ++i)
      add_load_resident(where.first_load_resident + i);
  }

  void add_staff() {
    std::vector<std::string> all;
    for (const auto& where : places_) all.push_back(where.id);
    add_sign_in("operator", "Nina Vaktmo", v1::ROLE_OPERATOR, all, {});
    for (const auto& where : places_) {
      if (!where.to_show) continue;
      const auto lower = lower_name(where);
      add_sign_in("operator." + lower, fmt::format("Ola Vakthaug ({})", where.name),
                  v1::ROLE_OPERATOR, {where.id}, {});
      add_sign_in("dag." + lower, "Dina Hjemås", v1::ROLE_RESPONDER, {},
                  {fmt::format("{}/dag", where.id)});
      add_sign_in("natt." + lower, "Nils Hjemdal", v1::ROLE_RESPONDER, {},
                  {fmt::format("{}/natt", where.id)});
      add_sign_in("admin." + lower, "Siri Forvalt", v1::ROLE_MUNICIPALITY_ADMINISTRATOR, {where.id},
                  {});
    }
    add_sign_in("admin", "Stein Senter", v1::ROLE_CENTRE_ADMINISTRATOR, {}, {});
  }

  static std::string lower_name(const place& where) {
    std::string name = where.name;
    name[0] = static_cast<char>(name[0] - 'A' + 'a');
    return name;
  }

  void describe_municipality() {
    auto& municipality = *set_->mutable_municipality();
    municipality.set_id(where_->id);
    municipality.set_name(where_->name);
    municipality.set_voice_number(where_->voice_number);
    municipality.set_phone(where_->voice_number);
    municipality.set_scaip_digest(where_->wants_digest ? v1::DIGEST_RULE_REQUIRED
                                                       : v1::DIGEST_RULE_OFF);
    municipality.set_native_secret_allowed(!where_->wants_digest);
  }

  void add_teams() {
    for (const auto& [id, name] :
         {std::pair{"dag", "Dagvakt"}, std::pair{"natt", "Nattpatrulje"}}) {
      auto& team = *set_->add_teams();
      team.set_id(id);
      team.set_name(fmt::format("{} {}", name, where_->name));
      team.set_phone(phone());
    }
  }

  static void add_step(v1::Plan& plan, alarm::v1::StepAction action, const char* text,
                       const char* target = "") {
    auto& step = *plan.add_steps();
    step.set_id(fmt::format("s{}", plan.steps_size()));
    step.set_action(action);
    step.set_text(text);
    step.set_target(target);
  }

  void add_plans() {
    auto& alarm_plan = *set_->add_plans();
    alarm_plan.set_id("trygghet");
    alarm_plan.add_kinds(alarm::v1::KIND_SAFETY_ALARM);
    alarm_plan.add_kinds(alarm::v1::KIND_FALL);
    add_step(alarm_plan, alarm::v1::STEP_ACTION_CALL_RESIDENT,
             "Ring innbyggeren og spør hva som skjer");
    add_step(alarm_plan, alarm::v1::STEP_ACTION_CHECK_NEXT_VISIT,
             "Er det et planlagt besøk innen 15 minutter?");
    add_step(alarm_plan, alarm::v1::STEP_ACTION_CALL_NEXT_OF_KIN,
             "Ring pårørende, ikke i stilletid");
    add_step(alarm_plan, alarm::v1::STEP_ACTION_DISPATCH_TEAM, "Send dagvakt eller nattpatrulje",
             "dag");
    add_step(alarm_plan, alarm::v1::STEP_ACTION_CALL_EMERGENCY, "Ring 113 ved fare for liv", "113");

    auto& fire_plan = *set_->add_plans();
    fire_plan.set_id("brann");
    fire_plan.add_kinds(alarm::v1::KIND_FIRE);
    fire_plan.add_kinds(alarm::v1::KIND_GAS);
    add_step(fire_plan, alarm::v1::STEP_ACTION_CALL_EMERGENCY, "Ring 110 med en gang", "110");
    add_step(fire_plan, alarm::v1::STEP_ACTION_CALL_RESIDENT, "Ring innbyggeren: ut av huset");
    add_step(fire_plan, alarm::v1::STEP_ACTION_DISPATCH_TEAM, "Send nærmeste vakt", "dag");

    auto& dementia_plan = *set_->add_plans();
    dementia_plan.set_id("demens");
    add_step(dementia_plan, alarm::v1::STEP_ACTION_CALL_RESIDENT,
             "Ring, men ikke noe svar betyr ikke at alt er bra");
    add_step(dementia_plan, alarm::v1::STEP_ACTION_DISPATCH_TEAM, "Send alltid noen hjem", "dag");
    add_step(dementia_plan, alarm::v1::STEP_ACTION_CALL_NEXT_OF_KIN,
             "Fortell pårørende hvordan det gikk");
  }

  /// A new home: from here on its devices depend on what is there.
  v1::Address address() {
    here_ = tree_->place();
    v1::Address at;
    at.set_street(fmt::format("{} {}", dice_.pick(demo_names::streets), 1 + dice_.below(60)));
    static constexpr char parts[] = {'H', 'H', 'H', 'U', 'K', 'L'};
    at.set_dwelling(fmt::format("{}{:02}{:02}", parts[dice_.below(std::size(parts))],
                                1 + dice_.below(4), 1 + dice_.below(6)));
    at.set_postcode(tree_->postcode(here_));
    at.set_place(where_->name);
    at.set_latitude_deg(where_->latitude_deg + here_.north_deg);
    at.set_longitude_deg(where_->longitude_deg + here_.east_deg);
    return at;
  }

  v1::Access access() {
    v1::Access way_in;
    way_in.set_key_box(dice_.pick(demo_names::key_boxes));
    way_in.set_key_box_code(fmt::format("{:04}", dice_.below(10'000)));
    if (dice_.below(3) == 0) way_in.set_lock("Elektronisk lås, åpnes fra vaktens telefon");
    way_in.set_fallback("Vaktmesteren har nøkkel");
    return way_in;
  }

  std::string phone() { return fmt::format("+4799{:06}", dice_.below(1'000'000)); }

  void add_household(std::size_t n) {
    auto& home = *set_->add_households();
    home.set_id(fmt::format("h{}", n + 1));
    *home.mutable_address() = address();
    *home.mutable_access() = access();
    shared_homes_.push_back(here_);
  }

  void add_resident(std::size_t n) {
    auto& person = *set_->add_residents();
    person.set_id(fmt::format("{}", 1001 + n));
    const auto last_name = demo_names::last_names[(n / 2) % demo_names::last_names.size()];
    person.set_name(
        fmt::format("{} {}", demo_names::first_names[n % demo_names::first_names.size()],
                    n < 2 * households_each ? last_name : dice_.pick(demo_names::last_names)));
    person.set_birth_year(static_cast<std::uint32_t>(1930 + dice_.below(40)));
    person.set_phone(phone());
    if (n < 2 * households_each) {
      person.set_household(fmt::format("h{}", n / 2 + 1));
      here_ = shared_homes_[n / 2];
    } else {
      *person.mutable_address() = address();
      *person.mutable_access() = access();
    }
    for (std::uint64_t i = 0, count = 1 + dice_.below(2); i < count; ++i)
      person.add_to_know(dice_.pick(demo_names::to_know));
    add_next_of_kin(person);
    if (n % 8 == 5) {
      person.set_cognitive_impairment(true);
      person.set_plan("demens");
    }
    add_devices_of(person.id(), n);
  }

  void add_next_of_kin(v1::Resident& person) {
    static constexpr const char* relations[] = {"datter", "sønn", "søster", "nabo"};
    for (std::uint64_t i = 0, count = dice_.below(3); i < count; ++i) {
      auto& kin = *person.add_next_of_kin();
      kin.set_name(fmt::format("{} {}", dice_.pick(demo_names::first_names),
                               dice_.pick(demo_names::last_names)));
      kin.set_relation(relations[dice_.below(std::size(relations))]);
      kin.set_phone(phone());
      if (dice_.below(2) == 0) {
        kin.set_quiet_from("22:00");
        kin.set_quiet_to("07:00");
      }
    }
  }

  v1::Device& add_device(std::string protocol, std::string wire_id, const char* kind,
                         v1::DeviceState state) {
    auto& device = *set_->add_devices();
    device.set_id(fmt::format("u{}", set_->devices_size()));
    device.set_protocol(std::move(protocol));
    device.set_wire_id(std::move(wire_id));
    device.set_profile("default");
    device.set_kind(kind);
    device.set_state(state);
    return device;
  }

  /// Of an installed device.
  demo_device& note(v1::Device& device) {
    auto& noted = out_->devices.emplace_back();
    noted.protocol = device.protocol();
    noted.id = device.wire_id();
    noted.municipality = where_->id;
    noted.resident = device.resident();
    noted.kind = device.kind();
    noted.profile = device.profile();
    noted.depends_on = tree_->depends_on(here_);
    for (const auto& parent : noted.depends_on) device.add_depends_on(parent);
    return noted;
  }

  void give_digest(v1::Device& device, demo_device& noted) {
    noted.digest_user = device.wire_id();
    noted.digest_password = dice_.hex();
    device.set_digest_user(noted.digest_user);
    device.set_digest_ha1(base::md5_hex(
        fmt::format("{}:{}:{}", noted.digest_user, sip_realm, noted.digest_password)));
  }

  void give_secret(v1::Device& device, demo_device& noted) {
    noted.secret = dice_.hex();
    device.set_secret_hash(base::sha256_hex(noted.secret));
  }

  void give_certificate(v1::Device& device, demo_device& noted) {
    auto made = options_.certificate_for(device.wire_id());
    device.set_certificate_sha256(made.sha256);
    noted.certificate = std::move(made.certificate);
    noted.key = std::move(made.key);
  }

  void add_native(std::string wire_id, const char* kind, const std::string& resident, bool load) {
    auto& device = add_device("native", std::move(wire_id), kind, v1::DEVICE_STATE_INSTALLED);
    device.set_resident(resident);
    auto& noted = note(device);
    const bool certified = options_.certificate_for && !load;
    if (certified) give_certificate(device, noted);
    if (!where_->wants_digest || !certified) give_secret(device, noted);
  }

  void add_scaip(std::string wire_id, const char* kind, const std::string& resident) {
    auto& device = add_device("scaip", std::move(wire_id), kind, v1::DEVICE_STATE_INSTALLED);
    device.set_resident(resident);
    // One device of the demo, the last home's where digest is asked for, wants its answer in the
    // 200.
    if (where_->wants_digest && wire_id_of_last_home() == device.wire_id())
      device.set_profile("mrs-in-200");
    auto& noted = note(device);
    if (where_->wants_digest) give_digest(device, noted);
  }

  std::string wire_id_of_last_home() const {
    return fmt::format("{}{:04}", where_->id, residents_each);
  }

  void add_devices_of(const std::string& resident, std::size_t n) {
    static constexpr const char* native_kinds[] = {"fall_sensor", "medicine_dispenser",
                                                   "door_sensor", "bed_sensor", "safety_alarm"};
    add_scaip(fmt::format("{}{:04}", where_->id, n + 1), "safety_alarm", resident);
    if (n < native_devices_each)
      add_native(fmt::format("{}-native-{}", lower_name(*where_), n + 1), native_kinds[n], resident,
                 false);
  }

  void add_shared_and_spare_devices() {
    auto& smoke = add_device("scaip", fmt::format("{}9001", where_->id), "smoke_detector",
                             v1::DEVICE_STATE_INSTALLED);
    smoke.set_household("h1");
    here_ = shared_homes_[0];
    auto& noted = note(smoke);
    if (where_->wants_digest) give_digest(smoke, noted);
    add_device("scaip", fmt::format("{}9101", where_->id), "safety_alarm", v1::DEVICE_STATE_STORED);
    add_device("scaip", fmt::format("{}9102", where_->id), "safety_alarm", v1::DEVICE_STATE_REPAIR);
    add_device("scaip", fmt::format("{}9103", where_->id), "safety_alarm",
               v1::DEVICE_STATE_RETIRED);
  }

  void add_load_resident(std::size_t n) {
    auto& person = *set_->add_residents();
    person.set_id(fmt::format("L{:06}", n + 1));
    person.set_name(fmt::format("Prøve {}", n + 1));
    *person.mutable_address() = address();
    tree_->describe(person);
    const auto id = person.id();
    add_native(fmt::format("load-{:06}", n + 1), "safety_alarm", id, true);
    add_scaip(fmt::format("77{:06}", n + 1), "safety_alarm", id);
    if (n % gateways_one_in == 0) put_behind_gateway();
  }

  /// The last resident's native device talks through the SCAIP one.
  void put_behind_gateway() {
    const int last = set_->devices_size() - 1;
    const auto& gateway = set_->devices(last);
    auto& behind = *set_->mutable_devices(last - 1);
    auto& noted = out_->devices[out_->devices.size() - 2];
    noted.depends_on = out_->devices.back().depends_on;
    noted.depends_on.push_back("gateway:" + gateway.id());
    behind.mutable_depends_on()->Assign(noted.depends_on.begin(), noted.depends_on.end());
  }

  void add_sign_in(std::string user, std::string name, v1::Role role,
                   std::vector<std::string> municipalities, std::vector<std::string> teams) {
    sign_ins_.push_back(
        {std::move(user), std::move(name),
         fmt::format("{}-{}-{}", dice_.pick(demo_names::password_words),
                     dice_.pick(demo_names::password_words), 1000 + dice_.below(9000)),
         role, std::move(municipalities), std::move(teams)});
  }

  const demo_options options_;
  const std::vector<place> places_;
  std::size_t made_ = 0;
  demo_dice dice_;
  std::vector<demo_sign_in> sign_ins_;
  demo_municipality* out_ = nullptr;  // that is being made
  const place* where_ = nullptr;
  std::optional<demo_tree> tree_;  // of the municipality that is being made
  demo_place here_;                // of the home that is being furnished
  std::vector<demo_place> shared_homes_;
  v1::MunicipalitySet* set_ = nullptr;
};

demo_maker::demo_maker(demo_options options)
    : builder_{std::make_unique<builder>(std::move(options))} {}
demo_maker::~demo_maker() = default;

const std::vector<demo_sign_in>& demo_maker::sign_ins() const { return builder_->sign_ins(); }
std::optional<demo_municipality> demo_maker::next() { return builder_->next(); }

demo_data make_demo(const demo_options& options) {
  demo_maker maker{options};
  demo_data out;
  out.sign_ins = maker.sign_ins();
  while (auto made = maker.next()) {
    out.municipalities.push_back(std::move(made->set));
    for (auto& device : made->devices) out.devices.push_back(std::move(device));
  }
  return out;
}

std::vector<v1::Account> make_demo_accounts(const std::vector<demo_sign_in>& sign_ins,
                                            password_cost cost) {
  std::vector<v1::Account> accounts;
  for (const auto& sign_in : sign_ins) {
    auto hash = hash_password(sign_in.password, cost);
    if (!hash) throw std::bad_alloc{};
    auto& account = accounts.emplace_back();
    account.set_user(sign_in.user);
    account.set_name(sign_in.name);
    account.set_role(sign_in.role);
    for (const auto& municipality : sign_in.municipalities)
      account.add_municipalities(municipality);
    for (const auto& team : sign_in.teams) account.add_teams(team);
    account.set_password_hash(std::move(*hash));
  }
  return accounts;
}

}  // namespace varde::server
