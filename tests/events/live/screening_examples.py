"""What people write in a room, each with what it is: the table that screening is measured on. All invented."""

from __future__ import annotations

LEAKS = """
phone | 我的电话13800138000
phone | 138-0013-8000 随时联系
phone | １３８００１３８０００
phone | 138 0013 8000
phone | 1 3 8 0 0 1 3 8 0 0 0
phone | 138.0013.8000
phone | 138_0013_8000
phone | 一三八零零一三八零零零
phone | 幺三八零零幺三八零零零
phone | 壹叁捌零零壹叁捌零零零
phone | 138零零138零零零
phone | 一三八〇〇一三八〇〇〇 找我
phone | +86 138 0013 8000
phone | 0086-13800138000
phone | 8613912345678
phone | ①③⑧⓪⓪①③⑧⓪⓪⓪
phone | 1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣
phone | 𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎
phone | 138\u200b0013\u200b8000
phone | 联系 19912345678
phone | 要投的打17712345678
phone | 027-87654321 找王总
phone | (010)62345678
phone | 0755 26543210
phone | 400-820-8820 免费咨询
phone | 电话：87654321
phone | 手机号是 1390013 9001
phone | 139/0013/9001
phone | 139，0013，9001
phone | call me 13500001111
wechat | 加我微信 abc_12345
wechat | 微信号：zhangsan88
wechat | 加V：touzi888
wechat | 加v 聊
wechat | 加VX详聊
wechat | vx: laowang2020
wechat | VX同号
wechat | 有vx吗
wechat | wx：invest_wuhan
wechat | V信 guquan99
wechat | 威信 lao_li_66
wechat | 薇信搜 touyan2025
wechat | 徽信：abc66888
wechat | 微 信 号 t o u z i 1 2 3
wechat | 微-信：fund2026
wechat | ＋Ｖ　ｆｕｎｄ８８８８
wechat | 加威 laohu123
wechat | 加薇 lx20260101
wechat | 加微，详聊
wechat | 加个微信吧
wechat | 加下微信聊
wechat | 扫码加我
wechat | 留个微信
wechat | 微信联系
wechat | weixin: chuangtou_1
wechat | WeChat ID: ventures88
wechat | 手机微信同号
wechat | v：hubei_vc01
wechat | 加➕微信领资料
wechat | v.x 私聊
qq | QQ 12345678
qq | qq：8 8 8 6 6 6 1
qq | 扣扣123456789
qq | 企鹅号 1008610086
qq | 加q 23456789
qq | Q号：9876543
qq | ＱＱ：９８７６５４３２１
qq | 加我QQ
qq | qq是三四五六七八九
email | boss@example.com
email | 发到 li.lei＠example.cn
email | zhang#163.com
email | bp at fund dot com
email | bp(at)example.com
email | 投递 hr艾特example点com
email | lucky2026@qq.com
link | http://example.com/a
link | https://example.org
link | www.example.com
link | example点com
link | 上example.top看看
link | t.cn/A6xyz
link | t.me/touzi
link | hxxp://evil.example
link | bit.ly/3abcd
link | abc。vip
link | 搜 licai888.cc
group | 群号 123456789
group | 加群领牛股
group | 进群：987654321
group | 拉你进群
group | 扫码进群
group | QQ交流群
group | 福利群欢迎
group | 股票群等你
group | 进我的投资群
group | 电报群 @gupiao
group | telegram搜一下
group | 私信我领资料
group | 微信群二维码在这
promise | 保本保息
promise | 保 本 保 息
promise | 保.本.保.息
promise | 保本付息 年化12
promise | 稳赚不赔
promise | 穩賺不賠
promise | 稳~赚~不~赔
promise | 只赚不赔的项目
promise | 包赚
promise | 承诺保本保收益
promise | 保证收益 18%
promise | 承诺年化回报
promise | 保证固定回报
promise | 零风险高收益
promise | 0风险套利
promise | 无风险理财
promise | 高额返利
promise | 月息3分
promise | 日息千五
promise | 内幕消息
promise | 老师带单
promise | 荐股加我
promise | 明天涨停
promise | 推荐牛股
promise | 原始股转让
promise | 内部份额最后一天
promise | 代客理财
promise | 拉人头有奖
promise | 场外配资
promise | USDT 充值
promise | 保底收益
promise | 必涨，冲
promise | guaranteed return
promise | Guaranteed monthly returns!
promise | returns are guaranteed
promise | risk-free profit
promise | double your money
promise | can't lose
promise | no risk investment
promise | hot stock tips
abuse | 傻逼项目
abuse | 傻 逼
abuse | 煞笔
abuse | 脑残吧
abuse | 滚蛋
abuse | 滚出去
abuse | 他妈的
abuse | 去死吧
abuse | nmsl
abuse | sb
abuse | 你们是骗子
abuse | 骗子公司
abuse | 王八蛋
abuse | 垃圾项目
abuse | fuck
abuse | what an idiot
abuse | bullshit
abuse | scammers
abuse | wtf
"""

