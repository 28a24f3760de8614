// JSON text is exact, whatever bytes come in.
#include "base/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace varde::base {
namespace {

std::string written(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(json_writer, keeps_the_commas) {
  std::string out;
  json_writer json{out};
  json.begin_object();
  json.member("a", 1);
  json.key("b");
  json.begin_array();
  json.value("x");
  json.value(true);
  json.null();
  json.begin_object();
  json.end_object();
  json.end_array();
  json.member("c", 1.5);
  json.member("d", std::numeric_limits<double>::infinity());
  json.raw_members("\"e\":[]");
  json.end_object();
  EXPECT_EQ(out, R"({"a":1,"b":["x",true,null,{}],"c":1.5,"d":null,"e":[]})");
}

TEST(json_writer, escapes_what_must_be_escaped) {
  EXPECT_EQ(written("\"\\\n\r\t\x01\x1b\x7f"), R"("\"\\\n\r\t\u0001\u001b\u007f")");
  EXPECT_EQ(written("Åse Ødegård"), "\"Åse Ødegård\"");
  EXPECT_EQ(written("\xf0\x9f\x9a\xa8"), "\"\xf0\x9f\x9a\xa8\"");
}

TEST(json_writer, a_byte_is_written_alike_wherever_it_stands) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string one(1, static_cast<char>(byte));
    const auto alone = written(one);
    const auto inner = alone.substr(1, alone.size() - 2);
    for (std::size_t at = 0; at <= 18; ++at) {
      const std::string before(at, '~'), after(18 - at, ' ');
      EXPECT_EQ(written(before + one + after), '"' + before + inner + after + '"')
          << byte << " at " << at;
    }
  }
}

TEST(json_writer, bytes_that_are_not_utf8_become_the_replacement_character) {
  const std::string bad = "\xef\xbf\xbd";
  EXPECT_EQ(written("a\xff"), "\"a" + bad + "\"");
  EXPECT_EQ(written("\xc3"), "\"" + bad + "\"");
  EXPECT_EQ(written("\xc0\xaf"), "\"" + bad + bad + "\"");
  EXPECT_EQ(written("\xed\xa0\x80"), "\"" + bad + bad + bad + "\"");
  EXPECT_EQ(written("\xf4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"");
}

}  // namespace
}  // namespace varde::base
