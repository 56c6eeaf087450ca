"""
Judges requests by botocore's models of the AWS APIs.

Standard input: {"requests": [{"service", "operation", "parameters"}], "operations": [{"service", "operation"}]}
Standard output: {"complaints": [[text per wrong thing] per request], "errors": [[code] per operation]}
"""

import json
import re
import sys

from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

loader = Loader()
services = {}


def operation_of(asked):
    name = asked["service"]
    if name not in services:
        services[name] = ServiceModel(loader.load_service_model(name, "service-2"), name)
    return services[name].operation_model(asked["operation"])


def matches(pattern, value):
    """Python has no Unicode classes; those of ASCII are enough for what the program sends."""
    for name, ascii_range in {"L": "a-zA-Z", "Z": " ", "N": "0-9"}.items():
        pattern = pattern.replace(f"\\p{{{name}}}", ascii_range)
    return re.search(pattern, value)


def limits(shape, value, path):
    """What botocore leaves to the service: enumerations, maxima, patterns."""
    rules = shape.metadata
    found = []
    size = value if isinstance(value, (int, float)) else len(value) if isinstance(value, (str, list)) else None
    if size is not None and "max" in rules and size > rules["max"]:
        found.append(f"{path}: {value!r} is over the maximum of {rules['max']}")
    if size is not None and "min" in rules and size < rules["min"]:
        found.append(f"{path}: {value!r} is under the minimum of {rules['min']}")
    if isinstance(value, str):
        if rules.get("enum") and value not in rules["enum"]:
            found.append(f"{path}: {value!r} is none of {', '.join(rules['enum'])}")
        if "pattern" in rules and not matches(rules["pattern"], value):
            found.append(f"{path}: {value!r} does not match {rules['pattern']}")
    return found


def documented(documentation):
    """The items of a list such as `<li> <p> <code>stickiness.enabled</code> - Indicates …`, by name."""
    start = r"<li> <p> <code>([^<]+)</code>(?::&lt;key&gt;)?(?: ?[-–]|:) "
    parts = re.split(start, documentation)
    return dict(zip(parts[1::2], parts[2::2]))


def attribute(shape, value, path):
    """Attributes are keys and values as text: which there are, and what they may hold, is said in the documentation only."""
    known = documented(shape.members["Key"].documentation)
    key, given = value.get("Key"), value.get("Value")
    if not known:
        return []
    if key not in known:
        return [f"{path}: there is no attribute {key!r}"]
    text = known[key]
    seconds = re.search(r"range is (\d+)-(\d+) seconds", text)
    if seconds:
        least, most = (int(bound) for bound in seconds.groups())
        good = str(given).isdigit() and least <= int(given) <= most
        return [] if good else [f"{path}: {key} is {given!r}, its range is {least}-{most}"]
    values = re.search(r"(?:possible values are|value is)(:.*|[^.]*)", text, re.S)
    allowed = re.findall(r"<code>([^<]+)</code>", values.group(1)) if values else []
    if allowed and given not in allowed:
        return [f"{path}: {key} is {given!r}, its values are {', '.join(allowed)}"]
    return []


def filters(shape, value, path):
    known = documented(shape.documentation)
    names = [entry.get("Name") for entry in value if isinstance(entry, dict)]
    return [f"{path}: there is no filter {name!r}" for name in names if name.split(":")[0] not in known]


def walk(shape, value, path):
    found = limits(shape, value, path)
    if shape.type_name == "structure" and isinstance(value, dict):
        if set(shape.members) == {"Key", "Value"}:
            found += attribute(shape, value, path)
        for name, member in shape.members.items():
            if name in value:
                found += walk(member, value[name], f"{path}.{name}")
    elif shape.type_name == "list" and isinstance(value, list):
        if path.endswith(".Filters"):
            found += filters(shape, value, path)
        for index, item in enumerate(value):
            found += walk(shape.member, item, f"{path}[{index}]")
    return found


def complaints(request):
    shape = operation_of(request).input_shape
    parameters = request["parameters"]
    report = ParamValidator().validate(parameters, shape)
    general = report.generate_report().splitlines() if report.has_errors() else []
    return general + walk(shape, parameters, request["operation"])


def errors(operation):
    return [shape.metadata.get("error", {}).get("code", shape.name) for shape in operation_of(operation).error_shapes]


asked = json.load(sys.stdin)
json.dump(
    {
        "complaints": [complaints(request) for request in asked["requests"]],
        "errors": [errors(operation) for operation in asked["operations"]],
    },
    sys.stdout,
)
