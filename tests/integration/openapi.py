"""Holds answers of the server against docs/openapi.json: that the route, the status and the media
type are declared, and that the body has the shape. Knows the words of JSON Schema that the file
uses, and fails on any other, so that nothing goes unchecked."""

import json
import os
import re

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
# Answers that any request may get, by the description's own words.
ALWAYS = {405, 408, 413, 414, 415, 431}
METHODS = ("get", "post", "put", "delete", "patch")

_TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
}
_FORMATS = {
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
}
_SAYS_NOTHING = {"description", "title", "examples", "example", "default", "deprecated", "$comment"}


class mismatch(AssertionError):
    """An answer that the description does not allow; says where and why."""


class description:
    """The OpenAPI file, read once."""

    def __init__(self, document=None):
        if document is None:
            with open(os.path.join(TOP, "docs", "openapi.json"), encoding="utf-8") as file:
                document = json.load(file)
        self.document = document

    def resolve(self, node):
        while "$ref" in node:
            found = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node

    def routes(self):
        """(method, path template, operation) of every route."""
        for path, methods in self.document["paths"].items():
            for method in METHODS:
                if method in methods:
                    yield method.upper(), path, methods[method]

    def operation(self, method, path):
        """The operation for a request's method and path, or None."""
        plain = path.split("?")[0]
        method = "GET" if method == "HEAD" else method
        for its_method, template, operation in self.routes():
            pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
            if its_method == method and re.fullmatch(pattern, plain):
                return operation
        return None

    def check_answer(self, method, path, status, media_type, body):
        """Raises mismatch if this answer is not declared for the route; routes that are not in the
        file are left alone."""
        operation = self.operation(method, path)
        if operation is None or status in ALWAYS:
            return
        where = f"{method} {path} → {status}"
        if str(status) not in operation["responses"]:
            raise mismatch(f"{where}: not declared; body {body[:300]!r}")
        content = self.resolve(operation["responses"][str(status)]).get("content", {})
        if method == "HEAD":
            return
        if not content:
            if body:
                raise mismatch(f"{where}: has a body, and none is declared")
            return
        media_type = media_type.split(";")[0].strip()
        if media_type not in content:
            raise mismatch(f"{where}: {media_type} is not among {sorted(content)}")
        if media_type.endswith("json") and "schema" in content[media_type]:
            self.check(json.loads(body), content[media_type]["schema"], where)

    def check(self, value, schema, where):
        """Raises mismatch if the value does not fit the schema."""
        schema = self.resolve(schema)
        for word, argument in schema.items():
            if word in _SAYS_NOTHING or word.startswith("x-"):
                continue
            rule = getattr(self, "_word_" + word.lower(), None)
            if rule is None:
                raise mismatch(f"{where}: this checker does not know the schema's word {word}")
            rule(value, argument, schema, where)

    def _fits(self, value, schema, where):
        try:
            self.check(value, schema, where)
        except mismatch:
            return False
        return True

    @staticmethod
    def _must(holds, where, why):
        if not holds:
            raise mismatch(f"{where}: {why}")

    def _word_type(self, value, names, _, where):
        names = [names] if isinstance(names, str) else names
        fits = any(_TYPES[name](value) for name in names)
        self._must(fits, where, f"{value!r:.100} is no {' or '.join(names)}")

    def _word_enum(self, value, allowed, _, where):
        self._must(value in allowed, where, f"{value!r:.100} is not among {allowed}")

    def _word_const(self, value, wanted, _, where):
        self._must(value == wanted, where, f"{value!r:.100} is not {wanted!r}")

    def _word_required(self, value, names, _, where):
        if isinstance(value, dict):
            missing = [name for name in names if name not in value]
            self._must(not missing, where, f"lacks {missing}")

    def _word_properties(self, value, properties, _, where):
        if isinstance(value, dict):
            for name, schema in properties.items():
                if name in value:
                    self.check(value[name], schema, f"{where}.{name}")

    def _word_additionalproperties(self, value, allowed, schema, where):
        if isinstance(value, dict):
            for name in set(value) - set(schema.get("properties", {})):
                self._must(allowed is not False, where, f"has an undeclared {name}")
                if isinstance(allowed, dict):
                    self.check(value[name], allowed, f"{where}.{name}")

    def _word_items(self, value, schema, _, where):
        if isinstance(value, list):
            for index, element in enumerate(value):
                self.check(element, schema, f"{where}[{index}]")

    def _word_oneof(self, value, schemas, _, where):
        count = sum(self._fits(value, schema, where) for schema in schemas)
        if count == 1:
            return
        # The error that helps is that of the form which the value most likely means to have.
        for schema in schemas:
            if _TYPES["null"](value) == (self.resolve(schema).get("type") == "null"):
                self.check(value, schema, where)
        raise mismatch(f"{where}: {value!r:.100} fits {count} of {len(schemas)} forms")

    def _word_anyof(self, value, schemas, _, where):
        if not any(self._fits(value, schema, where) for schema in schemas):
            raise mismatch(f"{where}: {value!r:.100} fits none of {len(schemas)} forms")

    def _word_allof(self, value, schemas, _, where):
        for schema in schemas:
            self.check(value, schema, where)

    def _word_pattern(self, value, pattern, _, where):
        if isinstance(value, str):
            self._must(re.search(pattern, value), where, f"{value!r:.100} is not like {pattern}")

    def _word_format(self, value, name, _, where):
        if isinstance(value, str) and name in _FORMATS:
            self._must(_FORMATS[name].fullmatch(value), where, f"{value!r:.100} is no {name}")

    def _word_minimum(self, value, bound, _, where):
        if _TYPES["number"](value):
            self._must(value >= bound, where, f"{value} is less than {bound}")

    def _word_maximum(self, value, bound, _, where):
        if _TYPES["number"](value):
            self._must(value <= bound, where, f"{value} is more than {bound}")

    def _word_minlength(self, value, bound, _, where):
        if isinstance(value, str):
            self._must(len(value) >= bound, where, f"has fewer than {bound} characters")

    def _word_maxlength(self, value, bound, _, where):
        if isinstance(value, str):
            self._must(len(value) <= bound, where, f"has more than {bound} characters")

    def _word_minitems(self, value, bound, _, where):
        if isinstance(value, list):
            self._must(len(value) >= bound, where, f"has fewer than {bound} elements")

    def _word_maxitems(self, value, bound, _, where):
        if isinstance(value, list):
            self._must(len(value) <= bound, where, f"has more than {bound} elements")
