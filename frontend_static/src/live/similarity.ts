/** How alike two questions are: the server's rule (events/live/similarity.py) word for word, so that the phone says the same. */

import { same } from '@/format/same'

export const ALIKE = 0.55
const CLOSE = 0.6
const EXCHANGE = 0.8
const LONGEST = 120

/** Read from left to right: the longer words before those they contain. */
const SAME: readonly (readonly [string, string])[] = [
  ['良品率', '良率'], ['合格率', '良率'], ['营业收入', '营收'], ['销售额', '营收'], ['年收入', '年营收'], ['国产化替代', '国产替代'], ['进展', '进度'], ['占比', '比例'], ['占', '比例'],
  ['比重', '比例'], ['股权', '股份'], ['注册证书', '注册证'], ['贵公司', ''], ['贵司', ''], ['贵方', ''], ['这一轮', '本轮'], ['这轮', '本轮'], ['此轮', '本轮'], ['碳化硅', 'sic'],
  ['人工智能', 'ai'], ['应对', '处理'], ['解决', '处理'], ['保证', '保障'], ['通过', '过'], ['车规级', '车规'], ['预留', '留'], ['用于', '用'], ['用途', '用'], ['用在', '用'],
  ['差距', '差'], ['mass production', 'mp'], ['competitors', 'competitor'], ['patents', 'patent'], ['large', 'big'], ['european', 'europe'],
  ['customers', 'customer'],
]

/** Words that make a question of it, and particles; taken away in this order. */
const FRAME: readonly string[] = [
  '能不能介绍一下', '能否介绍一下', '介绍一下', '介绍下', '想请问一下', '请问一下', '想问一下', '请问', '想问', '能否', '可否', '能不能', '是不是', '会不会', '有没有', '是否有', '是否存在', '是否', '有无', '高不高',
  '大不大', '什么时候', '什么时间', '何时', '几时', '什么', '怎么样', '怎样', '怎么', '如何', '为何', '哪里', '哪些', '哪一步', '哪步', '哪', '多少', '多长时间', '多长', '多久', '多大', '多高', '多',
  '目前', '现在', '当前', '如今', '已经', '一般', '大概', '大约', '主要', '计划', '打算', '考虑', '你们', '我们', '公司', '企业', '问题', '方面', '一下', '的话', '可以', '能够', '能', '会', '到',
  '了', '吗', '呢', '吧', '啊', '呀', '么', '嘛', '的', '地', '得', '是', '有', '在', '做', '拿', '没', '不', '太', '很', '与', '和', '跟', '同', '及', '或', '把', '被', '让',
  '将', '请', '就', '都', '也', '还', '存', '几', '谁', '个', '些', '下', '里',
]

/** The same in English. */
const WORDS = new Set('a an and any are at be by can could did do does for from go going has have how i in into is it its many me much of on or our please s start tell that the there these this to us was we what when where which who why will with would you your'.split(' '))

/** Of each row, two questions that name different words ask different things. */
const CONTRASTS: readonly (readonly string[])[] = [
  ['前年', '去年', '今年', '明年', '后年'],
  ['国内', '海外', '国际', '国外', '境外'],
  ['毛利', '净利'],
  ['上游', '下游'],
  ['客户', '供应商', '竞争对手', '股东'],
  ['研发', '销售', '生产', '管理'],
  ['性能', '价格', '成本', '良率'],
  ['精度', '范围'],
  ['人员', '投入', '费用'],
  ['贷款', '授信'],
  ['团队', '专利', '市场'],
  ['对赌', '回购'],
  ['估值', '额度', '股份'],
  ['上市', '量产', '建厂', '投产', '出货'],
]

