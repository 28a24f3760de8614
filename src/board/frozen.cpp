// By an arena of protobuf's for each case; only the letters of longer texts lie elsewhere. A plan
// is shared by pointers into it, which the arena does not own: every copy that has them holds the
// plan.
#include "board/frozen.hpp"

#include <google/protobuf/arena.h>

#include <algorithm>
#include <cstddef>

namespace varde::board {

namespace {

using alarm::v1::Case;
using alarm::v1::Step;
using plan = google::protobuf::RepeatedPtrField<Step>;

/// Of the first block; the next ones are larger.
constexpr std::size_t block_bytes = 2'048;

google::protobuf::ArenaOptions few_blocks() {
  google::protobuf::ArenaOptions options;
  options.start_block_size = block_bytes;
  return options;
}

struct frozen {
  std::shared_ptr<const plan> steps;  // nullptr: they are the case's own
  google::protobuf::Arena arena{few_blocks()};
  Case* of = google::protobuf::Arena::CreateMessage<Case>(&arena);
};

/// By this the next copy finds out what a case was frozen as.
struct give_up {
  frozen* whole;
  void operator()(const Case*) const { delete whole; }
};

case_pointer to_pointer(std::unique_ptr<frozen> made) {
  const auto* of = made->of;
  return {of, give_up{made.release()}};
}

bool is_same(const Step& a, const Step& b) {
  return a.id() == b.id() && a.action() == b.action() && a.text() == b.text() &&
         a.target() == b.target() && a.done() == b.done() && a.done_by() == b.done_by() &&
         a.done_at_us() == b.done_at_us();
}

std::shared_ptr<const plan> shared_plan(const plan& now, const case_pointer& before) {
  const auto* earlier = std::get_deleter<give_up>(before);
  if (earlier != nullptr && earlier->whole->steps &&
      std::ranges::equal(*earlier->whole->steps, now, is_same))
    return earlier->whole->steps;
  return std::make_shared<const plan>(now);
}

}  // namespace

case_pointer freeze(const Case& c) {
  auto made = std::make_unique<frozen>();
  made->of->CopyFrom(c);
  return to_pointer(std::move(made));
}

case_pointer freeze_again(Case& c, const case_pointer& before) {
  auto made = std::make_unique<frozen>();
  made->steps = shared_plan(c.steps(), before);
  plan lent;
  lent.Swap(c.mutable_steps());
  made->of->CopyFrom(c);
  lent.Swap(c.mutable_steps());
  auto& steps = *made->of->mutable_steps();
  steps.Reserve(made->steps->size());
  for (const auto& step : *made->steps) steps.UnsafeArenaAddAllocated(const_cast<Step*>(&step));
  return to_pointer(std::move(made));
}

}  // namespace varde::board
