"""Who appears in the demo. Every firm, institution and person is invented."""

from __future__ import annotations

from dataclasses import dataclass

from events.directory.models import Industry, InstitutionKind, Instrument, Label, Round, Stage

ORGANIZER = ("optics-valley", "光谷科创路演中心（演示）", "Optics Valley Roadshow Centre (demo)")


@dataclass(frozen=True, slots=True)
class SeriesPlan:
    slug: str
    name: str
    theme: str
    colour: str
    cadence: str
    about: str


SERIES = (
    SeriesPlan(
        "daily", "天天有路演", "每个工作日下午，一场路演", "#1455C0", "每个工作日 14:30",
        "面向全省科技型企业的常设路演。每个工作日一场，每场三到四家企业，现场与线上同步。",
    ),
    SeriesPlan(
        "one-chain", "一月一链", "一月聚焦一条产业链", "#0B7A5B", "每周三 09:30",
        "每月聚焦一条产业链，邀请链主企业、产业资本与链上中小企业面对面。",
    ),
    SeriesPlan(
        "morning-coffee", "金融早咖啡", "一杯咖啡，两个项目", "#9A5B13", "每周五 08:30",
        "小范围早间交流：两个项目，十几家机构，半小时问答。",
    ),
)  # fmt: skip

STAFF = (
    ("owner", "周明远", "zhou@demo.example"),
    ("planner", "林晓燕", "lin@demo.example"),
    ("host", "赵思齐", "zhao@demo.example"),
    ("viewer", "何立群", "he@demo.example"),
)

SURNAMES = "陈刘黄张李王吴徐孙胡朱高郭何罗郑梁谢宋唐许韩冯邓曹彭曾肖田董"
GIVEN = (
    "思远", "雨桐", "子墨", "嘉禾", "明轩", "若曦", "一帆", "清扬", "知行", "晨曦", "博文", "静怡", "浩然", "佳宁", "致远",
    "书瑶", "景行", "安然", "卓然", "语嫣", "承志", "沐阳", "亦凡", "欣然", "怀瑾", "芷若", "立言", "乐天", "望舒", "予安",
)  # fmt: skip
REGIONS = ("武汉东湖高新区", "武汉经开区", "武汉江夏区", "宜昌", "襄阳", "黄石", "荆州", "鄂州", "孝感", "十堰")


@dataclass(frozen=True, slots=True)
class Idea:
    """What a firm does: brand, industry, one line, one thing it is proud of."""

    brand: str
    industry: Industry
    line: str
    pride: str


