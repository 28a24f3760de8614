// One mutex, held for a pointer's push on the core thread and a swap on the looking one.
#include "board/watch.hpp"

#include <mutex>

namespace varde::board {

struct watch::inbox {
  std::mutex mutex;
  std::vector<std::shared_ptr<const change_batch>> batches;
  bool planned = false;
  watch* owner = nullptr;  // looking thread only
};

watch::watch(gateway& source, std::function<void(std::function<void()>)> post)
    : inbox_{std::make_shared<inbox>()} {
  inbox_->owner = this;
  source.subscribe(
      [in = inbox_, post = std::move(post)](std::shared_ptr<const change_batch> batch) {
        {
          const std::lock_guard lock{in->mutex};
          in->batches.push_back(std::move(batch));
          if (std::exchange(in->planned, true)) return;
        }
        post([in] {
          if (in->owner) in->owner->take();
        });
      });
}

watch::~watch() { inbox_->owner = nullptr; }

void watch::take() {
  std::vector<std::shared_ptr<const change_batch>> batches;
  {
    const std::lock_guard lock{inbox_->mutex};
    batches.swap(inbox_->batches);
    inbox_->planned = false;
  }
  change_batch gathered;
  for (const auto& batch : batches) {
    view_.apply(*batch);
    gathered.insert(gathered.end(), batch->begin(), batch->end());
  }
  if (gathered.empty()) return;
  for (const auto& listener : listeners_) listener(gathered);
}

}  // namespace varde::board
