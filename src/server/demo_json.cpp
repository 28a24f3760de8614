// Writing demo.json. Its shape is a promise to scripts: fields are only ever added.
#include <boost/json.hpp>
#include <ostream>
#include <sstream>
#include <string>
#include <utility>

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

demo_json_writer::demo_json_writer(std::ostream& out) : out_(out) { out_ << R"({"devices":[)"; }

void demo_json_writer::add_municipality(const registry::v1::MunicipalitySet& set) {
  const auto& id = set.municipality().id();
  municipalities_.push_back(object{{"id", id}, {"name", set.municipality().name()}});
  for (const auto& team : set.teams())
    teams_.push_back(object{{"id", team.id()}, {"name", team.name()}, {"municipality", id}});
}

void demo_json_writer::add_device(const demo_device& device) {
  if (std::exchange(any_device_, true)) out_ << ',';
  out_ << boost::json::serialize(shown(device));
}

void demo_json_writer::finish(const std::vector<demo_sign_in>& sign_ins,
                              const demo_addresses& addresses, std::string_view ca_file) {
  array people;
  for (const auto& one : sign_ins)
    people.push_back(object{{"user", one.user},
                            {"password", one.password},
                            {"role", role_name(one.role)},
                            {"municipalities", texts(one.municipalities)},
                            {"teams", texts(one.teams)}});
  const object rest{{"https", addresses.https},
                    {"scaip_udp", addresses.scaip_udp},
                    {"scaip_tcp", addresses.scaip_tcp},
                    {"scaip_tls", addresses.scaip_tls},
                    {"native_tls", addresses.native_tls},
                    {"metrics", addresses.metrics},
                    {"ca", ca_file},
                    {"municipalities", municipalities_},
                    {"teams", teams_},
                    {"sign_ins", people}};
  // The rest's members go on in the object that the devices stand in.
  const auto text = boost::json::serialize(rest);
  out_ << "]," << std::string_view{text}.substr(1);
}

std::string demo_json(const demo_data& demo, const demo_addresses& addresses,
                      std::string_view ca_file) {
  std::ostringstream out;
  demo_json_writer writer{out};
  for (const auto& set : demo.municipalities) writer.add_municipality(set);
  for (const auto& device : demo.devices) writer.add_device(device);
  writer.finish(demo.sign_ins, addresses, ca_file);
  return std::move(out).str();
}

}  // namespace varde::server
