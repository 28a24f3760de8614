// Tables over packed things that hold 32-bit places and no keys: a key is read from the thing it
// names, so a table of a million costs about ten megabytes.
#pragma once

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/packed.hpp"

namespace varde::registry {

/// Finds a Place by its key. `KeyOf` gives a place's key, and its `key` type; no look-up allocates.
template <class Place, class KeyOf>
class place_index {
 public:
  using key = typename KeyOf::key;

  explicit place_index(KeyOf key_of) : places_{0, hash{key_of}, same{key_of}} {}

  void reserve(std::size_t count) { places_.reserve(count); }
  /// False if a place with the same key is there already; that one stays.
  bool add(Place place) { return places_.insert(place).second; }
  [[nodiscard]] std::optional<Place> find(const key& wanted) const {
    const auto at = places_.find(wanted);
    if (at == places_.end()) return std::nullopt;
    return *at;
  }
  [[nodiscard]] std::size_t size() const { return places_.size(); }

 private:
  struct hash {
    using is_transparent = void;
    KeyOf key_of;
    std::size_t operator()(const key& of) const { return boost::hash<key>{}(of); }
    std::size_t operator()(const Place& of) const { return (*this)(key_of(of)); }
  };
  struct same {
    using is_transparent = void;
    KeyOf key_of;
    bool operator()(const Place& a, const Place& b) const { return key_of(a) == key_of(b); }
    bool operator()(const key& a, const Place& b) const { return a == key_of(b); }
    bool operator()(const Place& a, const key& b) const { return key_of(a) == b; }
  };
  boost::unordered_flat_set<Place, hash, same> places_;
};

/// One text field of the things of a list.
struct text_of {
  using key = std::string_view;
  const packed_list* things;
  int field;
  key operator()(std::uint32_t place) const { return (*things)[place].text(field); }
};

/// The same by where its bytes begin.
struct text_at {
  using key = std::string_view;
  const packed_list* things;
  int field;
  key operator()(std::uint32_t begin) const { return things->at(begin).text(field); }
};

/// Gives where the thing's bytes begin.
using text_index = place_index<std::uint32_t, text_at>;

/// Things by the name of whom they belong to, as one of their text fields says it.
class owner_index {
 public:
  explicit owner_index(text_of owner) : owner_{owner}, runs_{first_of_run{&members_, owner}} {}

  /// Of all that the list holds now; those without an owner are left out.
  void build() {
    std::vector<std::pair<std::string_view, std::uint32_t>> owned;
    for (std::uint32_t i = 0; i < owner_.things->size(); ++i)
      if (const auto name = owner_(i); !name.empty()) owned.emplace_back(name, i);
    std::ranges::sort(owned);
    members_.reserve(owned.size());
    for (const auto& [name, place] : owned) members_.push_back(place);
    for (std::uint32_t i = 0; i < members_.size(); ++i)
      if (i == 0 || owned[i].first != owned[i - 1].first) runs_.add(i);
  }
  /// In the list's order.
  [[nodiscard]] std::span<const std::uint32_t> of(std::string_view owner) const {
    const auto begin = runs_.find(owner);
    if (!begin) return {};
    auto end = *begin + 1;
    while (end < members_.size() && owner_(members_[end]) == owner) ++end;
    return {members_.data() + *begin, members_.data() + end};
  }

 private:
  struct first_of_run {
    using key = std::string_view;
    const std::vector<std::uint32_t>* members;
    text_of owner;
    key operator()(std::uint32_t run) const { return owner((*members)[run]); }
  };
  text_of owner_;
  std::vector<std::uint32_t> members_;  // sorted by owner
  place_index<std::uint32_t, first_of_run> runs_;
};

}  // namespace varde::registry
