"use strict";
(() => {
  const WORDS = {
    zh: {
      record: "路演黑匣子 · 会议记录", stage: "台上", polls: "投票", questions: "提问", said: "弹幕与动态", speed: "速度 ", heads: "链与指纹",
      play: "播放", pause: "暂停", none: "尚无项目上台", anonymous: "匿名", hidden: "已隐藏", answered: "已回答", promise: "会后补答", votes: "票", ballots: "人投票",
      ok: "✓ 链条完整：{n} 条记录逐条校验无改动。指纹 {d}", bad: "✗ 校验失败：{s} 流第 {n} 条被改动、删除或调换。", sealed: "，与封存时一致", unsealed: "（会后尚未封存）",
      torn: "✗ 指纹与封存时不符：封存之前的记录被改动。", aloud: "现场回答", other: "English", here: "{n} 人在场", peak: "最高在场", people: "到场人次", minutes: "平均停留（分钟）",
      asked: "提问", answeredN: "已回答", votesN: "点赞", investors: "其中投资人", ballotsN: "投票", intents: "意向", danmaku: "弹幕", staged: "上台：{x}", intent: "意向：{x}", curve: "在场人数曲线",
      seek: "时间", opened: "开场", closed: "结束",
    },
    en: {
      record: "Session record", stage: "On stage", polls: "Polls", questions: "Questions", said: "Danmaku and news", speed: "Speed ", heads: "Chains and fingerprint",
      play: "Play", pause: "Pause", none: "Nothing on stage yet", anonymous: "Anonymous", hidden: "Hidden", answered: "Answered", promise: "Promised in writing", votes: "votes", ballots: "ballots",
      ok: "✓ Unbroken: all {n} entries check out. Fingerprint {d}", bad: "✗ Broken: entry {n} of the {s} stream was edited, removed or swapped.", sealed: ", as sealed", unsealed: " (not sealed yet)",
      torn: "✗ The fingerprint is not the sealed one: something before the seal was changed.", aloud: "answered aloud", other: "中文", here: "{n} present", peak: "peak presence", people: "people", minutes: "mean stay (min)",
      asked: "questions", answeredN: "answered", votesN: "votes", investors: "of investors", ballotsN: "ballots", intents: "intents", danmaku: "danmaku", staged: "On stage: {x}", intent: "Intent: {x}", curve: "People present over time",
      seek: "Time", opened: "Opened", closed: "Closed",
    },
  };
  const record = JSON.parse(document.getElementById("record").textContent);
  const byId = (id) => document.getElementById(id);
  let language = (navigator.language || "zh").startsWith("en") ? "en" : "zh";
  const word = (key, values = {}) => WORDS[language][key].replace(/\{(\w)\}/g, (_, name) => values[name]);

  function make(tag, text, className) {
    const node = document.createElement(tag);
    if (text !== undefined) node.textContent = text;
    if (className) node.className = className;
    return node;
  }

  // SHA-256 (FIPS 180-4), since a page opened from a file may have no crypto.subtle.
  const FRACTIONS = (() => {
    const primes = [];
    for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
    const bits = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32) | 0;
    return { start: primes.slice(0, 8).map((prime) => bits(Math.sqrt(prime))), rounds: primes.map((prime) => bits(Math.cbrt(prime))) };
  })();
  const turn = (x, n) => (x >>> n) | (x << (32 - n));

  function sha256(bytes) {
    const padded = new Uint8Array(((bytes.length + 72) >> 6) << 6);
    padded.set(bytes);
    padded[bytes.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(bytes.length / 2 ** 29));
    view.setUint32(padded.length - 4, bytes.length << 3);
    const hash = FRACTIONS.start.slice();
    const w = new Int32Array(64);
    for (let at = 0; at < padded.length; at += 64) {
      for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + i * 4);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = (w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10))) | 0;
      }
      let [a, b, c, d, e, f, g, h] = hash;
      for (let i = 0; i < 64; i++) {
        const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + FRACTIONS.rounds[i] + w[i]) | 0;
        const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
      }
      [a, b, c, d, e, f, g, h].forEach((value, i) => { hash[i] = (hash[i] + value) | 0; });
    }
    const out = new Uint8Array(32);
    hash.forEach((value, i) => new DataView(out.buffer).setInt32(i * 4, value));
    return out;
  }

  const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
  const utf8 = new TextEncoder();

  function linked(head, line) {
    const body = utf8.encode(line);
    const joined = new Uint8Array(32 + body.length);
    joined.set(head);
    joined.set(body, 32);
    return sha256(joined);
  }

  const digestOf = (heads) => hex(sha256(utf8.encode(Object.keys(heads).sort().map((name) => `${name} ${heads[name].seq} ${heads[name].head}\n`).join(""))));

  /** What is wrong with the record, or the digest of what is right. */
  function verify() {
    const heads = {}, sealed = record.seal ? record.seal.heads : {};
    const seal = {};
    let count = 0;
    for (const [name, stream] of Object.entries(record.streams)) {
      let head = unhex(stream.base.head), seq = stream.base.seq;
      if (sealed[name] && sealed[name].seq === seq) seal[name] = { seq, head: hex(head) };
      for (const line of stream.lines) {
        if (JSON.parse(line)[0] !== seq + 1) return { broken: name, at: seq + 1 };
        head = linked(head, line);
        seq += 1;
        count += 1;
        if (sealed[name] && sealed[name].seq === seq) seal[name] = { seq, head: hex(head) };
      }
      if (seq !== stream.seq || hex(head) !== stream.head) return { broken: name, at: seq };
      heads[name] = { seq, head: hex(head) };
    }
    if (digestOf(heads) !== record.digest) return { broken: "*", at: 0 };
    if (record.seal && digestOf(seal) !== record.seal.digest) return { torn: true };
    return { digest: record.digest, count };
  }

  // Replay: the tables say what each kind does, as they do for every client.
  const { replaced, put, dropped, merged } = record.folds;

  function fold(state, kind, data) {
    if (replaced[kind]) state[replaced[kind]] = data[replaced[kind]];
    else if (put[kind]) {
      const [rows, part] = put[kind];
      state[rows] = state[rows].filter((row) => row.id !== data[part].id).concat([data[part]]);
    } else if (dropped[kind]) state[dropped[kind]] = state[dropped[kind]].filter((row) => row.id !== data.id);
    else if (merged[kind]) state[merged[kind]] = state[merged[kind]].map((row) => (row.id === data.id ? { ...row, ...data } : row));
  }

  const entries = Object.entries(record.streams)
    .flatMap(([audience, stream]) => stream.lines.map((line) => {
      const [seq, kind, at, data] = JSON.parse(line);
      return { audience, seq, kind, at: Date.parse(at), data };
    }))
    .sort((a, b) => a.at - b.at || (a.audience < b.audience ? -1 : a.audience > b.audience ? 1 : a.seq - b.seq));
  const start = entries.length ? entries[0].at : 0;
  const end = entries.length ? entries[entries.length - 1].at : 0;
  const length = Math.max(1, end - start);

  let states, position, presence, said;

  function rewind() {
    states = {};
    for (const audience of Object.keys(record.streams)) states[audience] = JSON.parse(JSON.stringify(record.blank));
    position = 0;
    presence = 0;
    said = [];
  }

  const SAYS = {
    "danmaku.shown": (data) => `${data.author || word("anonymous")}: ${data.text}`,
    "intent.changed": (data) => word("intent", { x: `${data.intent.institution_name} → ${data.intent.project_name}` }),
  };

  function goTo(time) {
    if (position && entries[position - 1].at > time) rewind();
    while (position < entries.length && entries[position].at <= time) {
      const { audience, kind, data, at } = entries[position++];
      fold(states[audience], kind, data);
      if (kind === "presence.sampled") presence = data.count;
      if (kind === "session.opened" && !states.public.agenda) states.public.agenda = data.agenda;
      if (SAYS[kind] && (audience === "danmaku" || audience === "staff")) said.push({ at, text: SAYS[kind](data) });
    }
  }

  const clock = (time) => new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(time);

  function question(row) {
    const item = make("li", undefined, row.state);
    item.append(make("b", `▲ ${row.votes}`));
    const body = make("div");
    body.append(make("p", row.text));
    const notes = [row.author_name + (row.anonymous ? ` (${word("anonymous")})` : ""), row.author_institution];
    if (row.state === "hidden") notes.push(`${word("hidden")}: ${row.hidden_reason}`);
    if (row.state === "answered") notes.push(row.answer ? word("answered") : word("aloud"));
    if (row.promise) notes.push(word("promise"));
    body.append(make("p", notes.filter(Boolean).join(" · "), "small"));
    for (const reply of row.replies || []) body.append(make("blockquote", `${reply.author}: ${reply.text}`));
    if (row.answer) body.append(make("blockquote", row.answer));
    item.append(body);
    return item;
  }

  function poll(row) {
    const box = make("div");
    box.append(make("p", row.title || row.text || ""), make("p", `${row.ballots || 0} ${word("ballots")}`, "muted"));
    const counts = row.results && row.results.counts;
    for (const option of (counts && row.options) || []) {
      const bar = make("div", undefined, "bar");
      bar.append(make("span", option.text), make("span", String(counts[option.id] || 0)));
      bar.style.setProperty("--share", `${(100 * (counts[option.id] || 0)) / Math.max(1, row.ballots)}%`);
      box.append(bar);
    }
    return box;
  }

  function show(time) {
    goTo(time);
    const { public: open, staff } = states;
    const room = (staff && staff.room) || open.room || {};
    const slot = (open.agenda || []).find((each) => each.id === room.current_slot_id);
    const stage = byId("stage");
    stage.replaceChildren(
      make("p", slot && slot.project ? slot.project.name : word("none"), "project"),
      make("p", slot && slot.project ? slot.project.company_name : "", "muted"),
      make("p", word("here", { n: presence }), "muted"),
    );
    const rows = ((staff && staff.questions) || []).slice().sort((a, b) => b.votes - a.votes || (a.id < b.id ? -1 : 1));
    byId("questions").replaceChildren(...rows.map(question));
    byId("polls").replaceChildren(...((staff && staff.polls) || []).filter((row) => row.state !== "draft").map(poll));
    byId("said").replaceChildren(...said.slice(-60).reverse().map(({ at, text }) => {
      const item = make("li");
      item.append(make("time", clock(at).split(" ").pop()), make("span", text));
      return item;
    }));
    byId("clock").textContent = entries.length ? clock(time) : "";
    byId("seek").value = String(Math.round((1000 * (time - start)) / length));
    byId("seek").setAttribute("aria-valuetext", byId("clock").textContent);
    drawNow(time);
  }

  const SVG = "http://www.w3.org/2000/svg";
  const x = (time) => (1000 * (time - start)) / length;

  function line(at, className) {
    const node = document.createElementNS(SVG, "line");
    for (const [key, value] of Object.entries({ x1: x(at), x2: x(at), y1: 0, y2: 80 })) node.setAttribute(key, value);
    node.setAttribute("class", className);
    return node;
  }

  function drawCurve() {
    const samples = entries.filter(({ kind }) => kind === "presence.sampled").map(({ at, data }) => [at, data.count]);
    const most = Math.max(1, ...samples.map(([, count]) => count));
    const shape = document.createElementNS(SVG, "polygon");
    let level = 80;
    const points = [`0,80`];
    for (const [at, count] of samples) {
      points.push(`${x(at)},${level}`);
      level = 80 - (72 * count) / most;
      points.push(`${x(at)},${level}`);
    }
    shape.setAttribute("points", [...points, `1000,${level}`, "1000,80"].join(" "));
    byId("curve").replaceChildren(shape, ...entries.filter(({ audience, kind }) => audience === "staff" && kind === "intent.changed").map(({ at }) => line(at, "mark")));
  }

  function drawNow(time) {
    const old = byId("curve").querySelector(".now");
    if (old) old.remove();
    byId("curve").append(line(time, "now"));
  }

  let now = end, playing = null;

  function play() {
    if (playing) return stop();
    if (now >= end) now = start;
    let last = performance.now();
    const step = (moment) => {
      now = Math.min(end, now + (moment - last) * Number(byId("speed").value));
      last = moment;
      show(now);
      if (now >= end) return stop();
      playing = requestAnimationFrame(step);
    };
    playing = requestAnimationFrame(step);
    byId("play").textContent = word("pause");
  }

  function stop() {
    if (playing) cancelAnimationFrame(playing);
    playing = null;
    byId("play").textContent = word("play");
  }

  function figures() {
    const { presence: here, questions, polls, intents, danmaku } = record.figures;
    const cells = [[here.peak, "peak"], [here.people, "people"], [here.minutes_mean, "minutes"], [questions.asked, "asked"], [questions.answered, "answeredN"],
      [questions.votes, "votesN"], [questions.investor_votes, "investors"], [polls.ballots, "ballotsN"], [intents.left, "intents"], [danmaku.shown, "danmaku"]];
    byId("figures").replaceChildren(...cells.map(([value, key]) => {
      const cell = make("div");
      cell.append(make("strong", String(value)), make("span", word(key)));
      return cell;
    }));
  }

  function proof() {
    const found = verify();
    const box = byId("proof");
    box.className = `proof ${found.digest ? "ok" : "bad"}`;
    if (found.digest) box.textContent = word("ok", { n: found.count, d: found.digest.slice(0, 16) }) + word(record.seal ? "sealed" : "unsealed");
    else box.textContent = found.torn ? word("torn") : word("bad", { s: found.broken, n: found.at });
  }

  function speak() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    for (const node of document.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
    byId("language").textContent = word("other");
    byId("play").textContent = word(playing ? "pause" : "play");
    byId("curve").setAttribute("aria-label", word("curve"));
    byId("seek").setAttribute("aria-label", word("seek"));
    byId("title").textContent = record.roadshow.title;
    byId("when").textContent = entries.length ? `${clock(start)} – ${clock(end)}` : "";
    figures();
    proof();
    show(now);
  }

  byId("heads").replaceChildren(...Object.entries(record.streams).map(([name, stream]) => {
    const row = make("tr");
    row.append(make("td", name), make("td", String(stream.seq)), make("td", stream.head));
    return row;
  }));
  byId("play").addEventListener("click", play);
  byId("seek").addEventListener("input", () => { stop(); now = start + (length * Number(byId("seek").value)) / 1000; show(now); });
  byId("language").addEventListener("click", () => { language = language === "zh" ? "en" : "zh"; speak(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target === document.body) { event.preventDefault(); play(); }
  });
  globalThis.replay = { show, verify, length, states: () => states, start };
  rewind();
  drawCurve();
  speak();
})();
