"""What must not be said in public without a look: ways to reach somebody, illegal promises, abuse; pure.

A text is read in three ways, because people who want to be reached write around filters: *plain* (one width, lower
case, simplified characters), *digits* (plain, with every kind of numeral as 0-9) and *squeezed* (plain, without
anything that is neither letter nor digit). Rules look at the reading in which their pattern cannot hide.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from events.text import same


class FindingKind(StrEnum):
    PHONE = "phone"
    WECHAT = "wechat"
    QQ = "qq"
    EMAIL = "email"
    LINK = "link"
    GROUP = "group"
    PROMISE = "promise"
    ABUSE = "abuse"
    WORD = "word"


CONTACTS: Final = frozenset(FindingKind) - {FindingKind.PROMISE, FindingKind.ABUSE, FindingKind.WORD}

REASONS: Final[dict[FindingKind, tuple[str, str]]] = {
    FindingKind.PHONE: ("含有电话号码", "It holds a phone number"),
    FindingKind.WECHAT: ("含有微信联系方式", "It holds a WeChat contact"),
    FindingKind.QQ: ("含有 QQ 联系方式", "It holds a QQ contact"),
    FindingKind.EMAIL: ("含有电子邮箱", "It holds an e-mail address"),
    FindingKind.LINK: ("含有网址", "It holds a link"),
    FindingKind.GROUP: ("含有加群信息", "It invites into a group"),
    FindingKind.PROMISE: ("含有违规的收益承诺或荐股用语", "It promises returns or touts stocks, which is not allowed"),
    FindingKind.ABUSE: ("含有不文明用语", "It is abusive"),
    FindingKind.WORD: ("含有主办方设定的关键词", "It holds a word the organizer reviews"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a text waits for the host. `matched` is the piece that gave rise to it, as it was read."""

    kind: FindingKind
    matched: str

    @property
    def is_contact(self) -> bool:
        """Whether it is a way to reach somebody outside the room."""
        return self.kind in CONTACTS

    @property
    def zh(self) -> str:
        return REASONS[self.kind][0]

    @property
    def en(self) -> str:
        return REASONS[self.kind][1]

    @property
    def said(self) -> str:
        """The reason in both languages, for where it is kept as a text."""
        return f"{self.zh} · {self.en}"


def screen(text: str, words: Iterable[str] = ()) -> Finding | None:
    """The first reason to look at a text before others do, contacts first; None when it may be shown.

    `words` are an organizer's own; they are found in any width, case and spacing.
    """
    plain = _plain(text)
    read = {"plain": plain, "digits": _digits(plain), "squeezed": _squeezed(plain)}
    for kind, reading, pattern in RULES:
        if found := pattern.search(read[reading]):
            return Finding(kind, found[0].strip())
    return _own_word(read["squeezed"], words)


def _own_word(squeezed: str, words: Iterable[str]) -> Finding | None:
    for word in words:
        wanted = _squeezed(_plain(word))
        if wanted and wanted in squeezed:
            return Finding(FindingKind.WORD, word)
    return None


# How a text is read.

