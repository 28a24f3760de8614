// One mutex, held for a pointer's push on the core thread and a swap on the looking one.
#include "board/watch.hpp"

#include <mutex>

namespace varde::board {

struct watch::inbox {
  std::mutex mutex;
  std::vector<std::shared_ptr<const change_batch>> batches;
  node_condition condition;
  bool planned = false;
  watch* owner = nullptr;  // looking thread only
};

watch::watch(gateway& source, std::function<void(std::function<void()>)> post)
    : inbox_{std::make_shared<inbox>()} {
  inbox_->owner = this;
  const auto wake = [in = inbox_, post = std::move(post)] {
    post([in] {
      if (in->owner) in->owner->take();
    });
  };
  source.subscribe([in = inbox_, wake](std::shared_ptr<const change_batch> batch) {
    {
      const std::lock_guard lock{in->mutex};
      in->batches.push_back(std::move(batch));
      if (std::exchange(in->planned, true)) return;
    }
    wake();
  });
  source.subscribe_condition([in = inbox_, wake](const node_condition& now) {
    {
      const std::lock_guard lock{in->mutex};
      in->condition = now;
      if (std::exchange(in->planned, true)) return;
    }
    wake();
  });
}

watch::~watch() { inbox_->owner = nullptr; }

void watch::take() {
  std::vector<std::shared_ptr<const change_batch>> batches;
  node_condition now;
  {
    const std::lock_guard lock{inbox_->mutex};
    batches.swap(inbox_->batches);
    now = inbox_->condition;
    inbox_->planned = false;
  }
  change_batch gathered;
  for (const auto& batch : batches) {
    view_.apply(*batch);
    gathered.insert(gathered.end(), batch->begin(), batch->end());
  }
  if (!gathered.empty())
    for (const auto& listener : listeners_) listener(gathered);
  if (now == condition_) return;
  condition_ = now;
  for (const auto& listener : condition_listeners_) listener(condition_);
}

}  // namespace varde::board
