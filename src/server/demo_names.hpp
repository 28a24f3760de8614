// The words that the made-up municipalities are put together from.
#pragma once

#include <array>
#include <string_view>

namespace varde::server::demo_names {

inline constexpr auto first_names = std::to_array<std::string_view>({
    "Anna",     "Olav",  "Kari", "Nils",   "Ingrid", "Per",      "Solveig",  "Arne",
    "Ragnhild", "Leif",  "Gerd", "Harald", "Astrid", "Knut",     "Borghild", "Einar",
    "Turid",    "Magne", "Liv",  "Sverre", "Aslaug", "Torbjørn", "Gudrun",   "Oddvar",
});

inline constexpr auto last_names = std::to_array<std::string_view>({
    "Solvang", "Bakkehaug", "Nesvoll",  "Furulund", "Strandmo", "Lyngås",   "Elveseter", "Havnes",
    "Moldal",  "Granli",    "Sundbø",   "Haugstad", "Kvernmo",  "Rognli",   "Tveitnes",  "Fossdal",
    "Øyjord",  "Myrland",   "Steinvik", "Lauvås",   "Brekkhus", "Skogheim", "Viknes",    "Åsmoen",
});

inline constexpr auto place_beginnings = std::to_array<std::string_view>({
    "Elve",
    "Haug",
    "Sol",
    "Grane",
    "Bjørke",
    "Furu",
    "Stein",
    "Lyng",
    "Myr",
    "Ås",
    "Sund",
    "Tind",
});

inline constexpr auto place_endings = std::to_array<std::string_view>({
    "vik",
    "mark",
    "dal",
    "nes",
    "stad",
    "bygda",
    "heim",
    "lia",
    "øya",
    "moen",
});

inline constexpr auto streets = std::to_array<std::string_view>({
    "Naustveien",
    "Åslia",
    "Prestegårdsbakken",
    "Fyrlykta",
    "Kirkestien",
    "Sjøgata",
    "Møllevegen",
    "Tunet",
});

inline constexpr auto to_know = std::to_array<std::string_view>({
    "Bruker rullator inne og rullestol ute",
    "Hører dårlig: ring lenge og bank hardt",
    "Har hund, den er snill",
    "Allergisk mot penicillin",
    "Bruker blodfortynnende: si fra ved fall mot hodet",
    "Ser dårlig: si hvem du er før du kommer nær",
    "Har diabetes: druesukker ligger på kjøkkenbenken",
    "Snakker helst samisk",
});

inline constexpr auto key_boxes = std::to_array<std::string_view>({
    "Til høyre for inngangsdøra",
    "På boden bak huset, i øyehøyde",
    "Under trappa, venstre side",
    "På gjerdestolpen ved postkassene",
});

/// Two of these and a number make a password that can be read aloud.
inline constexpr auto password_words = std::to_array<std::string_view>({
    "granskog",
    "fjellvann",
    "nordavind",
    "havblikk",
    "lyngheia",
    "morgengry",
    "varmestue",
    "stjernelys",
    "kystfyr",
    "revebjelle",
    "vintersol",
    "sommerregn",
});

}  // namespace varde::server::demo_names
