// The checkout in Chromium. usage: node checkout.js SHOP SANDBOX HASTY KEY [FOLDER for pictures]
// HASTY is a shop whose payments run out within seconds, KEY what its servers show.
// One line of JSON for each case: {"name", "ok", "problem", "ms"}. Cases run side by side, each in a browser of
// its own, so that cookies are nobody else's.

"use strict";
const { chromium } = require("playwright-core");
const [shop, sandbox, hasty, key, folder] = process.argv.slice(2);
const agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 16_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148";
const desktop = { viewport: { width: 1200, height: 850 }, locale: "en-US" };
const phone = { viewport: { width: 390, height: 780 }, isMobile: true, locale: "zh-CN", userAgent: agent };

function check(condition, what) {
  if (!condition) throw new Error("expected " + what);
}

async function control(verb, input) {
  const reply = await fetch(sandbox + "/_sandbox/" + verb, input && { method: "POST",
    headers: { "content-type": "application/json" }, body: JSON.stringify(input) });
  check(reply.ok, "the sandbox's " + verb + " to work");
  return reply.json();
}

const order = (page) => page.textContent("bdi");
const paid = (page) => page.waitForSelector(".state.good", { timeout: 60000 });

async function buy(page, ware, from) {
  await page.goto(from || shop);
  await page.click(`button[value=${ware}]`);
}

async function attempts(page) {
  const books = await control("books");
  const id = await order(page);
  return books.mincloud.orders.filter((one) => one.order_id === id).length;
}

// Everything on the page that cannot be read, reached or named: a list of words about it.
async function complaints_of(page) {
  return page.evaluate(() => {
    const said = [];
    const numbers = (color) => (color.match(/[\d.]+/g) || []).map(Number);
    const linear = (byte) => (byte / 255 <= 0.03928 ? byte / 255 / 12.92 : ((byte / 255 + 0.055) / 1.055) ** 2.4);
    const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    const ground = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const color = numbers(getComputedStyle(at).backgroundColor);
        if (color.length === 3 || color[3] === 1) return color;
      }
      return matchMedia("(prefers-color-scheme: dark)").matches ? [0, 0, 0] : [255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let seen = 0;
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      if (!walker.currentNode.data.trim() || !element.getClientRects().length) continue;
      if (element.closest("script, style, noscript, svg")) continue;
      seen += 1;
      const one = light(numbers(getComputedStyle(element).color)), two = light(ground(element));
      const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
      if (ratio < 4.5) said.push(ratio.toFixed(2) + " to 1: " + element.textContent);
    }
    if (seen < 4) said.push("no text");
    for (const input of document.querySelectorAll("input:not([type=hidden])")) {
      if (!input.labels.length || !input.labels[0].textContent.trim()) said.push("no label: " + input.value);
    }
    for (const one of document.querySelectorAll("a, button, input:not([type=hidden])")) {
      if (!one.getClientRects().length) continue;
      one.focus({ focusVisible: true });
      if (document.activeElement !== one) said.push("cannot be reached: " + one.outerHTML);
      const shown = [one, one.closest("label")].some((at) => at && getComputedStyle(at).outlineStyle !== "none");
      if (!shown) said.push("no focus to be seen: " + one.outerHTML);
    }
    for (const svg of document.querySelectorAll("svg:not([aria-hidden=true])")) {
      if (!svg.getAttribute("aria-label")) said.push("no name: a picture");
    }
    if (document.querySelectorAll("h1").length !== 1) said.push("not one heading of the page");
    return said;
  });
}

