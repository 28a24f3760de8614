// hiredis calls back for every value it reads; the builder puts each into its place in our tree. A
// callback that returns null makes hiredis stop with an error, which is how bounds are kept.
#include "redis/resp.hpp"

// Before hiredis.h, which includes it too, but as if it were C++.
extern "C" {
#include <hiredis/sds.h>
}
#include <hiredis/hiredis.h>

#include <algorithm>
#include <charconv>
#include <new>

namespace varde::redis {

namespace {

constexpr std::string_view line_end = "\r\n";
/// '*' or '$', a 64-bit number and the line's end.
constexpr std::size_t head_bytes_max = 1 + 20 + line_end.size();
/// From here on hiredis would make room for this much more at a time, and move a municipality's set
/// of tens of megabytes over and over.
constexpr std::size_t large_bytes = SDS_MAX_PREALLOC;

/// At once: std::ranges::copy goes byte by byte with GCC 12.
char* write(char* to, std::string_view text) { return to + text.copy(to, text.size()); }

char* write_head(char* to, char sort, std::size_t number) {
  *to++ = sort;
  to = std::to_chars(to, to + head_bytes_max, number).ptr;
  return write(to, line_end);
}

}  // namespace

bool append_command(std::string& out, std::span<const std::string_view> arguments) {
  if (arguments.empty()) return false;
  auto room = head_bytes_max;
  for (const auto argument : arguments) room += head_bytes_max + argument.size() + line_end.size();
  const auto before = out.size();
  out.resize(before + room);
  char* to = write_head(out.data() + before, '*', arguments.size());
  for (const auto argument : arguments) {
    to = write_head(to, '$', argument.size());
    to = write(to, argument);
    to = write(to, line_end);
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return true;
}

/// The callbacks that hiredis's reader makes. They are called from C: nothing may be thrown through
/// them.
struct reply_builder {
  static reply& place(const redisReadTask* task) {
    if (task->parent == nullptr) {
      auto& parser = *static_cast<reply_parser*>(task->privdata);
      parser.root_ = reply{};
      return parser.root_;
    }
    return static_cast<reply*>(task->parent->obj)->elements[static_cast<std::size_t>(task->idx)];
  }

  static void* make_string(const redisReadTask* task, char* text, std::size_t length) noexcept try {
    auto& parser = *static_cast<reply_parser*>(task->privdata);
    parser.bytes_ += length;
    if (parser.bytes_ > parser.limits_.bytes_max) return nullptr;
    auto& made = place(task);
    made.type = task->type == REDIS_REPLY_ERROR    ? reply::kind::error
                : task->type == REDIS_REPLY_STATUS ? reply::kind::status
                                                   : reply::kind::string;
    made.text.assign(text, length);
    return &made;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }

  static void* make_array(const redisReadTask* task, int count) noexcept try {
    auto& parser = *static_cast<reply_parser*>(task->privdata);
    if (count < 0) return nullptr;
    parser.elements_ += static_cast<std::size_t>(count);
    if (parser.elements_ > parser.limits_.elements_max) return nullptr;
    auto& made = place(task);
    made.type = reply::kind::array;
    made.elements.resize(static_cast<std::size_t>(count));
    return &made;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }

  static void* make_integer(const redisReadTask* task, long long value) noexcept {
    auto& made = place(task);
    made.type = reply::kind::integer;
    made.integer = value;
    return &made;
  }

  static void* make_nil(const redisReadTask* task) noexcept {
    auto& made = place(task);
    made.type = reply::kind::nil;
    return &made;
  }

  /// The tree belongs to the parser.
  static void free_nothing(void*) noexcept {}

  static redisReplyObjectFunctions functions;
};

redisReplyObjectFunctions reply_builder::functions = {make_string, make_array, make_integer,
                                                      make_nil, free_nothing};

void reply_parser::free_reader::operator()(redisReader* reader) const { redisReaderFree(reader); }

reply_parser::reply_parser(parser_limits limits)
    : limits_(limits), reader_(redisReaderCreateWithFunctions(&reply_builder::functions)) {
  if (!reader_) throw std::bad_alloc{};
  reader_->privdata = this;
}

reply_parser::~reply_parser() = default;

bool reply_parser::feed(std::string_view bytes) {
  auto& kept = reader_->buf;
  if (const auto size = sdslen(kept); size >= large_bytes && sdsavail(kept) < bytes.size()) {
    auto* roomier = sdsMakeRoomFor(kept, std::max(bytes.size(), size));
    if (roomier == nullptr) return false;
    kept = roomier;
  }
  if (redisReaderFeed(reader_.get(), bytes.data(), bytes.size()) != REDIS_OK) return false;
  return reader_->len - reader_->pos <= limits_.bytes_max;
}

reply_parser::outcome reply_parser::next(reply& into) {
  void* complete = nullptr;
  if (redisReaderGetReply(reader_.get(), &complete) != REDIS_OK) return outcome::malformed;
  if (complete == nullptr) return outcome::need_more;
  into = std::move(root_);
  bytes_ = 0;
  elements_ = 0;
  return outcome::complete;
}

}  // namespace varde::redis
