// A line of the technicians' list: one device and what is the matter with it. Gathered from the
// open technical cases, from the devices in test mode, and from the registry for a search.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_writer.hpp"
#include "board/view.hpp"
#include "registry/view.hpp"
#include "varde/alarm/v1/case.pb.h"

namespace varde::desk {

/// What is the matter: why a device stands on the list.
enum class device_trouble : std::uint8_t { none, offline, battery, mains, fault, noisy, test };

/// "offline", "battery", …; empty for none.
[[nodiscard]] std::string_view name_of(device_trouble trouble);
/// nullopt if there is none of that name.
[[nodiscard]] std::optional<device_trouble> trouble_named(std::string_view name);
/// What a case of this kind says of its devices; none for kinds that say nothing.
[[nodiscard]] device_trouble trouble_of(alarm::v1::Kind kind);

struct device_row {
  device_trouble trouble = device_trouble::none;
  std::string municipality;
  std::string protocol;  // empty if it is not registered and nothing said it
  std::string wire_id;
  std::string sensor;  // behind it, if it is that one's trouble
  std::string subject;
  std::int64_t since_us = 0;
  std::int64_t heard_us = 0;       // 0: not since anybody remembers
  registry::device_record device;  // none if unregistered; `set` holds it
  std::shared_ptr<const registry::set_view> set;
  board::case_pointer of_case;   // may be null
  board::subject_pointer state;  // holds `test`
  const alarm::v1::TestMode* test = nullptr;
};

/// The device in the registry: by its protocol, or for what supervision says of it, by any.
[[nodiscard]] registry::device_record find_device(const registry::set_view& set,
                                                  std::string_view protocol,
                                                  std::string_view wire_id);

/// One row a device and trouble of the case; none if it is about something else.
void add_rows(std::vector<device_row>& rows, const board::case_pointer& c,
              const registry::view& all);
/// One row a device in test mode at the subject.
void add_rows(std::vector<device_row>& rows, const board::subject_pointer& state,
              const registry::view& all);
/// Devices whose number or wire id begins with `beginning`, at most `max`.
void add_found(std::vector<device_row>& rows, const std::shared_ptr<const registry::set_view>& set,
               const registry::view& all, std::string_view beginning, std::size_t max);

/// Its number in the table of those heard, or its sensor's; no_number if it is not registered.
[[nodiscard]] registry::thing_number number_of(const device_row& row, const registry::view& all);

/// One object.
void write_row(base::json_writer& json, const device_row& row, base::wall_time now);

}  // namespace varde::desk