const cases = {
  async "a code is paid, and the page says so by itself"(page) {
    await buy(page, "tea");
    await page.click("form button");
    await page.waitForSelector(".code svg");
    await page.picture("qr");
    await control("pay", { reference: await order(page) });
    await paid(page);
    await page.picture("paid");
    await page.click("a.go");
    check((await page.textContent("dl")).includes("succeeded"), "the shop to know of it");
  },

  async "a code is paid without scripts"(page) {
    await buy(page, "tea");
    await page.click("form button");
    await page.waitForSelector(".code svg");
    await control("pay", { reference: await order(page) });
    await paid(page);
  },

  async "a hosted page and the way back"(page) {
    await buy(page, "lights");
    await page.click("form button");
    await page.waitForURL(/ruxpay/);
    await page.click("button[value=pay]");
    await paid(page);
  },

  async "a hosted page without scripts"(page) {
    await buy(page, "lights");
    await page.click("form button");
    await page.waitForURL(/ruxpay/);
    await page.click("button[value=pay]");
    await paid(page);
  },

  async "back from a hosted page, the payer can go there again"(page) {
    await buy(page, "lights");
    await page.click("form button");
    await page.waitForURL(/ruxpay/);
    await page.goBack();
    await page.waitForSelector("a.go");
    check(!page.url().includes("go=1"), "a page that does not send the payer away");
    await page.click("a.go");
    await page.click("button[value=pay]");
    await paid(page);
  },

  async "a declined card, then another try"(page) {
    await buy(page, "lights");
    await page.click("form button");
    await page.waitForURL(/ruxpay/);
    await page.click("button[value=decline]");
    await page.waitForSelector(".state.bad");
    await page.picture("failed");
    await page.click("form button");
    await page.waitForURL(/ruxpay/);
    await page.click("button[value=pay]");
    await paid(page);
  },

  async "a payment runs out, and another way is paid"(page) {
    await buy(page, "tea", hasty);
    await page.click("form button");
    await page.waitForSelector(".code svg");
    check((await page.textContent("main")).includes("nothing is paid twice"), "a word on other ways");
    await page.waitForSelector(".state.bad");
    check((await page.textContent("h2.state")).includes("closed"), "a payment that was closed");
    await page.picture("expired");
    await page.check("input[type=radio] >> nth=2");
    await page.click("form button");
    await page.waitForSelector(".code svg");
    check((await page.textContent("h2")).includes("QQ"), "the other way");
    await control("pay", { reference: await order(page) });
    await paid(page);
    check((await attempts(page)) === 2, "two orders at the provider, of which one was paid");
  },

  async "a link that is over begins nothing"(page) {
    const reply = await fetch(hasty + "/pay/create", { method: "POST",
      headers: { "content-type": "application/json", authorization: "Bearer " + key },
      body: JSON.stringify({ order_id: "over-" + Date.now(), amount: "19.99", currency: "CNY", description: "tea",
        checkout: { expires_s: 8, account: "web" } }) });
    const made = await reply.json();
    check(reply.status === 201, "a link, not " + JSON.stringify(made));
    await page.goto(made.checkout_url);
    await page.waitForSelector("form button");
    await page.waitForTimeout(Math.max(0, made.expires_ms - Date.now()) + 500);
    await page.click("form button");
    await page.waitForSelector(".state.bad");
    check((await page.textContent("h2.state")).includes("This link has expired"), "a link that is over");
    check(!(await page.$("form")), "no form");
    await page.picture("over");
    check((await attempts(page)) === 0, "no order at the provider");
  },

  async "the payer gives up, and nothing is paid"(page) {
    await buy(page, "lights");
    await page.click("form button");
    await page.waitForURL(/ruxpay/);
    await page.click("button[value=back]");
    await page.waitForURL(/pay\/checkout/);
    check(!(await page.$(".state.good")), "no success");
    await page.picture("given_up");
  },

  async "a card with 3DS"(page) {
    await buy(page, "saved");
    await page.click("a.go");
    await page.click("button[value=approve]");
    await paid(page);
  },

  async "a card with 3DS, loaded again and in two tabs, is charged once"(page) {
    await buy(page, "saved");
    const id = await order(page), second = await page.context().newPage();
    await second.goto(page.url());
    await page.reload();
    await page.click("a.go");
    await page.waitForSelector("button[value=approve]");
    await page.reload();
    await page.click("button[value=approve]");
    await Promise.all([paid(page), paid(second)]);
    await page.reload();
    await paid(page);
    const books = await control("books");
    check(books.ruxpay.payments.filter((one) => one.order_id === id).length === 1, "one charge");
  },

  async "a card whose 3DS fails"(page) {
    await buy(page, "saved");
    await page.click("a.go");
    await page.click("button[value=fail]");
    await page.waitForSelector(".state.bad");
  },

  async "Stripe's page by AppWheel"(page) {
    await buy(page, "lifetime");
    await page.click("form button");
    await page.waitForURL(/appwheel/);
    await page.click("button.go");
    await paid(page);
  },

  async "a subscription by a link"(page) {
    await buy(page, "vip");
    check((await page.textContent("main")).includes("This is a subscription"), "a word on being charged again");
    await page.picture("plan");
    await page.click("form button");
    await page.waitForURL(/appwheel/);
    await page.click("button.go");
    await paid(page);
  },

  async "the pay page of 4metas"(page) {
    await buy(page, "gems");
    await page.click("form button");
    await page.waitForURL(/fourmetas/);
    await page.click("button.go, button[value=pay]");
    await page.waitForURL(/pay\/checkout/);
    await paid(page);
  },

  async "a double click, a reload and a second tab pay once"(page) {
    await buy(page, "tea");
    const address = page.url();
    const second = await page.context().newPage();
    await second.goto(address);
    await page.dblclick("form button");
    await page.waitForSelector(".code svg");
    await page.reload();
    await page.reload();
    await second.check("input[type=radio] >> nth=1");
    await second.click("form button");
    await second.waitForSelector(".code svg");
    check((await attempts(page)) === 1, "one order at the provider");
    check((await page.textContent("main")).includes("WeChat"), "the first way to be shown");
    await control("pay", { reference: await order(page) });
    await Promise.all([paid(page), paid(second)]);
  },

  async "a phone goes to WeChat, in Chinese"(page) {
    await buy(page, "tea");
    await page.picture("phone_choose");
    check((await page.getAttribute("html", "lang")) === "zh-CN", "Chinese");
    await page.click("form button");
    await page.waitForURL(/mincloud/);
    await page.click("button[value=pay]");
  },

  async "on a phone, two taps, a reload and a second tab pay once"(page) {
    await buy(page, "tea");
    const address = page.url(), second = await page.context().newPage();
    await second.goto(address);
    await page.evaluate(() => { const button = document.querySelector("form button"); button.click(); button.click(); });
    await page.waitForURL(/mincloud/);
    await page.goto(address);
    await page.reload();
    await page.picture("phone_open");
    await second.click("form button");
    await second.waitForURL(/mincloud/);
    check((await attempts(page)) === 1, "one order at the provider");
    await control("pay", { reference: await order(page) });
    await paid(page);
    await page.picture("phone_paid");
  },

  async "a phone in English"(page) {
    await buy(page, "any");
    check((await page.getAttribute("html", "lang")) === "en", "English");
    await page.picture("phone_english");
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    check(inner <= outer, "no scrolling sideways");
  },

  async "the other language is one click away, and stays"(page) {
    await buy(page, "tea");
    await page.click("footer a");
    await page.waitForSelector("html[lang=zh-CN]");
    await page.click("form button");
    await page.waitForSelector(".code svg");
    check((await page.getAttribute("html", "lang")) === "zh-CN", "Chinese after the form too");
    check((await page.textContent("h2")).includes("请用微信扫一扫支付"), "what to do, in Chinese");
    await page.picture("chinese");
    await control("pay", { reference: await order(page) });
    await paid(page);
    check((await page.textContent("h2.state")).includes("支付成功"), "the end in Chinese");
  },

  async "inside WeChat the bridge is asked with the parameters"(page) {
    await page.addInitScript(() => {
      window.WeixinJSBridge = { invoke: (name, parameters, done) => {
        window.asked = { name, parameters };
        setTimeout(() => done({ err_msg: "get_brand_wcpay_request:ok" }), 50);
      } };
    });
    await buy(page, "wechat");
    await page.click("form button");
    await page.waitForSelector("[data-jsapi]");
    await page.picture("jsapi");
    await page.click("[data-jsapi]");
    const asked = await page.evaluate(() => window.asked);
    check(asked.name === "getBrandWCPayRequest" && asked.parameters.paySign, "signed parameters");
    check(!(await page.$(".state.good")), "no success on the bridge's word");
    await control("pay", { reference: await order(page) });
    await paid(page);
  },

  async "inside WeChat a bridge that comes after the click is asked too"(page) {
    await buy(page, "wechat");
    await page.click("form button");
    await page.click("[data-jsapi]");
    const asked = await page.evaluate(() => new Promise((done) => {
      window.WeixinJSBridge = { invoke: (name, parameters) => done({ name, parameters }) };
      document.dispatchEvent(new Event("WeixinJSBridgeReady"));
      setTimeout(() => done({}), 5000);
    }));
    check(asked.name === "getBrandWCPayRequest" && asked.parameters.paySign, "signed parameters");
  },

  async "where no stream can be had the page asks"(page) {
    await page.addInitScript(() => { delete window.EventSource; });
    await buy(page, "tea");
    await page.click("form button");
    await page.waitForSelector(".code svg");
    await control("pay", { reference: await order(page) });
    await paid(page);
  },

  async "where a stream is held back on its way the page asks"(page) {
    await page.route(/\/pay\/status\//, async (route) => {
      if ((await route.request().headerValue("accept")).includes("application/json")) await route.continue();
    });
    await buy(page, "tea");
    await page.click("form button");
    await page.waitForSelector(".code svg");
    await control("pay", { reference: await order(page) });
    await paid(page);
  },

  async "where a stream ends again and again the page asks, ever less often"(page) {
    let streams = 0;
    const asks = page.waitForRequest((one) => one.url().includes("/pay/status/") &&
      one.headers().accept.includes("application/json"), { timeout: 60000 });
    asks.catch(() => {});
    const answer = async (route) => {
      if ((await route.request().headerValue("accept")).includes("application/json")) return route.continue();
      streams += 1;
      const data = JSON.stringify({ stage: await page.evaluate(() => document.body.dataset.stage), final: false });
      return route.fulfill({ contentType: "text/event-stream", body: `retry: 50\n\ndata: ${data}\n\n` });
    };
    // a page that goes on meanwhile has nobody to be answered
    await page.route(/\/pay\/status\//, (route) => answer(route).catch(() => {}));
    await buy(page, "tea");
    await page.click("form button");
    await asks;
    check(streams < 10, "few streams, not " + streams);
    await control("pay", { reference: await order(page) });
    await paid(page);
  },

  async "a phone whose stream died while the payer was elsewhere asks when it is looked at"(page) {
    await page.addInitScript(() => {
      const Real = window.EventSource;
      window.EventSource = function (url) {
        window.EventSource = Real;
        setTimeout(() => this.onmessage({ data: JSON.stringify({ stage: document.body.dataset.stage }) }));
        this.addEventListener = this.close = () => {};
      };
    });
    await buy(page, "lights");
    await page.click("form button");
    await page.waitForURL(/ruxpay/);
    await page.goBack();
    await page.waitForSelector("a.go");
    await control("pay", { reference: await order(page) });
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    await paid(page);
  },

  async "a page that asks does so for a day, then ends by itself"(page) {
    // Time is not waited for, only added up; every answer is the same.
    await page.addInitScript(() => {
      delete window.EventSource;
      window.waited = window.asked = 0;
      window.setTimeout = (fn, ms) => {
        window.waited += ms;
        queueMicrotask(fn);
      };
      window.XMLHttpRequest = function () {
        this.open = this.setRequestHeader = () => {};
        this.send = () => queueMicrotask(() => {
          window.asked += 1;
          this.status = 200;
          this.responseText = JSON.stringify({ stage: document.body.dataset.stage, final: false });
          this.onload();
          this.onloadend();
        });
      };
    });
    await buy(page, "tea");
    await page.click("form button");
    await page.waitForSelector(".code svg");
    const [hours, asked] = await page.evaluate(() => [window.waited / 3600000, window.asked]);
    check(hours > 24 && hours < 48, "an end after a day, not after " + hours + " hours");
    check(asked > 100 && asked < 5000, "a bounded number of questions, not " + asked);
  },

  async "everything can be read, reached and named, by day and by night"(page) {
    async function look(what) {
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        const said = await complaints_of(page);
        check(!said.length, "nothing wrong with what is shown of " + what + " (" + colorScheme + "): " + said.join("; "));
      }
    }
    await buy(page, "tea");
    await look("the form");
    const address = page.url();
    await page.click("form button");
    await page.waitForSelector(".code svg");
    await look("a code");
    await control("pay", { reference: await order(page) });
    await paid(page);
    await look("what is paid");
    await page.goto(address.slice(0, -2));
    await look("a page that is not there");
    await buy(page, "lights");
    const failing = page.url();
    await page.click("form button");
    await page.waitForURL(/ruxpay/);
    await page.goto(failing);
    await page.waitForSelector("a.go");
    await look("the way to a page");
    await page.click("a.go");
    await page.click("button[value=decline]");
    await page.waitForSelector(".state.bad");
    await look("what failed");
  },

  async "the keyboard is enough"(page) {
    await buy(page, "tea");
    await page.focus("input[type=radio] >> nth=0");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    check(await page.isChecked("input[type=radio] >> nth=2"), "the third way to be chosen");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".code svg");
    check((await page.textContent("h2")).includes("QQ"), "QQ");
  },

  async "the dark and the narrow page have room for everything"(page) {
    await buy(page, "any");
    await page.picture("dark");
    await page.setViewportSize({ width: 320, height: 600 });
    const [inner, outer] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
    check(inner <= outer, "no scrolling sideways");
  },
};