HARMLESS = """
融资5000万元，出让多少股份？
营收13800万元
年产13800138000颗芯片元件？
营收13800138000元
估值1.38亿
1,380,013,800 元的订单
2026-11-21 14:30 开始吗
2026年11月21日14:30-16:00
14:30 15:00 15:30 16:00
二零二六年投产
一三五规划和十四五规划
股票代码600519
000001.SZ 和 600036.SH 可比吗
300750 是可比公司吗
统一社会信用代码91420100MA4K12345X
91420100758123456X 是贵司吗
914201007581234567
P1068888 是登记号吗
专利号 ZL202310123456.7
CN202310123456A
ISO9001 和 IATF16949 过了吗
良率从 82.5% 到 96.3%
1310nm 和 1550nm 都能做？
波长 1550nm，速率 800G
单价 12.5 万/台，年销 300 台
2023 2024 2025 三年营收
2021 2022 2023 增速 12 15 18
比例 3:4:3
138 家客户里复购多少
1380 台设备，0013 批次
第13800批
Q3 营收多少
Q1 2026 能盈利吗
Q4能交付20000台吗
QQ浏览器是客户吗
企鹅模型是自研的吗
微信小程序日活多少
接入微信支付了吗
依托微信生态获客
增加微信渠道了吗
企业微信有对接吗
微信公众号粉丝多少
微信2025年有合作吗
怎么看微信视频号带货
加微纳加工产线吗
增加微波模块
加微小的应力会不会碎
外加微创手术场景
加VR头显的方案呢
支持V2X吗
车规V2.0什么时候出
V8 引擎对比
加V8引擎会不会更快
5V 转 3.3V
施加V形电极
客户群体是谁
目标人群
产业集群在光谷
社群运营成本
引进群体医学团队
促进群众就业
先进群控系统
无人机群
免疫人群
群体智能算法
加群体智能
进群岛项目
邮箱系统是自研吗
电子邮件安全网关
@主持人 声音有点小
@王博士 讲得好
Node.js 写的吗
ASP.NET 能迁移吗
v1.0.2 什么时候发布
0.5nm 精度
A.I. 和 B.I.
3.5D 封装
U.S. 市场
e.g. 客户案例
socket.io 还是原生
收益率和无风险收益率比差多少
risk-free rate 用多少
保本点在哪里
保本微利的担保模式能用吗
不保本
我们不承诺保本保息
谨防保本保息骗局
严禁承诺收益
不得承诺收益
不承诺固定收益
没有零风险的投资
投资有风险
风险收益比
打击骗子
反骗子模型
防骗子系统
盈亏平衡点什么时候到
预计年化增长 30%
固定资产投资多少
固定收益部门
静态功耗多少
动态范围多大
月活多少
日活 30 万
内部收益率 IRR
内部消化产能
原始数据从哪来
原始股东有几位
垃圾分类机器人
垃圾焚烧发电
废物处理
废物利用
滚动轴承
滚动发布
操作简单
妈妈的选择
母婴品牌妈妈的爱
沙雕塑型
智能障碍物识别
SB-3 型号
USB 接口
assess the market
class A shares
Scunthorpe
therapist tools
our returns policy
guaranteed delivery date
revenue growth of 30% a year
no risk register yet?
恭喜恭喜
666
6666666666
2333333
加油
讲得太好了
哈哈哈哈哈哈
👏👏👏
👍
现场声音能大一点吗
能再翻回上一页吗
这个方向看好
什么时候开放下一轮
核心团队几个人
技术壁垒在哪
竞品是谁
和华工的关系
武汉加油
支持国产
来自襄阳的问候
1
一
第一
100分
99.99% 可用性
毛利率 45%，净利率 12%
单晶硅 12 英寸 8 英寸 6 英寸
二〇二六年一月一日上市？
尺寸 120*60*30
12-24 个月
3-5-7 年规划
"""

HELD_OUT_LEAKS = """
phone | 有兴趣的打一八六七一二三四五六七
phone | 186\u00a07123\u00a04567
phone | tel 18671234567
phone | 186 7123 4567 李经理
phone | 壹捌陆7123四五六七
wechat | 想要BP的加微信：bp_hubei
wechat | 微信 kuaile_touzi9
wechat | 大家互加微信
wechat | vx13971234567
wechat | 加v:wh20261121
qq | QQ：332211445
qq | 我的扣扣是55667788
email | 投资合作 fund.wh@example.net
email | name[at]example.com
link | 详情 www点abc点cn
link | 打开 https：//a.example
link | 看 baoli-touzi.com.cn
group | 内部群名额有限
group | 群123987456进来聊
group | 扫码入群
promise | 本项目承诺保本付息
promise | 包回本，不赚退款
promise | 躺赚项目
promise | 每天月返3个点
promise | 跟老师买，稳
promise | 100% safe investment
abuse | 这都什么垃圾公司
abuse | 脑 残 评 委
abuse | you idiot
abuse | 滚下去
"""

HELD_OUT_HARMLESS = """
贵司注册资本5000万元实缴多少
去年营收一亿三千八百万
2025年12月31日前完成交割吗
688981 市盈率多少
申报号 2026GXQ0130021
合同金额 1,3800 万
每平方厘米 13 9 1 2 个点
一期二期三期分别多少
对标公司是 NVDA 还是 688256
请问Q2毛利为何下降
微信登录支持吗
是否加入微信生态
用户群怎么分层
先进封装进展
加大研发投入
加热温度 1350 度
风险自担
如何保证交付
保证金比例多少
承诺交期多久
能否保证良率
回报周期几年
收益权归谁
投资回报率怎么算
无风险利率取多少
黄石有生产基地吗
邮寄样品可以吗
链接到产业链哪一环
网址备案了吗
骗保识别率多少
混凝土蛋白
死循环怎么处理
Great demo, congrats
When will you ship?
What is the CAC and LTV?
A/B 测试做了吗
5G+工业互联网
碳纤维 T800 和 T1000
车间 7*24 小时
"""
