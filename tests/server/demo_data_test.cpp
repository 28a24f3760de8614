// The made-up municipalities: the same from the same seed, whole, and with every secret that a
// script needs.
#include "server/demo_data.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <map>
#include <set>

#include "base/hash.hpp"
#include "registry/dwelling.hpp"
#include "registry/view.hpp"

namespace varde::server {
namespace {

namespace json = boost::json;

demo_options with_certificates() {
  demo_options options;
  options.certificate_for = [](std::string_view id) {
    return demo_certificate{std::string{id} + ".crt", std::string{id} + ".key",
                            base::sha256_hex(id)};
  };
  return options;
}

TEST(demo_data, the_same_seed_makes_the_same_and_another_seed_another) {
  const auto text = [](std::uint64_t seed) {
    demo_options options;
    options.seed = seed;
    return demo_json(make_demo(options), {}, "ca.pem");
  };
  EXPECT_EQ(text(1), text(1));
  EXPECT_NE(text(1), text(2));
}

TEST(demo_data, two_municipalities_with_enough_to_show) {
  const auto demo = make_demo(with_certificates());
  ASSERT_EQ(demo.municipalities.size(), 2u);
  int residents = 0;
  for (const auto& set : demo.municipalities) {
    residents += set.residents_size();
    EXPECT_GE(set.teams_size(), 2);
    EXPECT_GE(set.plans_size(), 2);
    for (const auto& person : set.residents())
      if (person.household().empty()) {
        EXPECT_TRUE(registry::decode_dwelling(person.address().dwelling()));
      }
  }
  EXPECT_GE(residents, 40);
  EXPECT_EQ(demo.municipalities[0].municipality().scaip_digest(), registry::v1::DIGEST_RULE_OFF);
  EXPECT_EQ(demo.municipalities[1].municipality().scaip_digest(),
            registry::v1::DIGEST_RULE_REQUIRED);
}

TEST(demo_data, every_listed_device_is_registered_and_its_secrets_fit) {
  const auto demo = make_demo(with_certificates());
  std::vector<std::shared_ptr<const registry::set_view>> sets;
  for (const auto& set : demo.municipalities) sets.push_back(registry::set_view::make(set));
  const registry::view all{sets};
  for (const auto& device : demo.devices) {
    const auto match = all.find_device(device.protocol, device.id);
    ASSERT_TRUE(match) << device.id;
    EXPECT_EQ(match->set->id(), device.municipality);
    EXPECT_EQ(match->device->resident(), device.resident);
    if (!device.digest_password.empty()) {
      EXPECT_EQ(match->device->digest_ha1(),
                base::md5_hex(device.digest_user + ":varde:" + device.digest_password));
    }
    if (!device.secret.empty()) {
      EXPECT_EQ(match->device->secret_hash(), base::sha256_hex(device.secret));
    }
    if (device.protocol == "native") {
      EXPECT_TRUE(!device.secret.empty() || !device.certificate.empty());
    }
    if (device.protocol == "scaip") {
      EXPECT_EQ(device.digest_password.empty(), device.municipality == "9901");
    }
  }
}

TEST(demo_data, ids_are_unique_across_both_municipalities) {
  demo_options options;
  options.extra_devices = 50;
  const auto demo = make_demo(options);
  std::set<std::pair<std::string, std::string>> wire_ids;
  for (const auto& set : demo.municipalities)
    for (const auto& device : set.devices()) {
      EXPECT_TRUE(wire_ids.emplace(device.protocol(), device.wire_id()).second) << device.wire_id();
    }
}

TEST(demo_data, extra_devices_come_in_pairs_at_residents_of_their_own) {
  demo_options options;
  const auto without = make_demo(options).devices.size();
  options.extra_devices = 100;
  const auto demo = make_demo(options);
  EXPECT_EQ(demo.devices.size(), without + 200);
  EXPECT_EQ(demo.municipalities[0].residents_size(), 124);
}

TEST(demo_data, many_devices_are_spread_over_further_municipalities_made_one_at_a_time) {
  demo_options options;
  options.extra_devices = 2 * demo_maker::load_residents_each + 5;
  demo_maker maker{options};
  std::set<std::pair<std::string, std::string>> wire_ids;
  std::vector<std::string> ids;
  std::vector<int> residents;
  while (const auto made = maker.next()) {
    ids.push_back(made->set.municipality().id());
    residents.push_back(made->set.residents_size());
    for (const auto& device : made->devices) {
      EXPECT_EQ(device.municipality, ids.back());
      EXPECT_TRUE(wire_ids.emplace(device.protocol, device.id).second) << device.id;
    }
  }
  EXPECT_EQ(ids, (std::vector<std::string>{"9901", "9902", "9903", "9904"}));
  EXPECT_EQ(residents, (std::vector<int>{50'024, 24, 50'000, 5}));
  EXPECT_EQ(maker.sign_ins().front().municipalities, ids);
}

TEST(demo_data, the_devices_hang_on_a_tree_of_realistic_sizes) {
  demo_options options;
  options.extra_devices = 2'400;
  const auto demo = make_demo(options);
  const auto set = registry::set_view::make(demo.municipalities[0]);
  const auto& all = set->dependencies();
  std::map<std::string, std::size_t, std::less<>> homes, kinds;
  for (registry::parent_index i = 0; i < all.parent_count(); ++i) {
    const std::string type{registry::type_of_parent(all.name_of(i))};
    homes[type] += all.homes_under(i);
    ++kinds[type];
  }
  for (const auto* type : {"gateway", "network", "station", "postal", "power", "building", "cloud"})
    EXPECT_GT(kinds[type], 0u) << type;
  EXPECT_NEAR(static_cast<double>(homes["power"]) / static_cast<double>(kinds["power"]), 600, 100);
  EXPECT_EQ(kinds["network"], 3u);
  EXPECT_EQ(homes["power"], all.home_count());
}

TEST(demo_data, what_a_device_depends_on_is_told_as_the_registry_has_it) {
  demo_options options;
  options.extra_devices = 8;
  const auto demo = make_demo(options);
  for (const auto& device : demo.devices) {
    const auto& set = demo.municipalities[device.municipality == "9901" ? 0 : 1];
    for (const auto& one : set.devices()) {
      if (one.wire_id() != device.id || one.protocol() != device.protocol) continue;
      EXPECT_EQ(device.depends_on,
                (std::vector<std::string>{one.depends_on().begin(), one.depends_on().end()}));
    }
    EXPECT_GE(device.depends_on.size(), 5u);
  }
}

TEST(demo_data, every_role_can_sign_in_with_a_long_password) {
  const auto demo = make_demo({});
  std::set<registry::v1::Role> roles;
  for (const auto& one : demo.sign_ins) {
    roles.insert(one.role);
    EXPECT_TRUE(registry::check_password_rules(one.password, one.user)) << one.user;
    EXPECT_GE(one.password.size(), registry::password_characters_advised) << one.password;
  }
  EXPECT_EQ(roles.size(), 4u);
  const auto accounts = make_demo_accounts(demo.sign_ins, {1, 16384});
  ASSERT_EQ(accounts.size(), demo.sign_ins.size());
  EXPECT_TRUE(registry::password_matches(accounts[0].password_hash(), demo.sign_ins[0].password));
}

TEST(demo_json, has_the_shape_that_scripts_rely_on) {
  demo_addresses addresses;
  addresses.https = "127.0.0.1:8443";
  const auto root =
      json::parse(demo_json(make_demo(with_certificates()), addresses, "/d/ca.pem")).as_object();
  for (const auto* key : {"https", "scaip_udp", "scaip_tcp", "scaip_tls", "native_tls", "metrics",
                          "ca", "municipalities", "teams", "sign_ins", "devices"})
    EXPECT_TRUE(root.contains(key)) << key;
  const auto& sign_in = root.at("sign_ins").at(0).as_object();
  for (const auto* key : {"user", "password", "role", "municipalities", "teams"}) {
    EXPECT_TRUE(sign_in.contains(key)) << key;
  }
  for (const auto& device : root.at("devices").as_array())
    for (const auto* key : {"protocol", "id", "municipality", "resident", "kind", "digest_user",
                            "digest_password", "certificate", "key", "depends_on"})
      EXPECT_TRUE(device.as_object().contains(key)) << key;
}

}  // namespace
}  // namespace varde::server