IDEAS = (
    Idea(
        "澄光微", Industry.OPTOELECTRONICS, "400G 硅光收发芯片，功耗较同类低三成", "已向两家模块厂小批量供货，良率 92%"
    ),
    Idea("衡镜光学", Industry.OPTOELECTRONICS, "面向机器视觉的自由曲面镜头", "六家检测设备商定点，交付周期四周"),
    Idea("曜谱", Industry.OPTOELECTRONICS, "芯片级光谱仪，让水质检测随手可做", "已在 40 个河道断面连续运行一年"),
    Idea("凌波激光", Industry.OPTOELECTRONICS, "飞秒激光玻璃打孔设备", "孔径公差 ±1.5 微米，三家面板厂验证"),
    Idea("星幕显示", Industry.OPTOELECTRONICS, "车载 Micro-LED 抬头显示模组", "亮度 15000 尼特，已通过 AEC-Q102"),
    Idea("瞳界", Industry.OPTOELECTRONICS, "衍射光波导 AR 镜片", "单片成本降至百元级"),
    Idea("砺芯半导体", Industry.SEMICONDUCTOR, "碳化硅功率器件的栅极驱动芯片", "短路保护 1.2 微秒，四家电源厂导入"),
    Idea("知微存算", Industry.SEMICONDUCTOR, "存算一体边缘推理芯片", "每瓦 18 TOPS，已流片两次"),
    Idea("合璧封装", Industry.SEMICONDUCTOR, "晶圆级混合键合设备", "对准精度 80 纳米"),
    Idea("锦程测试", Industry.SEMICONDUCTOR, "存储芯片高温老化测试系统", "单机 4096 通道并测"),
    Idea("原点感知", Industry.SEMICONDUCTOR, "MEMS 惯性传感器", "零偏稳定性 0.8°/h，量产成本过百元关"),
    Idea("青峦硅材", Industry.SEMICONDUCTOR, "大尺寸石英坩埚国产化", "三家拉晶厂稳定采购"),
    Idea("听潮智能", Industry.AI, "工业设备声纹诊断", "提前 72 小时预警，覆盖 1200 台机泵"),
    Idea("墨白数科", Industry.AI, "建筑图纸自动审查", "一套图 15 分钟，六家设计院在用"),
    Idea("千寻质检", Industry.AI, "小样本缺陷检测平台", "20 张样本上线一条产线"),
    Idea("言蹊", Industry.AI, "方言语音病历录入", "湖北方言识别率 96%，11 家县医院使用"),
    Idea("启明排程", Industry.AI, "离散制造智能排产", "交付准时率提升 23 个百分点"),
    Idea("砚池", Industry.AI, "政务公文智能校对", "日均处理 8 万份"),
    Idea("康桥生物", Industry.HEALTH, "肿瘤早筛甲基化试剂盒", "已完成 2100 例多中心临床"),
    Idea("安合医疗", Industry.HEALTH, "可降解封堵器", "动物实验 12 个月内皮化完整"),
    Idea("素问制剂", Industry.HEALTH, "吸入给药缓释平台", "两款改良型新药获批临床"),
    Idea("普惠影像", Industry.HEALTH, "便携式骨密度超声仪", "单次检测 60 秒，二类证已获"),
    Idea("元生细胞", Industry.HEALTH, "通用型 CAR-NK 工艺", "单批次成本下降七成"),
    Idea("听雪康复", Industry.HEALTH, "上肢康复外骨骼", "38 家社区中心租用"),
    Idea("禾木诊断", Industry.HEALTH, "呼吸道多重核酸卡盒", "30 分钟出 18 项结果"),
    Idea("驭风汽车电子", Industry.AUTOMOTIVE, "线控转向冗余控制器", "ASIL-D 认证，两家主机厂定点"),
    Idea("磐石底盘", Industry.AUTOMOTIVE, "一体化压铸副车架", "减重 32%"),
    Idea("擎天热管理", Industry.AUTOMOTIVE, "CO₂ 热泵空调总成", "零下 20 度续航提升 18%"),
    Idea("路灵", Industry.AUTOMOTIVE, "港口无人集卡", "单港 26 台连续运行 400 天"),
    Idea("轻舟电驱", Industry.AUTOMOTIVE, "轴向磁通轮毂电机", "功率密度 6.1 kW/kg"),
    Idea("北斗云图", Industry.SPACE, "厘米级北斗定位模组", "农机出货 1.8 万片"),
    Idea("天弦测控", Industry.SPACE, "卫星星务计算机", "在轨 9 台零故障"),
    Idea("凌云浮空", Industry.SPACE, "应急通信系留气球", "30 分钟升空，覆盖 20 公里"),
    Idea("银线推进", Industry.SPACE, "霍尔电推进器", "地面寿命试验 6000 小时"),
    Idea("蓄光新能", Industry.ENERGY, "液流电池隔膜", "离子选择性提升一倍，百兆瓦时订单在谈"),
    Idea("澜氢科技", Industry.ENERGY, "PEM 电解槽双极板", "铂载量下降六成"),
    Idea("归谷储能", Industry.ENERGY, "用户侧储能运营平台", "管理 86 座电站"),
    Idea("明烛光伏", Industry.ENERGY, "钙钛矿组件涂布设备", "1.2 米幅宽整线交付"),
    Idea("沃土碳汇", Industry.ENERGY, "生物质气化多联产", "三个县域项目并网"),
    Idea("恒流充电", Industry.ENERGY, "480 kW 全液冷超充", "武汉布设 210 桩"),
    Idea("凝华材料", Industry.MATERIALS, "气凝胶电池隔热片", "通过两家电池厂热失控测试"),
    Idea("玄铁新材", Industry.MATERIALS, "高熵合金耐磨涂层", "矿山泵寿命延长三倍"),
    Idea("素纱", Industry.MATERIALS, "生物基尼龙纤维", "年产 3000 吨线试产"),
    Idea("锦瑟膜业", Industry.MATERIALS, "光学级 PI 膜", "透过率 89.5%"),
    Idea("磁动科技", Industry.MATERIALS, "无重稀土永磁体", "高温矫顽力提升 12%"),
    Idea("清岩", Industry.MATERIALS, "固废制低碳胶凝材料", "每吨减碳 560 公斤"),
    Idea("巧匠机器人", Industry.EQUIPMENT, "柔性打磨机器人", "卫浴行业 300 台装机"),
    Idea("天工主轴", Industry.EQUIPMENT, "空气静压电主轴", "20 万转，跳动 0.05 微米"),
    Idea("承影装备", Industry.EQUIPMENT, "锂电极片模切机", "毛刺小于 7 微米"),
    Idea("云阶", Industry.EQUIPMENT, "高层幕墙清洗机器人", "日清洗 3000 平方米"),
    Idea("深犁海工", Industry.EQUIPMENT, "内河清淤无人船", "四个湖泊示范"),
    Idea("量尺", Industry.EQUIPMENT, "在线三维形貌测量仪", "重复精度 0.3 微米"),
    Idea("谷雨农数", Industry.DIGITAL, "小龙虾全程溯源平台", "接入 7 万亩虾田"),
    Idea("仓颉数据", Industry.DIGITAL, "数据资产入表工具", "服务 45 家国企"),
    Idea("扬帆跨境", Industry.DIGITAL, "中小外贸企业关务助手", "月报关 12 万单"),
    Idea("知链", Industry.DIGITAL, "知识产权质押评估", "协助放款 3.6 亿元"),
    Idea("听涛安全", Industry.DIGITAL, "工控协议白名单网关", "27 家水厂部署"),
    Idea("同频物联", Industry.DIGITAL, "无源物联网标签", "读距 30 米，单价两角"),
    Idea("云樟教育", Industry.DIGITAL, "职业院校实训孪生", "63 所院校采购"),
    Idea("百川水务", Industry.DIGITAL, "供水管网漏损定位", "漏损率由 19% 降至 9%"),
)

