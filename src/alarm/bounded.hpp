// Lists in a subject's state that keep the newest so many, oldest first. A busy subject's lists are
// always full, so the newest takes the oldest one's place and memory: nothing is allocated, and of
// the others only the pointers move.
#pragma once

#include <google/protobuf/repeated_field.h>

#include <algorithm>

namespace varde::alarm {

/// The new last element, empty; the oldest are forgotten if there are more than `max` with it.
/// `max` is at least 1.
template <class Message>
Message& add_newest(google::protobuf::RepeatedPtrField<Message>& list, int max) {
  if (list.size() < max) return *list.Add();
  list.DeleteSubrange(0, list.size() - max);
  Message** all = &*list.pointer_begin();
  std::rotate(all, all + 1, all + max);
  Message& newest = *all[max - 1];
  newest.Clear();
  return newest;
}

}  // namespace varde::alarm
