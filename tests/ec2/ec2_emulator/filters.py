"""EC2's filters and pages: what DescribeX calls have in common."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable
from typing import Any

from .errors import Ec2Error, unknown_filter

Reader = Callable[[Any], Iterable[Any]]


def pattern(text: str) -> re.Pattern[str]:
    """EC2's wildcards: `*` any characters, `?` one, a backslash makes either literal. Case matters."""
    out, i = "", 0
    while i < len(text):
        char = text[i]
        if char == "\\" and i + 1 < len(text):
            out += re.escape(text[i + 1])
            i += 2
            continue
        out += {"*": ".*", "?": "."}.get(char, re.escape(char))
        i += 1
    return re.compile(out + r"\Z", re.DOTALL)


def matcher(filters: list[dict], readers: dict[str, Reader], tags: Callable[[Any], dict[str, str]] | None = None) -> Callable[[Any], bool]:
    """All filters must match, each by any of its values. A filter that EC2 does not know is its error."""
    tests: list[tuple[Reader, list[re.Pattern[str]]]] = []
    for wanted in filters:
        name = wanted.get("Name")
        if not name:
            raise unknown_filter("null")
        if tags is not None and name.startswith("tag:"):
            key = name.removeprefix("tag:")
            read: Reader = lambda item, key=key: [tags(item)[key]] if key in tags(item) else []  # noqa: E731
        elif tags is not None and name == "tag-key":
            read = tags
        elif name in readers:
            read = readers[name]
        else:
            raise unknown_filter(name)
        tests.append((read, [pattern(value) for value in wanted.get("Values", [])]))
    return lambda item: all(any(p.match(str(value)) for value in read(item) for p in patterns) for read, patterns in tests)


def page(items: list[Any], params: dict[str, Any], least: int, most: int, size: int | None = None) -> tuple[list[Any], str | None]:
    """The page that MaxResults and NextToken ask for; `size` is the emulator's own upper limit on a page."""
    wanted = params.get("MaxResults")
    if wanted is not None and not least <= int(wanted) <= most:
        raise Ec2Error("InvalidParameterValue", f"Value ( {wanted} ) for parameter maxResults is invalid. Expecting a value between {least} and {most}.")
    start = 0
    if token := params.get("NextToken"):
        try:
            start = int(base64.urlsafe_b64decode(token.encode()).decode().removeprefix("at "))
        except ValueError as error:
            raise Ec2Error("InvalidNextToken", f"The token '{token}' is invalid") from error
    limit = min(n for n in (int(wanted) if wanted else most, most, size or most))
    end = start + limit
    more = end < len(items)
    return items[start:end], base64.urlsafe_b64encode(f"at {end}".encode()).decode() if more else None
