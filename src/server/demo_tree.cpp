// Shares and sizes as in a middling Norwegian municipality.
#include "server/demo_tree.hpp"

#include <algorithm>
#include <span>

namespace varde::server {

namespace {

struct mobile_network {
  const char* name;
  std::uint64_t percent;  // of the devices
  std::size_t stations;   // in a power area, of about 150 devices each
};
constexpr mobile_network networks[] = {
    {"nordnett", 45, 4}, {"fjordtel", 35, 3}, {"vidmobil", 20, 2}};

struct vendor {
  const char* name;
  std::uint64_t percent;
};
constexpr vendor clouds[] = {{"tryggsky", 50}, {"omsorgsky", 30}, {"sensorsky", 20}};

template <class Share>
const Share& one_of(std::span<const Share> shares, demo_dice& dice) {
  auto left = dice.below(100);
  for (const auto& one : shares) {
    if (left < one.percent) return one;
    left -= one.percent;
  }
  return shares.back();
}

constexpr double spread_north_deg = 0.03;
constexpr double spread_east_deg = 0.06;
constexpr double within_area = 0.2;
constexpr std::uint64_t percent_in_shared_buildings = 40;

}  // namespace

demo_tree::demo_tree(std::string_view municipality, std::size_t homes, std::uint64_t seed)
    : municipality_{municipality},
      power_areas_{
          std::max<std::size_t>(1, (homes + homes_of_a_power_area / 2) / homes_of_a_power_area)},
      dice_{seed ^ 0x7265655f74726565} {}

demo_place demo_tree::place() {
  demo_place at;
  at.power = dice_.below(power_areas_);
  at.postal = at.power / power_areas_of_a_postal_area;
  if (dice_.percent(percent_in_shared_buildings))
    at.building = 1 + dice_.below(buildings_of_a_power_area);
  demo_dice middle{at.power * 77 + 1};
  at.north_deg = middle.around(spread_north_deg) + dice_.around(spread_north_deg * within_area);
  at.east_deg = middle.around(spread_east_deg) + dice_.around(spread_east_deg * within_area);
  return at;
}

std::vector<std::string> demo_tree::depends_on(const demo_place& at) {
  const auto& network = one_of<mobile_network>(networks, dice_);
  std::vector<std::string> out{fmt::format("power:{}-{}", municipality_, at.power + 1),
                               fmt::format("postal:{}", postcode(at)),
                               fmt::format("network:{}", network.name),
                               fmt::format("station:{}-{}-{}-{}", network.name, municipality_,
                                           at.power + 1, 1 + dice_.below(network.stations)),
                               fmt::format("cloud:{}", one_of<vendor>(clouds, dice_).name)};
  if (at.building != 0)
    out.push_back(fmt::format("building:{}-{}-{}", municipality_, at.power + 1, at.building));
  return out;
}

void demo_tree::describe(registry::v1::Resident& person) {
  person.set_birth_year(static_cast<std::uint32_t>(1925 + dice_.below(40)));
  person.set_lives_alone(dice_.percent(55));
  person.set_cognitive_impairment(dice_.percent(12));
  static constexpr const char* equipment[] = {"oxygen", "ventilator", "dialysis"};
  if (dice_.percent(3)) person.add_depends_on_power(equipment[dice_.below(std::size(equipment))]);
}

std::string demo_tree::postcode(const demo_place& at) const {
  return fmt::format("{:04}", (std::stoul(municipality_) + 10 * at.postal) % 10'000);
}

}  // namespace varde::server
