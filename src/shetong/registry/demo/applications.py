"""Answers and papers of the demonstration's applications: generated, lawful, of people who are nobody."""

from __future__ import annotations

import itertools
from typing import Any

from shetong.core import divisions
from shetong.registry.demo.people import demo_person

# Beyond the people of the stories, so that nobody is told of twice.
_FIRST_PERSON = 4_000_000
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
_GIVEN = ("明远", "文静", "建国", "晓岚", "志强", "雅琴", "立新", "春梅", "海涛", "素云", "国栋", "佳宁")


class Cast:
    """Gives people to applications, each another one; the same sequence in every load."""

    def __init__(self) -> None:
        self._numbers = itertools.count()

    def person(self, division: str, **more: Any) -> dict[str, Any]:
        """Return a generated person as forms ask for one."""
        number = next(self._numbers)
        name = _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number * 7 % len(_GIVEN)]
        person = demo_person(_FIRST_PERSON + number, name, division[:2])
        return {"name": name, "identity_number": person.identity_number, "phone": person.phone, **more}

    def founding(self, kind: str, name: str, division: str, scope: str, **funds: Any) -> dict[str, Any]:
        """Return the answers of a whole application for a new body."""
        place = divisions.full_name(division)
        head = self.person(division, role="president", employer="演示单位")
        directors = [self.person(division, role="director") for _ in range(4)] if kind == "FD" else []
        others = [self.person(division, role="secretary-general"), self.person(division, role="supervisor")]
        means: dict[str, Any] = {"registered_funds": funds.get("funds", "5万元"), "staff": 3}
        if kind == "SG":
            means |= {"members_individual": 62, "members_unit": 8, "activity_area": place}
        return {
            "body": {
                "name": name,
                "purpose": f"{scope}，服务社会。",
                "business_scope": f"{scope}。",
                "field": "社会服务",
            },
            "seat": {"division_code": division, "domicile": f"{place}演示路{len(name) * 7}号"},
            "means": means,
            "supervision": {"supervising_body": f"{place}民政局", "direct_registration": False},
            "founders": [self.person(division), self.person(division)],
            "representative": {"legal_representative": head["name"]},
            "officers": [head, *directors, *others],
            "contact": self.contact(division),
        }

    def contact(self, division: str) -> dict[str, Any]:
        """Return somebody whom the office may call."""
        person = self.person(division)
        return {"contact_name": person["name"], "contact_phone": person["phone"]}


def paper(title: str) -> bytes:
    """Return a small PDF that says that it is a demonstration; other titles give other files."""
    text = f"Demonstration {title.encode().hex()[:24]}"
    stream = f"BT /F1 16 Tf 72 760 Td ({text}) Tj ET"
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    )
    body, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    count = len(objects) + 1
    return (
        f"{body}xref\n0 {count}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    ).encode()
