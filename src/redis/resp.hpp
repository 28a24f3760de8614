// RESP, both ways: commands are written straight to where they are sent from, replies are read by
// hiredis's reader, which builds our reply values in place. No I/O here, so a hostile server can be
// played to it in a test or a fuzzer.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "redis/reply.hpp"

struct redisReader;

namespace varde::redis {

/// Appends the command to `out`; false if there are no arguments.
[[nodiscard]] bool append_command(std::string& out, std::span<const std::string_view> arguments);

/// Bounds on one reply, so that a broken server can't fill our memory.
struct parser_limits {
  std::size_t bytes_max = 256u << 20;   // all strings of one reply together
  std::size_t elements_max = 1u << 20;  // all elements of one reply together, nested ones included
};

/// Takes bytes as they come and gives replies. One thread.
class reply_parser {
 public:
  enum class outcome { complete, need_more, malformed };

  explicit reply_parser(parser_limits limits = {});
  ~reply_parser();
  reply_parser(const reply_parser&) = delete;
  reply_parser& operator=(const reply_parser&) = delete;

  /// False if the bytes can't be kept; the parser is of no more use then.
  [[nodiscard]] bool feed(std::string_view bytes);
  /// The next whole reply, if there is one. After `malformed` the parser is of no more use.
  [[nodiscard]] outcome next(reply& into);

 private:
  friend struct reply_builder;

  parser_limits limits_;
  std::size_t bytes_ = 0;     // of the reply being built
  std::size_t elements_ = 0;  // of the reply being built
  reply root_;
  struct free_reader {
    void operator()(redisReader* reader) const;
  };
  std::unique_ptr<redisReader, free_reader> reader_;
};

}  // namespace varde::redis