STAGES = tuple(Stage)
ROUNDS = (Round.ANGEL, Round.PRE_A, Round.A, Round.A, Round.B, Round.C)
LABELS = (
    (Label.TECH_SME,),
    (Label.HIGH_TECH, Label.TECH_SME),
    (Label.HIGH_TECH, Label.SPECIALIZED),
    (Label.INNOVATIVE_SME,),
    (Label.HIGH_TECH, Label.LITTLE_GIANT),
    (Label.HIGH_TECH, Label.GAZELLE),
)
INSTRUMENTS = (
    (Instrument.EQUITY,),
    (Instrument.EQUITY, Instrument.LOAN),
    (Instrument.EQUITY, Instrument.GUARANTEE),
    (Instrument.LOAN, Instrument.INSURANCE),
)
ASKS_WAN = (500, 800, 1000, 1500, 2000, 3000, 5000, 8000)

INSTITUTIONS = (
    ("江汉初芽创投", InstitutionKind.VC), ("楚天远航资本", InstitutionKind.VC), ("东湖星火基金", InstitutionKind.VC),
    ("长河资本", InstitutionKind.PE), ("九省通衢投资", InstitutionKind.PE), ("黄鹤产业引导基金", InstitutionKind.GOVERNMENT_FUND),
    ("光谷种子引导基金", InstitutionKind.GOVERNMENT_FUND), ("江城科创母基金", InstitutionKind.GOVERNMENT_FUND),
    ("晴川汽车产业资本", InstitutionKind.CVC), ("知音光电战投", InstitutionKind.CVC), ("云梦医药投资", InstitutionKind.CVC),
    ("两江金融资产投资", InstitutionKind.AIC), ("汉水银行科技支行", InstitutionKind.BANK), ("荆楚农商科创中心", InstitutionKind.BANK),
    ("东湖通商银行", InstitutionKind.BANK), ("信合科技担保", InstitutionKind.GUARANTEE), ("安楚融资担保", InstitutionKind.GUARANTEE),
    ("长江财险科技部", InstitutionKind.INSURANCE), ("楚盾保险", InstitutionKind.INSURANCE), ("珞珈天使汇", InstitutionKind.ANGEL),
    ("喻家山校友基金", InstitutionKind.ANGEL), ("南湖创业伙伴", InstitutionKind.ANGEL), ("天河证券投行部", InstitutionKind.BROKER),
    ("鹤鸣证券直投", InstitutionKind.BROKER), ("白云边企业服务", InstitutionKind.OTHER),
)  # fmt: skip

