"""Parts that pages share: a signature, a table of parameters, methods, errors, a figure."""

from __future__ import annotations

import inspect
import re
from typing import Any

from workbench.core import errors
from workbench.core.knob import describe, knobs

ERRORS = {name: one for name, one in vars(errors).items() if isinstance(one, type) and one.__module__ == errors.__name__}


def first_line(what: Any) -> str:
    """Gives the first line of a docstring, fit for a table."""
    return inspect.cleandoc(what.__doc__ or "").partition("\n")[0].replace("|", r"\|")


def signature(cls: type, door: str) -> str:
    """Gives the call that makes an instance, with its defaults, as code."""
    declared = knobs(cls)
    words = []
    for name, one in inspect.signature(cls.__init__).parameters.items():
        if one.kind is one.KEYWORD_ONLY and "*" not in words:
            words.append("*")
        if name in declared:
            words.append(name if one.default is one.empty else f"{name}={_default(declared[name].default)}")
        elif name != "self":
            words.append(f"{name}={one.default!r}")
    call = ", ".join(words)
    wide = call if len(call) < 60 else "\n    " + ",\n    ".join(words) + ",\n"
    return f"```python\n{door}.{cls.__name__}({wide})\n```"


def _default(value: Any) -> str:
    return f"<array {value.shape}>" if hasattr(value, "shape") else repr(value)


def parameters(cls: type) -> str:
    """Gives the table of parameters; every value outside its range is a `KnobError`."""
    if not knobs(cls):
        return ""
    more = "\n\nRanges are those of valid values, ends included; anything else is a `KnobError`. No range: no limit."
    return f"## Parameters\n\n{describe(cls)}{more}"


def methods(cls: type) -> str:
    """Gives what the class adds to its base: its own methods and properties that have a docstring."""
    own = [name for name, one in vars(cls).items() if _is_told(name, one)]
    if not own:
        return ""
    blocks = (f"::: {cls.__module__}.{cls.__name__}.{name}\n    options:\n      heading_level: 3" for name in own)
    return "## Methods\n\n" + "\n\n".join(blocks)


def _is_told(name: str, one: Any) -> bool:
    is_code = isinstance(one, (staticmethod, classmethod, property)) or inspect.isfunction(one)
    return is_code and bool(one.__doc__) and not name.startswith("_") and name != "example"


def errors_of(cls: type) -> str:
    """Gives the errors that its docstrings name, each with its meaning."""
    texts = [cls.__doc__ or "", *(getattr(one, "__doc__", None) or "" for one in vars(cls).values())]
    named = {name: one for name, one in ERRORS.items() if re.search(rf"\b{name}\b", " ".join(texts))}
    named["KnobError"] = ERRORS["KnobError"]
    rows = (f"| [`{name}`](../errors.md) | {first_line(one)} |" for name, one in sorted(named.items()))
    return "\n".join(("## Errors", "", "| error | meaning |", "|---|---|", *rows))


def told(cls: type) -> str:
    """Gives the docstring of a class, without its members."""
    return _shown(cls, "show_source")


def source(cls: type) -> str:
    """Gives the code of a class, folded."""
    return "## Source\n\n" + _shown(cls, "show_docstring_description")


def _shown(cls: type, left_out: str) -> str:
    off = ("members", "show_bases", "show_root_heading", "show_root_toc_entry", left_out)
    return f"::: {cls.__module__}.{cls.__name__}\n    options:\n" + "\n".join(f"      {one}: false" for one in off)


def figure(file: str, caption: str, alt: str, kind: str) -> str:
    """Gives a picture with its caption; `kind` is "strip" (frames) or "drawn" (on white)."""
    return f'<figure markdown="1">\n![{alt}]({file}){{ .{kind} }}\n<figcaption markdown="1">{caption}</figcaption>\n</figure>'


def joined(*blocks: str) -> str:
    """Gives a page of the blocks that are not empty."""
    return "\n\n".join(block for block in blocks if block) + "\n"
