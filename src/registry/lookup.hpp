// Tables over packed things that hold 32-bit places and no keys: a key is read from the thing it
// names, so a table of a million costs about ten megabytes.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <functional>
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
  /// nullptr if a place with the same key is there already; that one stays. What it gives is good
  /// until the next one is added.
  const Place* add(Place place) {
    const auto [at, fresh] = places_.insert(place);
    return fresh ? &*at : nullptr;
  }
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
    std::size_t operator()(const key& of) const { return std::hash<key>{}(of); }
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
    const auto owners = number_owners();
    std::vector<std::uint32_t> begins;
    for (const auto owner : owners) {
      if (owner == nobody) continue;
      if (owner + std::size_t{2} > begins.size()) begins.resize(owner + std::size_t{2});
      ++begins[owner + std::size_t{1}];
    }
    for (std::size_t i = 1; i < begins.size(); ++i) begins[i] += begins[i - 1];
    if (begins.empty()) return;
    members_.resize(begins.back());
    auto next = begins;
    for (std::uint32_t i = 0; i < owners.size(); ++i)
      if (owners[i] != nobody) members_[next[owners[i]]++] = i;
    runs_.reserve(begins.size() - 1);
    for (std::size_t i = 0; i + 1 < begins.size(); ++i) runs_.add(begins[i]);
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
  static constexpr std::uint32_t nobody = ~std::uint32_t{0};

  /// Each thing's owner as a number, in the order in which owners come: to count by numbers is
  /// several times cheaper than to sort by names.
  std::vector<std::uint32_t> number_owners() const {
    std::vector<std::uint32_t> owners(owner_.things->size(), nobody);
    boost::unordered_flat_map<std::string_view, std::uint32_t, std::hash<std::string_view>> known;
    std::string_view last;  // the things of one owner often stand together
    std::uint32_t last_number = nobody;
    for (std::uint32_t i = 0; i < owners.size(); ++i) {
      const auto name = owner_(i);
      if (name.empty()) continue;
      if (name != std::exchange(last, name))
        last_number =
            known.try_emplace(name, static_cast<std::uint32_t>(known.size())).first->second;
      owners[i] = last_number;
    }
    return owners;
  }

  text_of owner_;
  std::vector<std::uint32_t> members_;  // those of one owner together
  place_index<std::uint32_t, first_of_run> runs_;
};

}  // namespace varde::registry
