// Writing demo.json. Its shape is a promise to scripts: fields are only ever added.
#include <boost/json.hpp>
#include <string>

#include "server/demo_data.hpp"

namespace varde::server {

namespace {

using boost::json::array;
using boost::json::object;

std::string_view role_name(registry::v1::Role role) {
  switch (role) {
    case registry::v1::ROLE_OPERATOR:
      return "operator";
    case registry::v1::ROLE_RESPONDER:
      return "responder";
    case registry::v1::ROLE_MUNICIPALITY_ADMINISTRATOR:
      return "municipality_administrator";
    case registry::v1::ROLE_CENTRE_ADMINISTRATOR:
      return "centre_administrator";
    default:
      return "";
  }
}

array texts(const std::vector<std::string>& from) { return array(from.begin(), from.end()); }

object shown(const demo_device& device) {
  object out{{"protocol", device.protocol},
             {"id", device.id},
             {"municipality", device.municipality},
             {"resident", device.resident},
             {"kind", device.kind},
             {"profile", device.profile},
             {"digest_user", device.digest_user},
             {"digest_password", device.digest_password},
             {"certificate", device.certificate},
             {"key", device.key},
             {"depends_on", texts(device.depends_on)}};
  if (device.protocol == "native") out["secret"] = device.secret;
  return out;
}

}  // namespace

std::string demo_json(const demo_data& demo, const demo_addresses& addresses,
                      std::string_view ca_file) {
  array municipalities, teams, sign_ins, devices;
  for (const auto& set : demo.municipalities) {
    const auto& id = set.municipality().id();
    municipalities.push_back(object{{"id", id}, {"name", set.municipality().name()}});
    for (const auto& team : set.teams())
      teams.push_back(object{{"id", team.id()}, {"name", team.name()}, {"municipality", id}});
  }
  for (const auto& one : demo.sign_ins)
    sign_ins.push_back(object{{"user", one.user},
                              {"password", one.password},
                              {"role", role_name(one.role)},
                              {"municipalities", texts(one.municipalities)},
                              {"teams", texts(one.teams)}});
  for (const auto& device : demo.devices) devices.push_back(shown(device));
  return boost::json::serialize(object{{"https", addresses.https},
                                       {"scaip_udp", addresses.scaip_udp},
                                       {"scaip_tcp", addresses.scaip_tcp},
                                       {"scaip_tls", addresses.scaip_tls},
                                       {"native_tls", addresses.native_tls},
                                       {"metrics", addresses.metrics},
                                       {"ca", ca_file},
                                       {"municipalities", municipalities},
                                       {"teams", teams},
                                       {"sign_ins", sign_ins},
                                       {"devices", devices}});
}

}  // namespace varde::server
