"""How alike two questions are, by their characters and words; pure, and the same on the phone (src/live/similarity.ts).

Texts are folded, then synonyms of the pitch room are made one, and the words that only make it a question are taken
away. What is left is compared as pairs of Chinese characters, single characters, and whole Latin words and numbers.
Two questions that differ in a number, a year or another word of one contrast are not alike, however much they share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from events import text as texts

ALIKE: Final = 0.55
"""From this score on two questions are shown as asking the same; chosen on tests/events/live/similar_pairs.json."""

CLOSE: Final = 0.6
"""Below it nothing is looked at more closely."""
EXCHANGE: Final = 0.8
"""What an exchanged word costs, by its share of the shorter question."""
LONGEST: Final = 120

SAME: Final[tuple[tuple[str, str], ...]] = (
    ("良品率", "良率"), ("合格率", "良率"), ("营业收入", "营收"), ("销售额", "营收"), ("年收入", "年营收"),
    ("国产化替代", "国产替代"), ("进展", "进度"), ("占比", "比例"), ("占", "比例"), ("比重", "比例"), ("股权", "股份"),
    ("注册证书", "注册证"), ("贵公司", ""), ("贵司", ""), ("贵方", ""), ("这一轮", "本轮"), ("这轮", "本轮"),
    ("此轮", "本轮"), ("碳化硅", "sic"), ("人工智能", "ai"), ("应对", "处理"), ("解决", "处理"), ("保证", "保障"),
    ("通过", "过"), ("车规级", "车规"), ("预留", "留"), ("用于", "用"), ("用途", "用"), ("用在", "用"), ("差距", "差"),
    ("mass production", "mp"), ("competitors", "competitor"), ("patents", "patent"), ("large", "big"),
    ("european", "europe"), ("customers", "customer"),
)  # fmt: skip
"""Read from left to right: the longer words before those they contain."""

FRAME: Final[tuple[str, ...]] = (
    "能不能介绍一下", "能否介绍一下", "介绍一下", "介绍下", "想请问一下", "请问一下", "想问一下", "请问",
    "想问", "能否", "可否", "能不能", "是不是", "会不会", "有没有", "是否有", "是否存在", "是否", "有无",
    "高不高", "大不大", "什么时候", "什么时间", "何时", "几时", "什么", "怎么样", "怎样", "怎么", "如何",
    "为何", "哪里", "哪些", "哪一步", "哪步", "哪", "多少", "多长时间", "多长", "多久", "多大", "多高", "多",
    "目前", "现在", "当前", "如今", "已经", "一般", "大概", "大约", "主要", "计划", "打算", "考虑", "你们",
    "我们", "公司", "企业", "问题", "方面", "一下", "的话", "可以", "能够", "能", "会", "到", "了", "吗", "呢",
    "吧", "啊", "呀", "么", "嘛", "的", "地", "得", "是", "有", "在", "做", "拿", "没", "不", "太", "很", "与",
    "和", "跟", "同", "及", "或", "把", "被", "让", "将", "请", "就", "都", "也", "还", "存", "几", "谁", "个",
    "些", "下", "里",
)  # fmt: skip
"""Words that make a question of it, and particles; taken away in this order."""

WORDS: Final = frozenset(
    (
        "a", "an", "and", "any", "are", "at", "be", "by", "can", "could", "did", "do", "does", "for", "from", "go",
        "going", "has", "have", "how", "i", "in", "into", "is", "it", "its", "many", "me", "much", "of", "on", "or",
        "our", "please", "s", "start", "tell", "that", "the", "there", "these", "this", "to", "us", "was",
        "we", "what", "when", "where", "which", "who", "why", "will", "with", "would", "you", "your",
    )
)  # fmt: skip
"""The same in English."""

CONTRASTS: Final[tuple[tuple[str, ...], ...]] = (
    ("前年", "去年", "今年", "明年", "后年"),
    ("国内", "海外", "国际", "国外", "境外"),
    ("毛利", "净利"),
    ("上游", "下游"),
    ("客户", "供应商", "竞争对手", "股东"),
    ("研发", "销售", "生产", "管理"),
    ("性能", "价格", "成本", "良率"),
    ("精度", "范围"),
    ("人员", "投入", "费用"),
    ("贷款", "授信"),
    ("团队", "专利", "市场"),
    ("对赌", "回购"),
    ("估值", "额度", "股份"),
    ("上市", "量产", "建厂", "投产", "出货"),
)
"""Of each row, two questions that name different words ask different things."""

NUMERALS: Final = str.maketrans("一二三四五六七八九", "123456789")
COUNTED = re.compile(r"[一二三四五六七八九](?=[期轮代季号类大])")
TOKEN = re.compile(r"[a-z]\+?轮|[a-z0-9][a-z0-9.+#%-]*[a-z0-9+#%]|[a-z0-9]|[\u3400-\u9fff]+")
CODE = re.compile(r"[0-9轮]")


@dataclass(frozen=True, slots=True)
class Shape:
    """What a question is compared by; a shape is worth keeping, a comparison is then a few set operations."""

    line: tuple[str, ...]
    pairs: frozenset[str]
    singles: frozenset[str]
    codes: frozenset[str]
    contrasts: tuple[frozenset[str], ...]


def shape(text: str) -> Shape:
    """The text reduced to what it asks about."""
    folded = COUNTED.sub(lambda found: found[0].translate(NUMERALS), texts.same(text))
    contrasts = tuple(frozenset(word for word in row if word in folded) for row in CONTRASTS)
    for word, same in SAME:
        folded = folded.replace(word, same)
    for word in FRAME:
        folded = folded.replace(word, "\u0001")
    folded = folded.replace("\u0001", "")
    tokens = [token for token in TOKEN.findall(folded) if token not in WORDS]
    runs = [token for token in tokens if token[0] >= "\u3400"]
    words = {token for token in tokens if token[0] < "\u3400"}
    pairs = {run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1))} | words
    singles = {character for run in runs for character in run} | words
    line = [part for token in tokens for part in (token if token[0] >= "\u3400" else (token,))]
    return Shape(
        tuple(line[:LONGEST]),
        frozenset(pairs),
        frozenset(singles),
        frozenset(word for word in words if CODE.search(word)),
        contrasts,
    )


def likeness(one: Shape, other: Shape) -> float:
    """0 for nothing in common, 1 for the same; less where one word stands in the place of another."""
    if not one.singles or not other.singles:
        return 0.0
    score = (_overlap(one.pairs, other.pairs) + _overlap(one.singles, other.singles)) / 2
    if score < CLOSE or _differ(one, other):
        return score / 2
    return max(0.0, score - EXCHANGE * exchanged(one.line, other.line))


def exchanged(one: Sequence[str], other: Sequence[str]) -> float:
    """How much of the shorter line stands where the other has something else, between what both have in order.

    What one of them merely says in addition, or elsewhere, is not exchanged.
    """
    if holds_in_order(*sorted((one, other), key=len)):
        return 0.0
    return compared(*sorted((one, other), key=" ".join))


def holds_in_order(short: Sequence[str], long: Sequence[str]) -> bool:
    """Whether the longer line only adds to the shorter: then nothing is exchanged, which is soon seen."""
    rest = iter(long)
    return all(part in rest for part in short)


def compared(one: Sequence[str], other: Sequence[str]) -> float:
    """`exchanged`, along the longest common subsequence."""
    lengths = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in range(len(one) - 1, -1, -1):
        for j in range(len(other) - 1, -1, -1):
            same = one[i] == other[j]
            lengths[i][j] = lengths[i + 1][j + 1] + 1 if same else max(lengths[i + 1][j], lengths[i][j + 1])
    i = j = left = right = count = 0
    while i < len(one) and j < len(other):
        if one[i] == other[j]:
            count, i, j, left, right = count + min(left, right), i + 1, j + 1, 0, 0
        elif lengths[i + 1][j] >= lengths[i][j + 1]:
            i, left = i + 1, left + 1
        else:
            j, right = j + 1, right + 1
    count += min(left + len(one) - i, right + len(other) - j)
    return count / max(1, min(len(one), len(other)))


def score(one: str, other: str) -> float:
    """The likeness of two texts."""
    return likeness(shape(one), shape(other))


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The mean of Dice's coefficient and of containment, which forgives what only one of them says."""
    common = len(one & other)
    if not common:
        return 0.0
    return (2 * common / (len(one) + len(other)) + common / min(len(one), len(other))) / 2


def _differ(one: Shape, other: Shape) -> bool:
    if one.codes and other.codes and one.codes != other.codes:
        return True
    return any(a and b and not a & b for a, b in zip(one.contrasts, other.contrasts, strict=True))


def pairs_alike(shapes: Sequence[tuple[str, Shape]], least: float = ALIKE) -> list[tuple[str, str, float]]:
    """Every two of them that are at least so alike, the most alike first."""
    found = [
        (one_id, other_id, likeness(one, other))
        for at, (one_id, one) in enumerate(shapes)
        for other_id, other in shapes[at + 1 :]
    ]
    return sorted((each for each in found if each[2] >= least), key=lambda each: (-each[2], each[0], each[1]))
