// The registry that is in force now, shared by all threads. A change swaps in a new view; who is
// reading an older one keeps it until done.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "registry/view.hpp"

namespace varde::registry {

/// Any thread may call anything. The swap is under a mutex held for a pointer copy (libstdc++'s
/// atomic shared_ptr is a spin lock too, and one that ThreadSanitizer can't follow); hot paths use
/// a `reader`, which takes it only after a change.
class directory {
 public:
  directory();

  /// What is in force now. Never null.
  [[nodiscard]] std::shared_ptr<const view> current() const;
  /// Rises with each change.
  [[nodiscard]] std::uint64_t generation() const noexcept {
    return generation_.load(std::memory_order_acquire);
  }

  /// Puts a municipality's set in, or in the place of its older one. A set with a version below the
  /// one in force is ignored. False if it was. The centre's set holds the defaults under all
  /// municipalities' policies and is no municipality of the view.
  bool replace(v1::MunicipalitySet set);
  /// Several municipalities as one change, each as replace() would.
  void replace_all(const std::vector<std::shared_ptr<const set_view>>& sets);
  /// Takes a municipality, or the centre's defaults, out. False if it wasn't there.
  bool remove(std::string_view municipality);

 private:
  bool replace_defaults(v1::MunicipalitySet set);
  void publish(std::shared_ptr<const view> next);

  std::mutex change_;  // one writer at a time, held while a view is built
  mutable std::mutex swap_;
  std::shared_ptr<const view> current_;
  std::atomic<std::uint64_t> generation_{1};
};

/// One thread's hold on the view in force: an atomic load as long as nothing changed. Not
/// thread-safe itself.
class directory_reader {
 public:
  explicit directory_reader(const directory& source) : source_{source} {}

  /// The view in force, good until the next call.
  [[nodiscard]] const view& current() {
    const auto now = source_.generation();
    if (now != seen_) {
      held_ = source_.current();
      seen_ = now;
    }
    return *held_;
  }

 private:
  const directory& source_;
  std::shared_ptr<const view> held_;
  std::uint64_t seen_ = 0;  // generations start at 1
};

}  // namespace varde::registry
