// The messages' fields as tables, and one walk that holds bytes against them. The tests hold the
// tables against the schema.
#include "registry/serialized_form.hpp"

#include <cstdint>
#include <span>

#include "registry/packed.hpp"
#include "registry/utf8.hpp"

namespace varde::registry {

namespace {

struct field_form;
/// By field number, from 1 on; no message here has numbers left out.
using message_form = std::span<const field_form>;

struct field_form {
  enum class kind : std::uint8_t { text, number, coordinate, message };
  kind is;
  message_form inner{};
};

constexpr field_form text{field_form::kind::text};
constexpr field_form number{field_form::kind::number};
constexpr field_form coordinate{field_form::kind::coordinate};
constexpr field_form message(message_form inner) { return {field_form::kind::message, inner}; }

constexpr field_form address[]{text, text, text, text, coordinate, coordinate};
constexpr field_form access[]{text, text, text, text};
constexpr field_form next_of_kin[]{text, text, text, text, text};
constexpr field_form sensor[]{text, text, number};
constexpr field_form resident[]{
    text, text,   number, text, message(address), text, message(access), text, message(next_of_kin),
    text, number, number, text};
constexpr field_form household[]{text, message(address), message(access)};
constexpr field_form device[]{text, text, text, text, text, number,          text,  text,
                              text, text, text, text, text, message(sensor), number};

constexpr std::size_t size_of_varint(std::size_t value) {
  std::size_t bytes = 1;
  for (; value >= 0x80; value >>= 7) ++bytes;
  return bytes;
}

bool is_in_form(std::string_view bytes, message_form form);

bool is_in_form(const field_reader& at, const field_form& form) {
  using kind = field_form::kind;
  using wire = field_reader::wire_type;
  switch (form.is) {
    case kind::number:
      return at.type() == wire::varint;
    case kind::coordinate:
      return at.type() == wire::fixed_64;
    case kind::text:
    case kind::message:
      break;
  }
  if (at.type() != wire::counted) return false;
  const auto inner = at.bytes();
  // The parser takes longer forms of a tag or a size, but not of any length.
  if (at.whole().size() != 1 + size_of_varint(inner.size()) + inner.size()) return false;
  return form.is == kind::text ? is_utf8(inner) : is_in_form(inner, form.inner);
}

bool is_in_form(std::string_view bytes, message_form form) {
  constexpr unsigned char longer_tag = 0x80;
  std::uint32_t last = 1;
  field_reader at{bytes};
  while (at.next()) {
    if (at.field() < last || at.field() > form.size()) return false;
    if ((static_cast<unsigned char>(at.whole().front()) & longer_tag) != 0) return false;
    if (!is_in_form(at, form[at.field() - 1])) return false;
    last = at.field();
  }
  return at.at_end();
}

}  // namespace

template <>
bool is_as_serialized<v1::Resident>(std::string_view bytes) {
  return is_in_form(bytes, resident);
}
template <>
bool is_as_serialized<v1::Household>(std::string_view bytes) {
  return is_in_form(bytes, household);
}
template <>
bool is_as_serialized<v1::Device>(std::string_view bytes) {
  return is_in_form(bytes, device);
}

}  // namespace varde::registry