const NUMERALS = '一二三四五六七八九'
const COUNTED = /[一二三四五六七八九](?=[期轮代季号类大])/g
const TOKEN = /[a-z]\+?轮|[a-z0-9][a-z0-9.+#%-]*[a-z0-9+#%]|[a-z0-9]|[\u3400-\u9fff]+/g
const CODE = /[0-9轮]/

/** What a question is compared by; worth keeping, a comparison is then a few set operations. */
export type Shape = {
  line: readonly string[]
  pairs: ReadonlySet<string>
  singles: ReadonlySet<string>
  codes: ReadonlySet<string>
  contrasts: readonly ReadonlySet<string>[]
}

/** The text reduced to what it asks about. */
export function shape(text: string): Shape {
  let folded = same(text).replace(COUNTED, (found) => String(NUMERALS.indexOf(found) + 1))
  const contrasts = CONTRASTS.map((row) => new Set(row.filter((word) => folded.includes(word))))
  for (const [word, one] of SAME) folded = folded.replaceAll(word, one)
  for (const word of FRAME) folded = folded.replaceAll(word, '\u0001')
  folded = folded.replaceAll('\u0001', '')
  const tokens = (folded.match(TOKEN) ?? []).filter((token) => !WORDS.has(token))
  const isRun = (token: string): boolean => token[0]! >= '\u3400'
  const runs = tokens.filter(isRun)
  const words = tokens.filter((token) => !isRun(token))
  const pairs = new Set(words)
  for (const run of runs) for (let at = 0; at < Math.max(1, run.length - 1); at += 1) pairs.add(run.slice(at, at + 2))
  return {
    line: tokens.flatMap((token) => (isRun(token) ? [...token] : [token])).slice(0, LONGEST),
    pairs,
    singles: new Set([...runs.flatMap((run) => [...run]), ...words]),
    codes: new Set(words.filter((word) => CODE.test(word))),
    contrasts,
  }
}

/** 0 for nothing in common, 1 for the same; less where one word stands in the place of another. */
export function likeness(one: Shape, other: Shape): number {
  if (!one.singles.size || !other.singles.size) return 0
  const score = (overlap(one.pairs, other.pairs) + overlap(one.singles, other.singles)) / 2
  if (score < CLOSE || differ(one, other)) return score / 2
  return Math.max(0, score - EXCHANGE * exchanged(one.line, other.line))
}

function common(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  let count = 0
  for (const each of one) if (other.has(each)) count += 1
  return count
}

/** The mean of Dice's coefficient and of containment, which forgives what only one of them says. */
function overlap(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const shared = common(one, other)
  if (!shared) return 0
  return ((2 * shared) / (one.size + other.size) + shared / Math.min(one.size, other.size)) / 2
}

function differ(one: Shape, other: Shape): boolean {
  if (one.codes.size && other.codes.size && (one.codes.size !== other.codes.size || common(one.codes, other.codes) !== one.codes.size)) return true
  return one.contrasts.some((a, at) => a.size > 0 && other.contrasts[at]!.size > 0 && !common(a, other.contrasts[at]!))
}

/** How much of the shorter line stands where the other has something else, between what both have in order. */
function exchanged(first: readonly string[], second: readonly string[]): number {
  const [one, other] = first.join(' ') <= second.join(' ') ? [first, second] : [second, first]
  const lengths = Array.from({ length: one.length + 1 }, () => new Uint8Array(other.length + 1))
  for (let i = one.length - 1; i >= 0; i -= 1)
    for (let j = other.length - 1; j >= 0; j -= 1)
      lengths[i]![j] = one[i] === other[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!)
  let [i, j, left, right, count] = [0, 0, 0, 0, 0]
  while (i < one.length && j < other.length) {
    if (one[i] === other[j]) {
      count += Math.min(left, right)
      ;[i, j, left, right] = [i + 1, j + 1, 0, 0]
    } else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) [i, left] = [i + 1, left + 1]
    else [j, right] = [j + 1, right + 1]
  }
  count += Math.min(left + one.length - i, right + other.length - j)
  return count / Math.max(1, Math.min(one.length, other.length))
}

/** Shapes of texts, each made once. */
export class Shapes {
  private readonly known = new Map<string, Shape>()

  of(text: string): Shape {
    const kept = this.known.get(text)
    if (kept) return kept
    const made = shape(text)
    this.known.set(text, made)
    return made
  }
}

type Asked = { id: string; text: string; votes: number }

/** Questions that seem to ask the same as the text, the most alike first. */
export function similar<Q extends Asked>(text: string, questions: readonly Q[], shapes: Shapes, most = 3): Q[] {
  const asked = shape(text)
  return questions
    .map((question) => ({ question, score: likeness(asked, shapes.of(question.text)) }))
    .filter(({ score }) => score >= ALIKE)
    .sort((a, b) => b.score - a.score || a.question.id.localeCompare(b.question.id))
    .slice(0, most)
    .map(({ question }) => question)
}

/** Every two that seem to ask the same, the most alike first; of each the one to keep: public, supported, earlier. */
export function duplicates<Q extends Asked & { state: string }>(questions: readonly Q[], shapes: Shapes, most = 20): { merge: Q; keep: Q; score: number }[] {
  const rank = (a: Q, b: Q): number => Number(a.state === 'pending') - Number(b.state === 'pending') || b.votes - a.votes || a.id.localeCompare(b.id)
  const found: { merge: Q; keep: Q; score: number }[] = []
  questions.forEach((one, at) => {
    for (const other of questions.slice(at + 1)) {
      const score = likeness(shapes.of(one.text), shapes.of(other.text))
      if (score < ALIKE) continue
      const [keep, merge] = rank(one, other) <= 0 ? [one, other] : [other, one]
      found.push({ merge, keep, score })
    }
  })
  return found.sort((a, b) => b.score - a.score).slice(0, most)
}
