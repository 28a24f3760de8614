"""Shows that the checker of answers can fail, and that docs/openapi.json uses no word that it does
not know."""

import unittest

import openapi

CASE = {"$ref": "#/schemas/Case"}
DOCUMENT = {
    "paths": {
        "/api/v1/cases/{id}": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": CASE}}},
                    "204": {},
                }
            }
        }
    },
    "schemas": {
        "Case": {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "lane": {"enum": ["life", "care"]},
                "owner": {"oneOf": [{"type": "object", "required": ["user"]}, {"type": "null"}]},
                "at": {"type": "string", "format": "date-time"},
                "steps": {"type": "array", "items": {"type": "integer", "minimum": 1}},
            },
            "required": ["id"],
        }
    },
}


class the_checker(unittest.TestCase):
    def setUp(self):
        self.description = openapi.description(DOCUMENT)

    def answer(self, body, status=200, media_type="application/json", method="GET"):
        self.description.check_answer(method, "/api/v1/cases/7?x=1", status, media_type, body)

    def test_a_good_answer_passes(self):
        self.answer(b'{"id": "7", "lane": "life", "owner": null, "steps": [1, 2]}')
        self.answer(b'{"id": "7", "owner": {"user": "kari"}, "at": "2026-01-15T12:00:00.123Z"}')
        self.answer(b"", status=204)

    def test_each_kind_of_wrong_answer_is_found(self):
        for body in (
            b"[]",
            b"{}",
            b'{"id": 7}',
            b'{"id": "7", "lane": "technical"}',
            b'{"id": "7", "owner": {}}',
            b'{"id": "7", "at": "yesterday"}',
            b'{"id": "7", "steps": [0]}',
            b'{"id": "7", "steps": [true]}',
        ):
            with self.assertRaises(openapi.mismatch, msg=body):
                self.answer(body)

    def test_an_undeclared_status_media_type_or_body_is_found(self):
        for arguments in (
            {"body": b"{}", "status": 500},
            {"body": b'{"id": "7"}', "media_type": "text/html"},
            {"body": b"x", "status": 204},
        ):
            with self.assertRaises(openapi.mismatch, msg=arguments):
                self.answer(**arguments)

    def test_a_word_that_the_checker_does_not_know_is_found(self):
        with self.assertRaises(openapi.mismatch):
            self.description.check({}, {"propertyNames": {}}, "here")


class the_description(unittest.TestCase):
    def test_uses_only_words_that_the_checker_knows(self):
        description = openapi.description()
        known = {name[6:] for name in dir(description) if name.startswith("_word_")}

        def look(schema):
            for word, argument in schema.items():
                if word in ("$ref", "$id", "$schema") or word.startswith("x-"):
                    continue
                self.assertTrue(
                    word.lower() in known or word in openapi._SAYS_NOTHING, f"unknown word {word}"
                )
                if word == "properties":
                    for inner in argument.values():
                        look(inner)
                elif word in ("oneOf", "anyOf", "allOf"):
                    for inner in argument:
                        look(inner)
                elif word in ("items", "additionalProperties") and isinstance(argument, dict):
                    look(argument)

        for schema in description.document["components"]["schemas"].values():
            look(schema)

    def test_every_reference_leads_somewhere(self):
        description = openapi.description()

        def look(node):
            if isinstance(node, dict):
                if "$ref" in node:
                    description.resolve(node)
                for inner in node.values():
                    look(inner)
            elif isinstance(node, list):
                for inner in node:
                    look(inner)

        look(description.document)


if __name__ == "__main__":
    unittest.main()
