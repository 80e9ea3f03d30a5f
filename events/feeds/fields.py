"""The fields an import can fill, the column names they go by, and how a text becomes a value; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from events import text as texts
from events.directory import rules
from events.directory.models import Industry, InstitutionKind, Stage
from events.feeds.cells import day, identifier, phone
from events.feeds.models import ImportKind
from events.feeds.refusals import MappingInvalid
from events.feeds.words import INDUSTRIES, INSTITUTION_KINDS, STAGES, simplified

EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
SEPARATORS = re.compile(r"[,，、;；|｜/／\n]")
KEY_LENGTH = 200
PARTS = frozenset({"姓名", "职务", "部门", "微信", "qq", "传真", "地址", "省", "市", "区", "县", "年", "月", "日"})
OTHERS = ("法人", "法定代表人", "股东", "实控人", "实际控制人", "legal")

Convert = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Field:
    """`aliases` surely mean it; `weak` ones only while nothing better does."""

    name: str
    aliases: tuple[str, ...]
    convert: Convert = str
    limit: int = 200
    weak: tuple[str, ...] = ()


def _email(text: str) -> str:
    address = texts.email(text)
    if not EMAIL.fullmatch(address):
        raise ValueError("email_format")
    return address


def _credit_code(text: str) -> str:
    return rules.credit_code(identifier(text))


def _industries(text: str) -> list[str]:
    named = (simplified(texts.same(part)) for part in SEPARATORS.split(text))
    return list(dict.fromkeys(INDUSTRIES.get(part, Industry.OTHER).value for part in named if part))


def _stage(text: str) -> str | None:
    found = STAGES.get(simplified(texts.same(text)))
    return Stage(found).value if found else None


def _kind(text: str) -> str:
    return INSTITUTION_KINDS.get(simplified(texts.same(text)), InstitutionKind.OTHER).value


_PHONES = (
    "phone", "contactphone", "tel", "mobile", "电话", "联系电话", "手机", "手机号", "手机号码", "电话号码", "联系方式",
    "联系人电话", "联系人手机", "联系人手机号", "联络电话", "联络人电话",
)  # fmt: skip
SHARED = (
    Field("name", ("name", "名称", "全称"), limit=200, weak=("title",)),
    Field(
        "key",
        ("key", "id", "externalid", "externalkey", "编号", "序号id", "主键", "permalink", "uuid"),
        identifier,
        KEY_LENGTH,
    ),
    Field("credit_code", ("creditcode", "uscc", "统一社会信用代码", "社会信用代码", "信用代码"), _credit_code, 60),
    Field("country", ("country", "countrycode", "国家", "国别")),
    Field("state", ("state", "statecode", "province", "省", "省份")),
    Field("region", ("region", "area", "地区", "区域", "所在地", "所在地区", "注册地")),
    Field("city", ("city", "市", "城市", "地市")),
    Field(
        "contact_name",
        ("contact", "contactname", "联系人", "联系人姓名", "联系人名称", "联络人", "联络人姓名"),
        limit=80,
    ),
    Field("contact_phone", _PHONES, phone, 40),
    Field(
        "contact_email",
        ("email", "mail", "contactemail", "邮箱", "电子邮箱", "电邮", "电子邮件", "联系邮箱", "联系人邮箱"),
        _email,
        320,
    ),
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
        Field("founded_on", ("founded", "foundedon", "foundedat", "成立日期", "成立时间", "注册日期"), day, 40),
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
    """A column's name in simplified characters, without case, spaces and signs; full-width letters are plain ones."""
    return simplified(re.sub(r"[\s_\-()*:.#·/、]", "", texts.same(column)))


def named(kind: ImportKind, column: str) -> bool:
    """Whether some field goes by this name, or it is a part of one, such as the 姓名 under 联系人."""
    word = plain(column)
    return word in PARTS or any(word in (*field.aliases, *field.weak) for field in FIELDS[kind])


def guess(kind: ImportKind, columns: Sequence[str]) -> dict[str, str]:
    """Column → field by name. A weak name such as `company` becomes the name, or the key where there is a name."""
    found: dict[str, str] = {}
    plains = {each: plain(each) for each in columns}
    for field in FIELDS[kind]:
        column = next((each for each in columns if plains[each] in field.aliases and each not in found), None)
        if column is not None:
            found[column] = field.name
    _by_last_part(kind, columns, found)
    weak = {alias for field in FIELDS[kind] for alias in field.weak}
    for column in columns:
        free = [name for name in ("name", "key") if name not in found.values()]
        if plains[column] in weak and column not in found and free:
            found[column] = free[0]
    return found


def _by_last_part(kind: ImportKind, columns: Sequence[str], found: dict[str, str]) -> None:
    """`企业信息·名称` means what `名称` means, unless it tells of somebody else."""
    for column in columns:
        above, joint, last = column.rpartition("·")
        if not joint or column in found or plain(above).startswith(OTHERS):
            continue
        for field in FIELDS[kind]:
            if plain(last) in field.aliases and field.name not in found.values():
                found[column] = field.name
                break


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
