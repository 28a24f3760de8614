// A wire id or a sensor's name may hold a slash, so a name is looked up by every way to cut it.
#include "supervision/thing.hpp"

namespace varde::supervision {

namespace {

using registry::no_number;
using registry::thing_number;

thing_number number_in(const registry::view& all, std::string_view municipality,
                       std::string_view protocol, std::string_view wire_id,
                       std::string_view sensor) {
  const auto match = all.find_device(protocol, wire_id);
  if (!match || match->set->id() != municipality) return no_number;
  return sensor.empty() ? match->number : sensor_number(*match, sensor);
}

}  // namespace

void thing::append_name(std::string& to) const {
  to.append(device->protocol()).append(1, '/').append(device->wire_id());
  if (sensor) to.append(1, '/').append(sensor->id());
}

std::string thing::name() const {
  std::string out;
  append_name(out);
  return out;
}

thing_number find_by_name(const registry::view& all, std::string_view municipality,
                          std::string_view name) {
  const auto cut = name.find('/');
  if (cut == std::string_view::npos) return no_number;
  const auto protocol = name.substr(0, cut);
  const auto rest = name.substr(cut + 1);
  auto found = number_in(all, municipality, protocol, rest, {});
  for (auto at = rest.find('/'); found == no_number && at != std::string_view::npos;
       at = rest.find('/', at + 1))
    if (at + 1 < rest.size())
      found = number_in(all, municipality, protocol, rest.substr(0, at), rest.substr(at + 1));
  return found;
}

}  // namespace varde::supervision