QUESTIONS = (
    ("硅光芯片的封装良率目前是多少？年底能到什么水平？", 23, False),
    ("前五大客户占收入的比例是多少，有没有签框架协议？", 17, False),
    ("本轮资金里用于扩产的部分，设备交期能保证吗？", 12, True),
    ("和进口产品相比，价格差距现在有多大？", 9, False),
    ("核心团队的竞业和专利归属是否已经处理干净？", 8, True),
    ("能否介绍一下下一代产品的路线图？", 5, False),
    ("是否考虑知识产权质押贷款，预计额度多少？", 4, False),
)

DANMAKU = (
    "恭喜量产！", "良率厉害", "支持国产光芯片", "来自襄阳的问候", "这一页能再讲讲吗", "讲得清楚", "看好这个方向", "666",
    "何时开放下一轮？", "加我微信 guquan_8866 内部份额",
)  # fmt: skip
"""The last one waits for the host."""

TWIN = "请问硅光芯片封装良率现在多少，年底到什么水平？"
"""Asks what the first question asks, and is merged into it."""

REPLY = "第三方检测报告会后放进资料室，欢迎查阅。"
"""The startup's own words under a question."""

KEPT = "已向该企业核实：详细数据见会后资料，欢迎直接联系安排现场考察。"
"""The answer that was promised and given after the session."""

WAITING = ("海外客户的出口管制风险怎么应对？", "去年的经营性现金流是正的吗？", "出口管制的风险如何应对？")
"""Questions the host has not looked at yet."""

ROLES = (
    # key, titles, what one can try, who it is
    ("organizer", "主办方负责人", "Organizer, owner", "排期、审核、导出、邀请同事", "Plan, verify, export, invite", "zhou@demo.example"),
    ("planner", "主办方策划", "Organizer, planner", "排期、场地与名单", "Plan roadshows, venues and lists", "lin@demo.example"),
    ("host", "主持人", "Host", "主持正在直播的路演", "Run the room that is live now", "zhao@demo.example"),
    ("startup", "企业（路演方）", "Startup", "项目卡、预约时段、答复意向", "Project card, slots, intents", "founder1@demo.example"),
    ("investor", "投资人（已认证）", "Investor, verified", "报名、提问、留下意向", "Register, ask, leave an intent", "investor1@demo.example"),
    ("newcomer", "投资人（待认证）", "Investor, not yet verified", "只能看到公开字段", "Sees public fields only", "investor23@demo.example"),
    ("viewer", "主办方观察员", "Organizer, viewer", "只读查看", "Looks, changes nothing", "he@demo.example"),
)  # fmt: skip
