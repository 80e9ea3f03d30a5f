"""What spreadsheets call industries, stages and kinds of institution, and which of ours is meant; pure."""

from __future__ import annotations

from events.directory.models import Industry, InstitutionKind, Stage

_TRADITIONAL = (
    "業稱統會碼聯絡係電話機構領資類別簡紹團隊關註冊號編區國產階發點項單郵記錄鍵間時車"
    "醫療軟體訊數據雲計裝備製節環儲網險證個獨導擔創風長熟種權與術總說審來館處員額萬億"
)
_SIMPLIFIED = (
    "业称统会码联络系电话机构领资类别简绍团队关注册号编区国产阶发点项单邮记录键间时车"
    "医疗软体讯数据云计装备制节环储网险证个独导担创风长熟种权与术总说审来馆处员额万亿"
)
_SIMPLER = str.maketrans(_TRADITIONAL, _SIMPLIFIED)


def simplified(text: str) -> str:
    """Traditional characters of column names and kinds as simplified ones; only for recognizing, never for storing."""
    return text.translate(_SIMPLER)


NOWHERE = frozenset({"unknown", "n/a", "未知", "不详", "-", "无"})

_INDUSTRY_WORDS: dict[Industry, str] = {
    Industry.OPTOELECTRONICS: "光电子信息 光电子 光芯屏端网 optoelectronics photonics",
    Industry.AUTOMOTIVE: "汽车制造与服务 汽车 新能源汽车 automotive transportation",
    Industry.HEALTH: "大健康 生命健康 大健康/生命健康 生物医药 医疗 医疗器械 biotech medical health",
    Industry.SEMICONDUCTOR: "集成电路 半导体 芯片 semiconductor",
    Industry.AI: "人工智能 ai",
    Industry.EQUIPMENT: "高端装备 智能制造 装备制造 hardware manufacturing equipment",
    Industry.ENERGY: "新能源 节能环保 储能 cleantech energy",
    Industry.MATERIALS: "新材料 材料 nanotech materials",
    Industry.SPACE: "北斗/空天 北斗 空天 商业航天 航空航天 space aerospace",
    Industry.DIGITAL: (
        "数字经济 软件 信息技术 互联网 大数据 云计算 digital software web mobile enterprise analytics advertising "
        "games_video ecommerce network_hosting social security search messaging photo_video finance education"
    ),
    Industry.OTHER: "其他 other",
}
INDUSTRIES: dict[str, Industry] = {
    word: industry for industry, words in _INDUSTRY_WORDS.items() for word in [industry.value, *words.split()]
}

_STAGE_WORDS = {
    Stage.SEED: "种子期 种子 seed",
    Stage.STARTUP: "初创期 初创 startup early",
    Stage.GROWTH: "成长期 成长 growth",
    Stage.MATURE: "成熟期 成熟 mature late",
}
STAGES: dict[str, Stage] = {word: stage for stage, words in _STAGE_WORDS.items() for word in words.split()}

_KIND_WORDS = {
    InstitutionKind.VC: "创业投资 创投 风投 风险投资 vc financial-organization",
    InstitutionKind.PE: "私募股权 私募 pe",
    InstitutionKind.CVC: "企业创投 产业资本 cvc",
    InstitutionKind.GOVERNMENT_FUND: "政府引导基金 引导基金 政府基金 government_fund",
    InstitutionKind.AIC: "金融资产投资公司 aic",
    InstitutionKind.BANK: "银行 bank",
    InstitutionKind.GUARANTEE: "担保 担保公司 guarantee",
    InstitutionKind.INSURANCE: "保险 保险公司 insurance",
    InstitutionKind.BROKER: "券商 证券公司 broker",
    InstitutionKind.ANGEL: "天使投资 天使 天使投资人 个人 angel person",
    InstitutionKind.OTHER: "其他 other company",
}
INSTITUTION_KINDS: dict[str, InstitutionKind] = {
    word: kind for kind, words in _KIND_WORDS.items() for word in words.split()
}
