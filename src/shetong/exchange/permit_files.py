"""Published permits as files: CSV, workbook, and the XML message of exchange platforms."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from xml.etree import ElementTree

import xlsxwriter

from shetong.core.metadata import ElementSet
from shetong.core.spreadsheets import inert

Row = Mapping[str, str]
BOM = "\ufeff"


def as_csv(elements: ElementSet, rows: Iterable[Row]) -> bytes:
    """Return the rows under the labels of the format, readable by spreadsheet programs; nothing in it is a formula."""
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow([f"{element.name_zh}({element.name})" for element in elements])
    writer.writerows([inert(row.get(element.name, "")) for element in elements] for row in rows)
    return (BOM + target.getvalue()).encode()


def as_xlsx(elements: ElementSet, rows: Sequence[Row]) -> bytes:
    """Return a workbook in which every cell is text."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("行政许可")
    for column, element in enumerate(elements):
        sheet.write_string(0, column, element.name_zh)
        sheet.write_string(1, column, element.name)
        for line, row in enumerate(rows, start=2):
            sheet.write_string(line, column, row.get(element.name, ""))
    sheet.freeze_panes(2, 0)
    book.close()
    return target.getvalue()


def as_xml(elements: ElementSet, rows: Iterable[Row], *, sender: str) -> bytes:
    """Return the rows in the envelope of exchange messages: ``Header`` with the sender, ``Body`` with ``fields``."""
    message = ElementTree.Element("ExchangeMessage")
    header = ElementTree.SubElement(message, "Header")
    ElementTree.SubElement(header, "sender").text = sender
    body = ElementTree.SubElement(message, "Body")
    for row in rows:
        fields = ElementTree.SubElement(body, "fields")
        for element in elements:
            ElementTree.SubElement(fields, element.name).text = row.get(element.name, "")
    ElementTree.indent(message)
    return bytes(ElementTree.tostring(message, encoding="utf-8", xml_declaration=True))
