// The looking thread's end of the gateway: takes the core's batches and the node's condition over,
// keeps the view, and tells the listeners once a wake-up, however many batches came in between.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "board/gateway.hpp"
#include "board/view.hpp"

namespace varde::board {

/// Made before the server opens; everything else on the looking thread.
class watch {
 public:
  /// `post` runs a task on the looking thread; callable from any thread.
  watch(gateway& source, std::function<void(std::function<void()>)> post);
  ~watch();
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;

  [[nodiscard]] const view& now() const noexcept { return view_; }
  /// How this node is, as the core last said.
  [[nodiscard]] const node_condition& condition() const noexcept { return condition_; }
  /// Called after the view has taken the changes, which are in the order of commitment.
  void on_changes(std::function<void(const change_batch&)> listener) {
    listeners_.push_back(std::move(listener));
  }
  /// Called when the condition is another than before.
  void on_condition(std::function<void(const node_condition&)> listener) {
    condition_listeners_.push_back(std::move(listener));
  }

 private:
  struct inbox;
  void take();

  view view_;
  node_condition condition_;
  std::shared_ptr<inbox> inbox_;
  std::vector<std::function<void(const change_batch&)>> listeners_;
  std::vector<std::function<void(const node_condition&)>> condition_listeners_;
};

}  // namespace varde::board
