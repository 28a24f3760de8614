// The operators' load as the pages, the metrics and the shedding know it. While a municipality's
// operators are flooded, its waiting technical and low care cases go to the list that its policy
// names, and come back when the flood is over; life never moves. Web thread only.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "desk/load_reckoning.hpp"
#include "desk/parts.hpp"
#include "http/pacer.hpp"

namespace varde::desk {

class load {
 public:
  /// An operator who was heard of within it is there.
  static constexpr std::chrono::minutes present_for{3};
  /// Between two reckonings.
  static constexpr std::chrono::seconds interval{1};
  /// Cases moved by one reckoning; the next goes on.
  static constexpr std::size_t moved_max = 200;

  explicit load(desk_parts& parts);

  void add_routes();
  /// Reckons anew: time goes by without cases too.
  void tick() { reckon(); }
  /// Called when the figures are others than before.
  void on_change(std::function<void()> listener) { listener_ = std::move(listener); }
  /// The members of the answer and of the live frame, for those who see these municipalities.
  [[nodiscard]] std::string members_for(
      const std::function<bool(std::string_view municipality)>& sees) const;

 private:
  struct gauges {
    base::gauge& cases;
    base::gauge& operators;
    base::gauge& flood;
  };

  void get(const http::exchange_pointer& e);
  void reckon();
  void measure(const std::string& name, const load_figures& figures);
  void shed();
  void move(const alarm::v1::Case& c, alarm::v1::WorkList list, std::string_view rule,
            const registry::v1::Policy& policy);

  desk_parts& parts_;
  load_reckoning reckoning_;
  http::pacer pace_;
  std::map<std::string, gauges> gauges_;
  std::function<void()> listener_;
};

}  // namespace varde::desk
