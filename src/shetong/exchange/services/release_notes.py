"""What a release says about itself in words, beside the data: README and licence, Chinese first, English second."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.conf import settings

from shetong.exchange.elements import OPEN_DATA
from shetong.exchange.models import OpenDataRelease


def readme(release: OpenDataRelease) -> bytes:
    """Return the README of a release as UTF-8 text with Windows line ends (it is opened on every desk)."""
    at = _moment(release)
    demo = f"其中 {release.demo_rows} 条为程序生成的演示数据，不是真实登记。\n" if release.demo_rows else ""
    text = f"""{OPEN_DATA.name_zh}
快照时间：{at}（北京时间）
记录数：{release.rows}
{demo}发布者：{release.publisher}
许可：{release.licence}（见 LICENCE.txt）
数据标准版本：{release.standard_version}

文件
organisations.csv       逗号分隔，UTF-8（含 BOM），首行为中文列名，代码写作名称，可以用表格软件直接打开
organisations.csv.gz    同上，gzip 压缩
organisations.jsonl.gz  每行一个 JSON 对象，gzip 压缩；字段名见数据字典，金额为元、以文本表示，日期为 YYYY-MM-DD
organisations.parquet   Parquet（zstd），字段带类型
dictionary.json         数据字典：数据元、代码表、法定参数
dictionary.xlsx         同上，Excel 工作簿
divisions.json          行政区划代码（含 1984 年以来停用的代码）
SHA256SUMS              各文件的 SHA-256 校验值

说明
一、CSV 中以 = + - @ 等符号开头的文本，前面加了一个半角单引号，防止表格软件当作公式执行；JSON Lines 和 Parquet 中没有。
二、空白表示没有登记该项。曾用名、资格与标识有多个时，CSV 中以中文分号分隔。
三、已注销、撤销、吊销的组织也在其中，以“登记状态”区分。
四、分支（代表）机构没有统一社会信用代码，以“所属组织代码”表明所属组织。

校验
Linux、macOS：sha256sum --check SHA256SUMS（macOS 为 shasum -a 256 --check SHA256SUMS）
Windows：certutil -hashfile organisations.csv SHA256

{OPEN_DATA.name_en}: snapshot of {release.rows} records, {release.snapshot_at:%Y-%m-%d %H:%M:%S} UTC.
Field names, types, code lists and sources: dictionary.json. Text beginning with = + - @ carries a leading apostrophe in
the CSV files only. Licence: {release.licence}, {release.licence_url}
"""
    return _bytes(text)


def licence(release: OpenDataRelease) -> bytes:
    """Return the licence notice of a release as UTF-8 text with Windows line ends."""
    at = _moment(release)
    source = f"{release.publisher}《{OPEN_DATA.name_zh}》（{at[:10]}）"
    text = f"""本目录中的数据由{release.publisher}依 {release.licence} 许可开放。
许可全文：{release.licence_url}

使用时请注明来源，例如：{source}，{settings.PUBLIC_URL}/open-data/
数据以快照时间（{at}，北京时间）的登记为准；此后的变更请以网上查询结果为准。

The data in this folder is published by {release.publisher} under {release.licence}, {release.licence_url}
Please name the source and the date of the snapshot.
"""
    return _bytes(text)


def _moment(release: OpenDataRelease) -> str:
    if release.snapshot_at is None:
        raise ValueError("a release without a snapshot has no notes")
    return f"{release.snapshot_at.astimezone(ZoneInfo(settings.TIME_ZONE)):%Y-%m-%d %H:%M:%S}"


def _bytes(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()
