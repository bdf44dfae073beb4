"""The form of a matter as JSON Schema 2020-12, so that other systems can fill it in before they open the hall."""

from __future__ import annotations

from typing import Any

from shetong.casework.rules.conditions import When
from shetong.casework.rules.matters import FACTS, Field, Matter, Section
from shetong.core.metadata import DataElement, ElementType

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def of(matter: Matter) -> Schema:
    """Return the schema of a kept form: topics by name, money in integer fen, conditions as ``if`` and ``then``."""
    places = {
        field.name: section.name for section in matter.sections if not section.repeated for field in section.fields
    }
    places |= {fact.name: FACTS for fact in matter.facts}
    always = [section.name for section in matter.sections if not section.when]
    conditional = [
        _then(section.when, places, {"required": [section.name]}) for section in matter.sections if section.when
    ]
    conditional += [
        _then(field.when, places, {"properties": {section.name: {"required": [field.name]}}})
        for section in matter.sections
        for field in section.fields
        if field.when and field.required
    ]
    properties = {section.name: _section(section) for section in matter.sections}
    if matter.facts:
        properties[FACTS] = {
            "type": "object",
            "title": "登记事实",
            "readOnly": True,
            "properties": {fact.name: _value(fact) for fact in matter.facts},
        }
    schema: Schema = {
        "$schema": DIALECT,
        "title": matter.title,
        "type": "object",
        "properties": properties,
        "required": always,
    }
    if conditional:
        schema["allOf"] = conditional
    return schema


def _section(section: Section) -> Schema:
    record: Schema = {
        "type": "object",
        "properties": {field.name: _field(field) for field in section.fields},
        "required": [field.name for field in section.fields if field.required and not field.when],
        "additionalProperties": False,
    }
    if not section.repeated:
        return {**record, "title": section.title}
    return {
        "type": "array",
        "title": section.title,
        "items": record,
        "minItems": section.least,
        "maxItems": section.most,
    }


def _field(field: Field) -> Schema:
    described = _value(field.element)
    if field.hint:
        described["description"] = field.hint
    return described


def _value(element: DataElement) -> Schema:
    value: Schema = {"title": element.name_zh, "description": element.definition}
    if element.type is ElementType.BOOLEAN:
        return {**value, "type": "boolean"}
    if element.type is ElementType.DATE:
        return {**value, "type": "string", "format": "date"}
    if element.type is ElementType.INTEGER:
        return {**value, "type": "integer", "minimum": 0}
    if element.type is ElementType.MONEY:
        return {**value, "type": "integer", "minimum": 0, "description": f"{element.definition}；单位：分"}
    if element.code_list is not None:
        codes = [{"const": code.value, "title": code.name_zh} for code in element.code_list.codes]
        return {**value, "type": "string", "oneOf": codes}
    return {**value, "type": "string", **({"maxLength": element.max_length} if element.max_length else {})}


def _then(conditions: tuple[When, ...], places: dict[str, str], then: Schema) -> Schema:
    asked = [
        {
            "properties": {
                places[condition.question]: {
                    "properties": {condition.question: {"enum": list(condition.answers)}},
                    "required": [condition.question],
                }
            },
            "required": [places[condition.question]],
        }
        for condition in conditions
    ]
    return {"if": asked[0] if len(asked) == 1 else {"allOf": asked}, "then": then}
