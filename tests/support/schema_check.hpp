// As much of JSON Schema as docs/openapi.json uses: says what in a real answer is missing, of the
// wrong type or not described. Reads the description as text and shares nothing with the code that
// writes the answers.
#pragma once

#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

namespace varde::test {

class schema_check {
 public:
  explicit schema_check(const std::string& openapi_file) {
    std::ifstream in{openapi_file};
    document_ = boost::json::parse(std::string{std::istreambuf_iterator<char>{in}, {}});
  }
  [[nodiscard]] const boost::json::value& document() const { return document_; }

  /// What is wrong with `text` as `#/components/schemas/<name>`; empty if nothing.
  [[nodiscard]] std::vector<std::string> wrong(const std::string& name,
                                               const std::string& text) const {
    std::vector<std::string> out;
    boost::system::error_code failed;
    const auto value = boost::json::parse(text, failed);
    if (failed) return {"not JSON: " + text.substr(0, 200)};
    const auto& schema = schema_named(name);
    check(schema, value, name, out);
    undescribed(schema, value, name, out);
    return out;
  }

 private:
  const boost::json::object& schema_named(const std::string& name) const {
    return document_.at_pointer("/components/schemas/" + name).as_object();
  }
  const boost::json::object& resolve(const boost::json::object& schema) const {
    const auto* ref = schema.if_contains("$ref");
    if (!ref) return schema;
    return document_.at_pointer(std::string{ref->as_string()}.substr(1)).as_object();
  }
  static bool is_type(std::string_view type, const boost::json::value& value) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_int64() || value.is_uint64();
    if (type == "number") return value.is_number();
    if (type == "boolean") return value.is_bool();
    return type == "null" && value.is_null();
  }

  void check(const boost::json::object& given, const boost::json::value& value,
             const std::string& where, std::vector<std::string>& out) const {
    const auto& schema = resolve(given);
    if (const auto* all = schema.if_contains("allOf"))
      for (const auto& part : all->as_array()) check(part.as_object(), value, where, out);
    if (const auto* any = schema.if_contains("oneOf")) {
      bool fits = false;
      for (const auto& part : any->as_array()) {
        std::vector<std::string> tried;
        check(part.as_object(), value, where, tried);
        fits = fits || tried.empty();
      }
      if (!fits) out.push_back(where + " fits none of its alternatives");
    }
    if (const auto* type = schema.if_contains("type")) {
      bool fits = false;
      if (type->is_string())
        fits = is_type(type->as_string(), value);
      else
        for (const auto& one : type->as_array()) fits = fits || is_type(one.as_string(), value);
      if (!fits) return out.push_back(where + " has the wrong type");
    }
    if (const auto* values = schema.if_contains("enum")) {
      bool found = false;
      for (const auto& one : values->as_array()) found = found || one == value;
      if (!found) out.push_back(where + " is not one of the allowed values");
    }
    if (const auto* constant = schema.if_contains("const"); constant && *constant != value)
      out.push_back(where + " is not the constant");
    if (value.is_object()) check_members(schema, value.as_object(), where, out);
    if (const auto* items = schema.if_contains("items"); items && value.is_array()) {
      std::size_t i = 0;
      for (const auto& element : value.as_array()) {
        const auto place = where + "[" + std::to_string(i++) + "]";
        check(items->as_object(), element, place, out);
        undescribed(items->as_object(), element, place, out);
      }
    }
  }

  void check_members(const boost::json::object& schema, const boost::json::object& value,
                     const std::string& where, std::vector<std::string>& out) const {
    if (const auto* required = schema.if_contains("required"))
      for (const auto& name : required->as_array())
        if (!value.contains(name.as_string()))
          out.push_back(where + "." + std::string{name.as_string()} + " is missing");
    if (const auto* properties = schema.if_contains("properties"))
      for (const auto& [name, property] : properties->as_object())
        if (const auto* member = value.if_contains(name)) {
          const auto place = where + "." + std::string{name};
          check(property.as_object(), *member, place, out);
          undescribed(property.as_object(), *member, place, out);
        }
  }

  void gather(const boost::json::object& given, std::set<std::string>& names) const {
    const auto& schema = resolve(given);
    if (const auto* properties = schema.if_contains("properties"))
      for (const auto& [name, property] : properties->as_object()) names.emplace(name);
    for (const auto* several : {"allOf", "oneOf"})
      if (const auto* parts = schema.if_contains(several))
        for (const auto& part : parts->as_array()) gather(part.as_object(), names);
  }

  /// A member that the description does not have is a field that nobody was told about.
  void undescribed(const boost::json::object& schema, const boost::json::value& value,
                   const std::string& where, std::vector<std::string>& out) const {
    if (!value.is_object()) return;
    if (const auto* open = resolve(schema).if_contains("additionalProperties");
        open && *open == true)
      return;
    std::set<std::string> names;
    gather(schema, names);
    for (const auto& [name, member] : value.as_object())
      if (!names.contains(std::string{name}))
        out.push_back(where + "." + std::string{name} + " is not described");
  }

  boost::json::value document_;
};

}  // namespace varde::test
