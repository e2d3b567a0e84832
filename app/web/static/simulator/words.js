// What the page says, in Chinese and English.

const WORDS = {
  zh: {
    title: "回信 · 手机模拟器",
    people: "手机", brand: "发给品牌", another: "再加一部手机", add: "添加", forget: "移除 {}",
    special: "特殊号码", specialIntro: "号码末四位决定回执：", specialElse: "其他号码一两秒后送达。",
    fate1: "正常送达", fate2: "空号", fate3: "先失败两次，再送达", fate4: "被接收，但永远没有回执", fate5: "已接收，但答复丢失",
    own: "本机", write: "短信", send: "发送", quick: "常用回复", more: "全部常用回复",
    nothing: "还没有短信。发一条试试，比如“几点开门”。", noBrand: "没有品牌接了模拟器通道。",
    panel: "如何决定", live: "实时", lost: "连接中断",
    choose: "点一条短信，看它为什么被这样处理。", pending: "正在理解这条短信……",
    rule: "规则", keyword: "关键词", intent: "意图", question: "问题的回答", gate: "发送",
    word: "词", matched: "关键词", meaning: "意图", sureness: "把握", flow: "流程", model: "模型", reasonCode: "原因码",
    state: "状态", purpose: "用途", code: "回执码", attempts: "尝试次数", log: "经过", whyPage: "在控制台查看全部决定", replies: "由此发出",
    events: "业务事件", eventsIntro: "像商城系统那样，为这部手机上报：",
    "order.placed": "下单", "order.shipped": "发货", "order.delivered": "送达",
    told: "已上报 {type}，订单 {order}，启动了 {started} 个流程", today: "今天", yesterday: "昨天",
    sending: "发送中", unsent: "未发出", notAPhone: "这不是手机号码", unreachable: "连不上服务器，请稍后再试",
    until: "到 {}", colon: "：",
    states: {
      received: "已发出", understanding: "正在理解", done: "已处理",
      queued: "排队", claimed: "排队", handing: "正在交给通道", accepted: "已交给通道", sent: "已发出", delivered: "已送达",
      read: "已读", undelivered: "未送达", unknown: "结果未知", refused: "不予发送", failed: "发送失败", cancelled: "已取消",
    },
    purposes: {
      reply: "回复", service: "服务", marketing: "营销", opt_in_confirmation: "订阅确认", opt_out_confirmation: "退订确认",
      staff_alert: "员工提醒",
    },
  },
  en: {
    title: "Huixin · phone simulator",
    people: "Phones", brand: "Texts the brand", another: "Add a phone", add: "Add", forget: "Remove {}",
    special: "Special numbers", specialIntro: "The last four digits choose the receipt:",
    specialElse: "All others are delivered within a second or two.",
    fate1: "delivered", fate2: "no such number", fate3: "fails twice, then delivered", fate4: "taken, never reported",
    fate5: "taken, but the answer is lost",
    own: "this phone", write: "Text message", send: "Send", quick: "Common replies", more: "All common replies",
    nothing: "No messages yet. Text something, such as “what time do you close”.", noBrand: "No brand has a simulator channel.",
    panel: "What decided", live: "live", lost: "connection lost",
    choose: "Choose a message to see why it was dealt with as it was.", pending: "This text is being understood…",
    rule: "Rule", keyword: "Keyword", intent: "Intent", question: "Answer to a question", gate: "Sending",
    word: "Word", matched: "Keyword", meaning: "Intent", sureness: "Confidence", flow: "Flow", model: "Model", reasonCode: "Reason code",
    state: "State", purpose: "Purpose", code: "Receipt code", attempts: "Attempts", log: "Step by step", whyPage: "All decisions, in the console", replies: "What it led to",
    events: "Business events", eventsIntro: "Reported for this phone, as a shop's own system would:",
    "order.placed": "Placed", "order.shipped": "Shipped", "order.delivered": "Delivered",
    told: "{type} reported, order {order}; flows started: {started}", today: "Today", yesterday: "Yesterday",
    sending: "sending", unsent: "not sent", notAPhone: "This is no phone number", unreachable: "The server cannot be reached; try again",
    until: "until {}", colon: ": ",
    states: {
      received: "sent", understanding: "being understood", done: "dealt with",
      queued: "queued", claimed: "queued", handing: "being handed over", accepted: "with the carrier", sent: "sent",
      delivered: "delivered", read: "read", undelivered: "not delivered", unknown: "outcome unknown", refused: "refused",
      failed: "failed", cancelled: "cancelled",
    },
    purposes: {
      reply: "reply", service: "service", marketing: "marketing", opt_in_confirmation: "opt-in confirmation",
      opt_out_confirmation: "opt-out confirmation", staff_alert: "staff alert",
    },
  },
};

const KEPT = "huixin.simulator.language";
let language = localStorage.getItem(KEPT) ?? (navigator.language.startsWith("zh") ? "zh" : "en");
if (!(language in WORDS)) language = "zh";

/** The language of the page: `zh` or `en`. */
export const current = () => language;

/** A phrase by its key, its blanks filled from a value or an object of values. */
export function say(key, values = {}) {
  const phrase = key.split(".").length > 1 && !(key in WORDS[language])
    ? key.split(".").reduce((found, part) => found?.[part], WORDS[language]) ?? key.split(".").at(-1)
    : WORDS[language][key] ?? key;
  if (typeof values !== "object") return phrase.replace("{}", values);
  return phrase.replace(/\{(\w+)\}/g, (blank, name) => values[name] ?? blank);
}

/** Speaks another language from now on. */
export function speak(chosen) {
  language = chosen in WORDS ? chosen : language;
  localStorage.setItem(KEPT, language);
}

/** Puts the page's fixed phrases into the present language. */
export function translatePage() {
  document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
  document.title = say("title");
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-say-label]")) node.ariaLabel = say(node.dataset.sayLabel);
  for (const node of document.querySelectorAll("[data-say-placeholder]")) node.placeholder = say(node.dataset.sayPlaceholder);
  for (const button of document.querySelectorAll("[data-language]")) {
    button.ariaPressed = String(button.dataset.language === language);
  }
}
