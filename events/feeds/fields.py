"""The fields an import can fill, the column names they go by, and how a text becomes a value; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from events import text as texts
from events.directory import rules
from events.directory.models import Industry, InstitutionKind, Stage
from events.feeds.models import ImportKind
from events.feeds.refusals import MappingInvalid
from events.feeds.words import INDUSTRIES, INSTITUTION_KINDS, STAGES

DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?|月)?|年)?(?:[T ]00:00(?::00)?)?")
COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
SEPARATORS = re.compile(r"[,，、;；|/\n]")
KEY_LENGTH = 200

Convert = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """`aliases` surely mean it; `weak` ones only while nothing better does."""

    name: str
    aliases: tuple[str, ...]
    convert: Convert = str
    limit: int = 200
    weak: tuple[str, ...] = ()


def _date(text: str) -> date:
    found = DATE.fullmatch(text) or COMPACT_DATE.fullmatch(text)
    if found is None or not 1800 <= int(found[1]) <= 2100:
        raise ValueError("date_unreadable")
    try:
        return date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        raise ValueError("date_unreadable") from None


def _email(text: str) -> str:
    address = texts.email(text)
    if not EMAIL.fullmatch(address):
        raise ValueError("email_format")
    return address


def _industries(text: str) -> list[str]:
    named = (part.strip().lower() for part in SEPARATORS.split(text))
    return list(dict.fromkeys(INDUSTRIES.get(part, Industry.OTHER).value for part in named if part))


def _stage(text: str) -> str | None:
    found = STAGES.get(text.lower())
    return Stage(found).value if found else None


def _kind(text: str) -> str:
    return INSTITUTION_KINDS.get(text.lower(), InstitutionKind.OTHER).value


SHARED = (
    Field("name", ("name", "名称", "全称"), limit=200, weak=("title",)),
    Field(
        "key",
        ("key", "id", "externalid", "externalkey", "编号", "序号id", "主键", "permalink", "uuid"),
        limit=KEY_LENGTH,
    ),
    Field("credit_code", ("creditcode", "uscc", "统一社会信用代码", "社会信用代码", "信用代码"), rules.credit_code, 40),
    Field("country", ("country", "countrycode", "国家", "国别")),
    Field("state", ("state", "statecode", "province", "省", "省份")),
    Field("region", ("region", "area", "地区", "区域", "所在地", "所在地区", "注册地")),
    Field("city", ("city", "市", "城市", "地市")),
    Field("contact_name", ("contact", "contactname", "联系人", "联系人姓名"), limit=80),
    Field("contact_phone", ("phone", "contactphone", "tel", "mobile", "电话", "联系电话", "手机"), texts.code, 40),
    Field("contact_email", ("email", "mail", "contactemail", "邮箱", "电子邮箱"), _email, 320),
)
FIELDS: Mapping[ImportKind, Sequence[Field]] = {
    ImportKind.COMPANIES: (
        Field(
            "name",
            ("name", "companyname", "企业名称", "公司名称", "项目名称", "名称", "企业", "公司", "单位名称"),
            weak=("company",),
        ),
        *SHARED[1:],
        Field("one_liner", ("oneliner", "tagline", "一句话介绍", "一句话", "项目亮点摘要"), limit=200),
        Field(
            "industries",
            ("industry", "industries", "category", "categorycode", "行业", "所属行业", "产业", "领域"),
            _industries,
        ),
        Field("stage", ("stage", "阶段", "发展阶段"), _stage, 40),
        Field("founded_on", ("founded", "foundedon", "foundedat", "成立日期", "成立时间", "注册日期"), _date, 40),
        Field("team", ("team", "团队", "团队介绍", "核心团队"), limit=4000),
        Field(
            "highlights",
            ("highlights", "about", "description", "简介", "企业简介", "项目简介", "介绍", "亮点"),
            limit=4000,
        ),
    ),
    ImportKind.INSTITUTIONS: (
        Field(
            "name",
            (
                "name",
                "institutionname",
                "investorname",
                "机构名称",
                "名称",
                "机构",
                "公司名称",
                "管理人名称",
                "基金名称",
            ),
            weak=("institution", "investor", "company"),
        ),
        *SHARED[1:],
        Field(
            "registration_no",
            ("registrationno", "登记编号", "基金管理人登记编号", "管理人登记编号"),
            rules.registration_no,
            40,
        ),
        Field("kind", ("kind", "type", "institutiontype", "类型", "机构类型", "类别"), _kind),
        Field("about", ("about", "description", "简介", "机构简介", "介绍"), limit=4000),
        Field("industries", ("industry", "industries", "关注行业", "关注领域", "投资领域", "投资行业"), _industries),
    ),
}


def plain(column: str) -> str:
    """A column's name without case, spaces and signs."""
    return re.sub(r"[\s_\-（）()*：:.#]", "", column).lower()


def guess(kind: ImportKind, columns: Sequence[str]) -> dict[str, str]:
    """Column → field by name. A weak name such as `company` becomes the name, or the key where there is a name."""
    found: dict[str, str] = {}
    for field in FIELDS[kind]:
        column = next((each for each in columns if plain(each) in field.aliases and each not in found), None)
        if column is not None:
            found[column] = field.name
    weak = {alias for field in FIELDS[kind] for alias in field.weak}
    for column in columns:
        free = [name for name in ("name", "key") if name not in found.values()]
        if plain(column) in weak and column not in found and free:
            found[column] = free[0]
    return found


def check_mapping(kind: ImportKind, columns: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    """The mapping, if every column exists, every field is known and single, and the name is there.

    Refuses: mapping_invalid.
    """
    known = {field.name for field in FIELDS[kind]}
    for column, field in mapping.items():
        if column not in columns or field not in known or list(mapping.values()).count(field) > 1:
            raise MappingInvalid(column=column)
    if "name" not in mapping.values():
        raise MappingInvalid(column="name")
    return dict(mapping)
