// The page's words in the chosen language. The Norwegian dictionary is the pattern that the English one must fill,
// so a missing word is a type error and not a hole on the screen.
import { language } from "./prefs";
import { enCodes } from "./words/en_codes";
import { enOutage } from "./words/en_outage";
import { enRules } from "./words/en_rules";
import { enPages } from "./words/en_pages";
import { enTerms } from "./words/en_terms";
import { nbCodes } from "./words/nb_codes";
import { nbOutage } from "./words/nb_outage";
import { nbRules } from "./words/nb_rules";
import { nbPages } from "./words/nb_pages";
import { nbTerms } from "./words/nb_terms";

/** The dictionary's shape: every text a string, every text with parts a function to string. */
type Widen<T> = T extends string
  ? string
  : T extends (...parts: infer P) => string
    ? (...parts: P) => string
    : { [K in keyof T]: Widen<T[K]> };
export type Pages = Widen<typeof nbPages>;
export type Terms = Widen<typeof nbTerms>;
export type Codes = Widen<typeof nbCodes>;
export type Outage = Widen<typeof nbOutage>;
export type Rules = Widen<typeof nbRules>;
type Words = Pages & Terms & Codes & Outage & Rules;

const dictionaries: Record<"nb" | "en", Words> = {
  nb: { ...nbPages, ...nbTerms, ...nbCodes, ...nbOutage, ...nbRules },
  en: { ...enPages, ...enTerms, ...enCodes, ...enOutage, ...enRules },
};

/** The words in the chosen language; reading it in a component subscribes to the choice. */
export function t(): Words {
  return dictionaries[language.value];
}

/** The word for a code of the server's, or the code itself when the page does not know it yet. */
export function word(words: Record<string, string>, code: string): string {
  return words[code] ?? code;
}