NUMERALS: Final = {
    **dict(zip("零一二三四五六七八九", "0123456789", strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", "0123456789", strict=True)),
    **{"幺": "1", "两": "2", "洞": "0", "拐": "7", "勾": "9", "貳": "2", "參": "3", "陸": "6"},
}
SIMPLER: Final = str.maketrans(
    "穩賺賠證險無風資導羣號電話傳銷內幕報單薦漲漢聯繫維偉徽軟陽萬億區幣發財獲贏險員鏈碼掃開",
    "稳赚赔证险无风资导群号电话传销内幕报单荐涨汉联系维伟徽软阳万亿区币发财获赢险员链码扫开",
)
KEYCAP: Final = "\u20e3"


def _plain(text: str) -> str:
    """One width, lower case, simplified, without what cannot be seen."""
    return same(text.replace(KEYCAP, "")).translate(SIMPLER)


def _digits(plain: str) -> str:
    return "".join(_digit(character) for character in plain)


def _digit(character: str) -> str:
    if character in NUMERALS:
        return NUMERALS[character]
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)


def _squeezed(plain: str) -> str:
    return "".join(character for character in plain if character.isalnum())


# The rules, in the order in which they are tried.

GAP = r"[\s\-_.·•*/\\|~,、,。:;]{0,3}"
UNIT = r"(?![\d%])(?!\s{0,2}(?:元|股|万|亿|吨|台|套|件|份|颗|片|枚|个|只|美元|人民币|rmb|usd|km|km2|次|字节))"
ID = r"[a-z0-9][-_a-z0-9]{4,19}"
DOMAIN = r"(?:com|cn|net|org|top|xyz|vip|cc|shop|club|info|site|link|wang|tech|gov|edu|icu|ltd|biz|work|me)"

_TABLE: Final[tuple[tuple[FindingKind, str, str], ...]] = (
    # A mobile number may be broken by gaps, a trunk or fixed one only where people break it.
    (FindingKind.EMAIL, "plain",
     rf"[a-z0-9][a-z0-9._+-]*\s?(?:@|\(at\)|\[at\]|艾特|#)\s?[a-z0-9-]+\s?(?:\.|点|。|dot|\(dot\))"
     rf"\s?{DOMAIN}\b"),
    (FindingKind.EMAIL, "plain", rf"[a-z0-9._+-]{{2,}}\s+at\s+[a-z0-9-]+\s+dot\s+{DOMAIN}\b"),
    (FindingKind.PHONE, "digits",
     rf"(?<![0-9a-z.,])(?:\+?(?:00)?86{GAP})?1{GAP}[3-9](?:{GAP}[0-9]){{9}}(?![0-9a-z]){UNIT}"),
    (FindingKind.PHONE, "digits", r"(?<![0-9a-z.])\(?0(?:10|2\d|[3-9]\d{2})\)?[- ]?[2-8]\d{6,7}(?![0-9a-z])"),
    (FindingKind.PHONE, "digits", r"(?<![0-9a-z.])[48]00[- ]\d{3,4}[- ]?\d{3,4}(?![0-9a-z])"),
    (FindingKind.PHONE, "digits",
     r"(?:手机号?|电话|致电|拨打|联系方式|tel|whatsapp)[是为:：\s]{0,3}\+?\d(?:[- ]?\d){6,12}"),
    (FindingKind.LINK, "plain",
     r"(?:https?|hxxps?|ftp)\s?[::]\s?//|//[a-z0-9-]+\.[a-z]{2,}|\bwww\s?[.点。]\s?[a-z0-9]"),
    (FindingKind.LINK, "plain",
     rf"(?<![a-z0-9@.])(?!asp\.net\b)[a-z0-9][a-z0-9-]{{1,62}}(?:\.[a-z0-9-]+)"
     rf"*\s?[.点。]\s?{DOMAIN}(?![a-z0-9])"),
    (FindingKind.LINK, "plain", r"\b(?:t\.me|t\.cn|bit\.ly|url\.cn|dwz\.cn|u\.nu)/"),
    (FindingKind.QQ, "digits",
     r"(?:qq|扣扣|叩叩|企鹅)(?!浏览器|音乐|邮箱大师|游戏)[号群加是为:：\s]{0,4}[1-9](?:[\s.-]?\d)"
     r"{4,10}(?!\d)"),
    (FindingKind.QQ, "digits", r"(?:加我?q|q号|\bq\s?[:：])[号是:：\s]{0,3}[1-9]\d{4,10}(?!\d)"),
    (FindingKind.QQ, "squeezed", r"加我?(?:个|下)?(?:qq|扣扣)"),
    (FindingKind.WECHAT, "plain",
     rf"(?<![a-z])(?:vx|wx|v信|weixin|wechat(?:\s?id)?|w\.x|v\.x)(?:[号是为加::\s]{{1,4}}{ID}|\d{{5,}})"),
    (FindingKind.WECHAT, "plain", r"(?<![a-z0-9])v\.?x(?![a-z0-9])"),
    (FindingKind.WECHAT, "squeezed",
     rf"(?:微信号|微信|薇信|威信|维信|徽信|卫星号|v信|微心)(?:号|是|为|加|搜|同号|id)?(?=[a-z0-9]*[a-z])"
     rf"(?=[a-z]*[0-9])(?!\d+(?:年|月|万|亿|个|家)){ID}"),
    (FindingKind.WECHAT, "squeezed",
     r"(?:微信号|微信同号|微信联系|微信私聊|微信详谈|微信细聊|微信找我|我的微信|留个微信|互加微信|"
     r"扫码加|扫我二维码|微信二维码发)"),
    (FindingKind.WECHAT, "squeezed",
     r"(?<![增添参更追附叠施])[加➕](?:我|个|一下|下|老师|主播|助理|客服)?(?:微信|薇信|威信|维信|徽信|"
     r"v信|卫星)(?!支付|小程序|生态|渠道|公众|登录|视频|团队)"),
    (FindingKind.WECHAT, "plain",
     rf"(?<![增添参更追附叠施])(?:加|\+)\s?(?:我|个|一下|下)?\s?(?:v|薇|微|威)"
     rf"x?(?:\s?[::]?\s?(?=[a-z0-9_-]*\d){ID}|\s?(?=$|[^a-z0-9\u4e00-\u9fff]|我|聊|详|私|领|拉|进|咨询|"
     rf"了解))"),
    (FindingKind.WECHAT, "plain", rf"(?<![a-z0-9])(?:v|薇)\s?[::]\s?{ID}"),
    (FindingKind.GROUP, "digits", r"群号?\s?[是为::]?\s?[1-9]\d{5,10}(?!\d)"),
    (FindingKind.GROUP, "squeezed",
     r"(?:(?<![增添更追])加|(?<![引促推先改增])进|拉你?(?:进|入)?|扫码(?:进|入)|申请入)(?:我的?|"
     r"我们的?|投资|内部|交流|福利|股票|qq|微信|vip|老师的?)*群(?!体|众|组|落|岛|聊功能)"),
    (FindingKind.GROUP, "squeezed",
     r"(?:qq|微信|vip|内部|股票|荐股|福利|电报|telegram|whatsapp|钉钉|飞书)交?流?群(?!体|发|聊功能|"
     r"管理|运营|机器人)"),
    (FindingKind.GROUP, "squeezed",
     r"(?:群二维码|入群码|进群码|群口令|电报号|飞机号|纸飞机|telegram|skype号|line号|私信我领|私聊我领|"
     r"加我好友|加好友聊)"),
    # Promises that the law against illegal finance knows; said with a "no" before them they are warnings.
    (FindingKind.PROMISE, "squeezed",
     r"(?<!不)(?<!非)(?<!不是)(?<!不承诺)(?<!不得承诺)(?<!严禁)(?<!禁止)(?<!打击)(?<!谨防)(?<!防范)"
     r"(?<!杜绝)(?:承诺)?保本(?:又)?(?:保息|保收益|付息|高息|高收益|稳赚|理财|返利|无忧|零风险|无风险|"
     r"保底)"),
    (FindingKind.PROMISE, "squeezed",
     r"(?:稳赚不赔|只赚不赔|包赚|包赔|稳赢|躺赚|躺着赚|日赚\d|月入\d+万|日进斗金|一夜暴富|"
     r"财富自由不是梦|百分百赚|100赚|必赚|必涨|稳涨|翻倍不是梦|保证翻倍|包翻倍)"),
    (FindingKind.PROMISE, "squeezed",
     r"(?<!不)(?<!不得)(?<!不能)(?<!无法)(?<!不会)(?<!严禁)(?<!禁止)(?:保证|承诺|确保|包)(?:本金|最低|"
     r"固定|高额?|年化|月息|每?月|年?)*(?:收益|回报|分红|盈利|赚钱|利润率?|返利|回本)"),
    (FindingKind.PROMISE, "squeezed",
     r"(?<!没有)(?<!不存在)(?<!并非)(?<!不是)(?:零|0|无|没)风险(?:高|稳|投资|套利|赚|理财|获利|固定|"
     r"年化|收益(?!率)|日|月|回报)"),
    (FindingKind.PROMISE, "squeezed",
     r"(?:高额返利|高息揽储|保底收益|保底年化|固定收益\d+|年化\d+(?:保底|保证|稳|起步)|"
     r"[日月]息[千百\d]|日返\d|月返\d|日化\d|静态收益|动态收益|拉人头|发展下线|多级返佣|推荐返佣|"
     r"返佣\d)"),
    (FindingKind.PROMISE, "squeezed",
     r"(?:荐股|推荐(?:牛股|黑马股|妖股)|牛股推荐|(?:明|后)[日天]涨停|涨停板?(?:预测|内参|名单)|"
     r"内幕消息|内部消息买|内部认购|内部份额|内部名额|原始股(?:认购|转让|份额|最后)|跟(?:我|老师|庄)"
     r"(?:买|操作|做单)|带单|老师带你|代客(?:理财|操盘)|代操盘|配资|打新代持|资金盘|币圈|空投领|"
     r"虚拟币(?:投资|认购)|usdt)"),
    (FindingKind.PROMISE, "plain",
     r"guaranteed?\s+(?:\w+\s+)?(?:returns?|profits?|gains?|income|yield)|returns?\s+(?:are\s+)"
     r"?guaranteed|(?:risk[- ]?free|no[- ]risk|zero[- ]risk|100% safe)\s+(?:return|profit|investment|"
     r"money|income|gain|yield)"),
    (FindingKind.PROMISE, "plain",
     r"double your money|get rich quick|can(?:'|no|’)?t lose|sure[- ]?win|insider (?:tip|info)|"
     r"hot stock tips?|passive income daily|\d+% (?:a|per) (?:day|week|month) guaranteed|pump and dump"),
    (FindingKind.ABUSE, "squeezed",
     r"傻逼|傻比(?!较|例|亚)|傻屄|傻x|煞笔|沙雕(?!塑)|脑残|弱智|智障|王八蛋|狗东西|狗日|操你|草你妈|"
     r"草泥马|日你|去死吧|你去死|他妈的|特么的|妈的智|滚(?:蛋|出去|开|粗|下去)|贱人|婊子|混蛋|人渣|"
     r"死全家|nmsl|cnm|tmd(?![a-z0-9])|尼玛的"),
    (FindingKind.ABUSE, "squeezed",
     r"(?<!防)(?<!反)(?<!打击)(?:大骗子|死骗子|你们?(?:是|这|都是|就是)?(?:群|帮|个|些)?骗子|骗子公司|"
     r"圈钱狗|垃圾公司|垃圾项目|废物(?!处理|利用|资源|循环|焚烧|管理|回收|综合|的?再))"),
    (FindingKind.ABUSE, "plain",
     r"\b(?:f+u+c+k\w*|f\*+ck?|shit(?:ty)?|bullshit|asshole|bitch|bastard|moron|idiots?|retard(?:ed)?|"
     r"dumbass|wtf|stfu|scammers?|cunt|go die|kill yourself)\b|(?<![a-z0-9])s\.?b(?![a-z0-9.-])"),
)  # fmt: skip

RULES: Final = tuple((kind, reading, re.compile(pattern)) for kind, reading, pattern in _TABLE)
