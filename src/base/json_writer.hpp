// Writes JSON straight into a string: no tree, one growing buffer. For what is sent often, as cases
// on the live feed are. It keeps the commas; that begin and end match is the caller's care, and
// asserted.
#pragma once

#include <cassert>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace varde::base {

/// Appends `text` to `out` as a JSON string with its quotes. Bytes that are not UTF-8 become
/// U+FFFD, since a WebSocket text frame with one wrong byte would close the console's connection.
void append_json_string(std::string& out, std::string_view text);

class json_writer {
 public:
  /// `out` must outlive the writer; what it holds already stays.
  explicit json_writer(std::string& out) : out_{out} {}
  json_writer(const json_writer&) = delete;
  json_writer& operator=(const json_writer&) = delete;

  void begin_object() { open('{'); }
  void end_object() { close('}'); }
  void begin_array() { open('['); }
  void end_array() { close(']'); }

  /// Inside an object; a value, object or array must follow.
  void key(std::string_view name) {
    comma();
    append_json_string(out_, name);
    out_ += ':';
    first_ = true;
  }
  void value(std::string_view text) {
    comma();
    append_json_string(out_, text);
  }
  void value(const char* text) { value(std::string_view{text}); }
  void value(bool b) {
    comma();
    out_ += b ? "true" : "false";
  }
  template <std::integral Number>
  void value(Number number) {
    comma();
    char text[24];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    out_.append(text, end);
  }
  /// What JSON can't write (infinite, not a number) becomes null.
  void value(double number);
  void null() {
    comma();
    out_ += "null";
  }
  /// A value that is JSON text already.
  void raw(std::string_view json) {
    comma();
    out_ += json;
  }
  /// Members that are JSON text already, as "\"a\":1,\"b\":2".
  void raw_members(std::string_view json) { raw(json); }

  template <class Value>
  void member(std::string_view name, const Value& v) {
    key(name);
    value(v);
  }

 private:
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  void open(char bracket) {
    comma();
    out_ += bracket;
    first_ = true;
    ++depth_;
  }
  void close(char bracket) {
    assert(depth_ > 0);
    --depth_;
    out_ += bracket;
    first_ = false;
  }

  std::string& out_;
  bool first_ = true;
  unsigned depth_ = 0;
};

}  // namespace varde::base