const settings = (name) => {
  if (name.includes("without scripts")) return { ...desktop, javaScriptEnabled: false };
  if (name.includes("inside WeChat")) return { ...phone, userAgent: agent + " MicroMessenger/8.0" };
  if (name.includes("a phone in English")) return { ...phone, locale: "en-US" };
  if (name.includes("a phone")) return phone;
  if (name.includes("dark")) return { ...desktop, colorScheme: "dark" };
  return desktop;
};

async function run(browser, name) {
  const context = await browser.newContext(settings(name));
  context.setDefaultTimeout(60000);
  const page = await context.newPage(), complaints = [], started = Date.now();
  page.picture = (file) => folder && page.screenshot({ path: `${folder}/${file}.png`, fullPage: true });
  page.on("console", (message) => { if (message.type() === "error") complaints.push(message.text()); });
  page.on("pageerror", (problem) => complaints.push(problem.message));
  page.on("request", (request) => {
    if (!/^(http:\/\/127\.0\.0\.1|data:)/.test(request.url())) complaints.push("a request to " + request.url());
  });
  let problem;
  try {
    await cases[name](page);
    // A page of another state than 200 is an error to the console, and meant so.
    const bad = complaints.filter((text) => !/status of 4\d\d/.test(text));
    if (bad.length) problem = bad.join("; ");
  } catch (raised) {
    problem = raised.message.split("\n")[0] + " at " + page.url();
  }
  const ms = Date.now() - started;
  await context.close();
  console.log(JSON.stringify({ name, ok: !problem, problem, ms }));
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox"] });
  const names = Object.keys(cases);
  await Promise.all([0, 1, 2].map(async () => {
    while (names.length) await run(browser, names.shift());
  }));
  await browser.close();
})().catch((problem) => {
  console.error(problem);
  process.exit(1);
});
