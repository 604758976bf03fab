/*
<policy-search>: search over company policies, in any page.

  <script src="https://policies.example/policy-search.js" defer></script>
  <policy-search api-key="ps_…"></policy-search>

One file without dependencies. It sets no style attributes and evaluates no text, so it works under
a strict Content-Security-Policy, which has to name the service twice:

  script-src https://policies.example; connect-src https://policies.example

The service has to name the page's origin in POLICY_SEARCH_CORS_ORIGINS unless it is its own.
Whoever sees the page can read its key: make one that may search and nothing else, and only what
everybody who opens the page may read: policy-search keys create wiki-page --scope search

Attributes, all optional; each may change at any time:
  api-base     address of the service; where the script came from unless given (where the page came
               from, if the script is a module)
  api-key      a key with the scope `search` alone
  lang         `en` or `zh`: the language of the component; that of the document, else the browser's
  policies     ids of the policies to search, with commas between them; all unless given
  limit        most results shown; 8 unless given
  theme        `light`, `dark` or `auto` (as the system is); `auto` unless given
  placeholder  what the empty field says
  label        the field's accessible name
  value        what is in the field at first
  link-base    results lead to {link-base}/policies/{policy}?clause={clause}, “All results” to
               {link-base}/?q={question}; the api-base unless given
  target       where they open: `_blank`, `_top`, …
  inline       results stand in the page below the field and stay, instead of floating over it

Properties and methods: `value` (read, write), `search(text)`, `clear()`, `focus()`.

Events; they bubble, and leave shadow roots:
  policy-search:results  {query, total, hits, nearest}, as /v1/search answers
  policy-search:select   {hit, url, nearest}; preventDefault() keeps the page from going there
  policy-search:error    {kind, status, code, detail, retryAfter}; kind is `unreachable`, `key`,
                         `rate`, `busy`, `query`, `policies` or `failed`

Custom properties:
  --policy-search-font, --policy-search-radius, --policy-search-max-height (of the results),
  --policy-search-z-index, --policy-search-background, --policy-search-text, --policy-search-muted,
  --policy-search-border, --policy-search-accent (borders, links), --policy-search-active (the
  result that the keys are on), --policy-search-mark (words of the question)
Parts, for ::part(): field, icon, input, clear, popup, note, list, result, head, citation, path,
  badge, relevance, snippet, mark, more

Keys: the arrows go through the results, Enter opens one or searches at once, Escape closes and then
clears. Nothing is sent while an input method is composing.
*/
{
  "use strict";

  const NAME = "policy-search";
  const PAUSE_MS = 250; // after the last keystroke
  const PATIENCE_MS = 20000; // with the service
  const SLOW_MS = 800; // then it says that it is searching
  const SCRIPT_BASE = document.currentScript && document.currentScript.src
    ? new URL(".", document.currentScript.src).href
    : null;

  const WORDS = {
    en: {
      label: "Search the policies",
      placeholder: "Ask about the policies…",
      clear: "Clear the search",
      results: "Search results",
      searching: "Searching…",
      found: (shown, total) =>
        total > shown ? `The best ${shown} of ${total} clauses`
          : shown === 1 ? "1 clause" : `${shown} clauses`,
      keys: "Use the arrow keys to go through them.",
      none: "No clause answers this.",
      nearest: "No clause clearly answers this. The nearest, which most likely do not:",
      all: "All results",
      newTab: "(opens in a new tab)",
      relevance: ["very likely an answer", "likely an answer", "possibly an answer",
        "may be related"],
      language: (code) => code.toUpperCase(),
      unreachable: "The policy search cannot be reached. "
        + "Check the connection, then press Enter to try again.",
      key: "The policy search refused this page’s key, or it has none. Tell whoever runs this page.",
      rate: (seconds) => seconds
        ? `Too many searches. Try again in ${seconds} s.` : "Too many searches. Try again soon.",
      busy: "The policy search is not ready. Press Enter to try again in a moment.",
      query: "The question cannot be searched for. Ask in fewer words.",
      policies: "This page searches a policy that does not exist. Tell whoever runs this page.",
      failed: "The policy search failed. Press Enter to try again.",
    },
    zh: {
      label: "搜索制度",
      placeholder: "就公司制度提问……",
      clear: "清除搜索",
      results: "搜索结果",
      searching: "正在搜索……",
      found: (shown, total) => total > shown ? `${total} 条中最相关的 ${shown} 条` : `${shown} 条条款`,
      keys: "用方向键浏览。",
      none: "没有条款回答这个问题。",
      nearest: "没有条款明确回答这个问题。以下最为接近，但很可能并不回答：",
      all: "全部结果",
      newTab: "（在新标签页打开）",
      relevance: ["很可能是答案", "可能是答案", "或许是答案", "可能相关"],
      language: (code) => ({ zh: "中文", en: "英文" })[code] || code.toUpperCase(),
      unreachable: "无法连接制度搜索服务。请检查网络，然后按回车键重试。",
      key: "制度搜索服务拒绝了本页面的密钥，或本页面没有密钥。请告知本页面的维护者。",
      rate: (seconds) => seconds ? `搜索过于频繁，请 ${seconds} 秒后再试。` : "搜索过于频繁，请稍后再试。",
      busy: "制度搜索服务尚未就绪。请稍后按回车键重试。",
      query: "无法搜索这个问题，请缩短后再试。",
      policies: "本页面要搜索的制度不存在。请告知本页面的维护者。",
      failed: "搜索失败。请按回车键重试。",
    },
  };
  const LIKELY = [0.75, 0.5, 0.1, 0]; // probabilities from which on it says so

  const SHEET = new CSSStyleSheet();
  const DARK = `
    --bg: var(--policy-search-background, #17191d); --fg: var(--policy-search-text, #eceef1);
    --muted: var(--policy-search-muted, #a9b0ba); --line: var(--policy-search-border, #7b838f);
    --accent: var(--policy-search-accent, #8ab8ff); --active: var(--policy-search-active, #263145);
    --mark: var(--policy-search-mark, #5c4a00); color-scheme: dark;`;
  SHEET.replaceSync(`
    :host {
      --bg: var(--policy-search-background, #fff); --fg: var(--policy-search-text, #1b1f24);
      --muted: var(--policy-search-muted, #565e68); --line: var(--policy-search-border, #7d8590);
      --accent: var(--policy-search-accent, #0b57b0); --active: var(--policy-search-active, #e8f0fc);
      --mark: var(--policy-search-mark, #ffe58a); color-scheme: light;
      --round: var(--policy-search-radius, 8px);
      display: block; position: relative; text-align: start; color: var(--fg);
      font: 1rem/1.5 var(--policy-search-font, system-ui, "PingFang SC", "Microsoft YaHei",
        "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif);
    }
    :host([theme="dark" i]) { ${DARK} }
    @media (prefers-color-scheme: dark) {
      :host(:not([theme="light" i], [theme="dark" i])) { ${DARK} }
    }
    :host([hidden]), [hidden] { display: none !important; }
    * { box-sizing: border-box; }
    .field {
      display: flex; align-items: center; min-height: 2.75rem; background: var(--bg);
      border: 1px solid var(--line); border-radius: var(--round);
    }
    .field:focus-within { outline: 2px solid var(--accent); outline-offset: 1px; }
    .icon { flex: none; width: 1.125rem; height: 1.125rem; margin-inline: .75rem .5rem;
      fill: none; stroke: var(--muted); stroke-width: 2; stroke-linecap: round; }
    input {
      flex: 1; min-width: 0; padding: .5rem 0; border: 0; outline: 0; background: none;
      color: inherit; font: inherit;
    }
    input::placeholder { color: var(--muted); opacity: 1; }
    button {
      flex: none; width: 2rem; height: 2rem; margin: 0 .375rem; padding: .5rem; border: 0;
      border-radius: var(--round); background: none; color: var(--muted); cursor: pointer;
    }
    button:hover { color: var(--fg); }
    button:focus-visible, .more:focus-visible { outline: 2px solid var(--accent); }
    button svg { display: block; width: 1rem; height: 1rem; fill: none; stroke: currentColor;
      stroke-width: 2; stroke-linecap: round; }
    .popup {
      position: absolute; z-index: var(--policy-search-z-index, 20); inset-inline: 0;
      top: calc(100% + .375rem); display: flex; flex-direction: column;
      max-height: var(--policy-search-max-height, min(70vh, 36rem)); overflow: hidden;
      background: var(--bg); border: 1px solid var(--line); border-radius: var(--round);
      box-shadow: 0 8px 24px rgb(0 0 0 / .18);
    }
    :host([inline]) .popup {
      position: static; margin-top: .5rem; box-shadow: none;
      max-height: var(--policy-search-max-height, none);
    }
    .note { flex: none; margin: 0; padding: .5rem .875rem; color: var(--muted); font-size: .875rem; }
    .note.error { color: var(--fg); border-inline-start: 4px solid var(--accent); }
    .list { flex: 0 1 auto; min-height: 0; overflow-y: auto; overscroll-behavior: contain;
      container-type: inline-size; }
    .result {
      display: block; padding: .625rem .875rem; border-top: 1px solid
      color-mix(in srgb, var(--line) 35%, transparent); color: inherit; text-decoration: none;
      cursor: pointer; scroll-margin: .25rem;
    }
    .result:hover { background: color-mix(in srgb, var(--active) 55%, var(--bg)); }
    .result[aria-selected="true"] { background: var(--active); box-shadow: inset 3px 0 var(--accent); }
    .head { display: flex; flex-wrap: wrap; align-items: baseline; gap: .125rem .5rem; }
    @container (min-width: 32rem) { .head { flex-wrap: nowrap; } }
    .badge, .relevance { flex: none; }
    .citation { flex: 0 1 auto; min-width: 0; color: var(--accent); font-weight: 600;
      overflow-wrap: anywhere; }
    .badge { padding: 0 .375rem; border: 1px solid var(--line); border-radius: 4px;
      color: var(--muted); font-size: .75rem; line-height: 1.4; white-space: nowrap; }
    .relevance { margin-inline-start: auto; color: var(--muted); font-size: .8125rem;
      white-space: nowrap; }
    .path { display: block; color: var(--muted); font-size: .8125rem; overflow-wrap: anywhere; }
    .snippet {
      display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; overflow: hidden;
      font-size: .9375rem; overflow-wrap: anywhere; white-space: pre-line;
    }
    .mark { background: var(--mark); border-radius: 2px; color: inherit; }
    .more { flex: none; padding: .5rem .875rem; border-top: 1px solid
      color-mix(in srgb, var(--line) 35%, transparent); color: var(--accent); font-size: .875rem; }
    .busy .list { opacity: .6; }
    .unseen { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
      clip-path: inset(50%); white-space: nowrap; }
    @media (forced-colors: active) {
      .result[aria-selected="true"] { outline: 3px solid Highlight; outline-offset: -3px; }
      .mark { outline: 1px solid; }
    }
    @media (prefers-reduced-motion: no-preference) {
      .list { transition: opacity .15s; }
    }
  `);

  /* An element with classes that are its parts, attributes, and children (text stays text). */
  function make(tag, part, attributes = {}, ...children) {
    const node = document.createElement(tag);
    if (part) {
      node.className = part;
      node.setAttribute("part", part);
    }
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }

  function drawing(part, path) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 20 20");
    svg.setAttribute("aria-hidden", "true");
    if (part) {
      svg.setAttribute("class", part);
      svg.setAttribute("part", part);
    }
    const line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  /* The service counts characters, JavaScript UTF-16 units: 𠮷 is one there and two here. */
  function marked(text, highlights) {
    const characters = Array.from(text);
    const piece = (from, to) => characters.slice(from, to).join("");
    const nodes = [];
    let at = 0;
    for (const [start, end] of highlights) {
      if (start < at || end <= start) continue;
      if (start > at) nodes.push(piece(at, start));
      nodes.push(make("mark", "mark", {}, piece(start, end)));
      at = end;
    }
    if (at < characters.length) nodes.push(piece(at));
    return nodes;
  }

  /* What went wrong, told apart by what a person can do about it. */
  class Failure extends Error {
    constructor(kind, about = {}) {
      super(about.detail || kind);
      this.about = { kind, status: 0, code: "", detail: "", retryAfter: null, ...about };
    }
  }

  function failureOf(response, problem) {
    const { status } = response;
    const code = String(problem.code || "");
    const seconds = parseInt(response.headers.get("Retry-After") || "", 10);
    let kind = "failed";
    if (status === 401 || status === 403) kind = "key";
    else if (status === 429) kind = "rate";
    else if (status === 502 || status === 503 || status === 504) kind = "busy";
    else if (code === "unknown-policy") kind = "policies";
    else if (status === 413 || status === 422) kind = "query";
    return new Failure(kind, {
      status, code, detail: String(problem.detail || ""),
      retryAfter: Number.isFinite(seconds) ? seconds : null,
    });
  }

  class PolicySearch extends HTMLElement {
    static observedAttributes = ["api-base", "api-key", "lang", "policies", "limit", "placeholder",
      "label", "value", "link-base", "target", "inline"];

    #input; #clear; #popup; #note; #list; #more; #status;
    #words = WORDS.en;
    #timer = 0;
    #request = null; // the AbortController of the search under way
    #composing = false;
    #shown = null; // {query, hits, nearest, total}: what the list holds
    #failure = null;
    #active = -1;
    #typed = false; // whether the field was touched: `value` then no longer fills it

    constructor() {
      super();
      const root = this.attachShadow({ mode: "open", delegatesFocus: true });
      root.adoptedStyleSheets = [SHEET];
      this.#input = make("input", "input", {
        id: "input", type: "text", role: "combobox", inputmode: "search", enterkeyhint: "search",
        autocomplete: "off", autocapitalize: "off", spellcheck: "false", "aria-autocomplete": "list",
        "aria-haspopup": "listbox", "aria-expanded": "false", "aria-controls": "list",
      });
      this.#clear = make("button", "clear", { type: "button" }, drawing("", "M4 4 16 16M16 4 4 16"));
      this.#clear.hidden = true;
      this.#note = make("p", "note", { id: "note" });
      this.#list = make("div", "list", { id: "list", role: "listbox" });
      this.#more = make("a", "more");
      this.#popup = make("div", "popup", {}, this.#note, this.#list, this.#more);
      this.#popup.hidden = true;
      this.#status = make("div", "", { role: "status" });
      this.#status.className = "unseen";
      root.append(
        make("div", "field", {}, drawing("icon", "M13 13 18 18M14 8A6 6 0 1 1 2 8A6 6 0 1 1 14 8"),
          this.#input, this.#clear),
        this.#popup, this.#status,
      );
      this.#listen();
    }

    connectedCallback() {
      this.#dress();
      if (!this.#typed) this.#fill();
    }

    disconnectedCallback() {
      this.#stop();
      this.#composing = false;
      this.#close();
    }

    attributeChangedCallback(name, before, after) {
      if (before === after || !this.isConnected) return;
      if (name === "value") {
        if (!this.#typed) this.#fill();
        return;
      }
      this.#dress();
      if (["api-base", "api-key", "policies", "limit"].includes(name)) {
        // What is shown answers another question now.
        this.#stop();
        this.#forget();
        this.#close();
        if (this.hasAttribute("inline") && this.value.trim()) this.#later();
      } else if (this.#shown || this.#failure) {
        this.#draw();
      }
    }

    get value() { return this.#input.value; }

    set value(text) {
      this.#typed = true;
      this.#input.value = text;
      this.#changed();
    }

    /* Searches at once, and shows what was found. */
    search(text = this.value) {
      this.#typed = true;
      this.#input.value = text;
      this.#clear.hidden = !text;
      return this.#search();
    }

    clear() {
      this.#typed = true;
      this.#input.value = "";
      this.#changed();
    }

    #listen() {
      const input = this.#input;
      input.addEventListener("compositionstart", () => {
        this.#composing = true;
        clearTimeout(this.#timer);
      });
      input.addEventListener("compositionend", () => {
        this.#composing = false;
        this.#changed();
      });
      input.addEventListener("input", (event) => {
        this.#typed = true;
        if (!this.#composing && !event.isComposing) this.#changed();
      });
      input.addEventListener("keydown", (event) => this.#key(event));
      input.addEventListener("click", () => this.#open());
      this.#clear.addEventListener("click", () => {
        this.clear();
        input.focus();
      });
      // The field keeps the focus, also in browsers that focus no links when they are clicked.
      this.#list.addEventListener("mousedown", (event) => event.preventDefault());
      this.#list.addEventListener("click", (event) => {
        const option = event.target.closest("[role=option]");
        if (!option || this.#select(option)) return;
        event.preventDefault();
        if (!this.hasAttribute("inline")) this.#close();
      });
      this.shadowRoot.addEventListener("focusout", (event) => {
        const stays = event.relatedTarget && this.shadowRoot.contains(event.relatedTarget);
        if (!stays && !this.hasAttribute("inline")) this.#close();
      });
      this.#popup.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || this.hasAttribute("inline")) return;
        event.stopPropagation();
        input.focus();
        this.#close();
      });
    }

    /* What attributes say of language and looks. */
    #dress() {
      const nearest = this.closest("[lang]");
      const said = this.getAttribute("lang") || (nearest && nearest.lang)
        || document.documentElement.lang;
      const wanted = [said, ...(navigator.languages || [navigator.language])]
        .map((one) => String(one || "").toLowerCase().split("-")[0]);
      const lang = wanted.find((one) => one in WORDS) || "en";
      const words = this.#words = WORDS[lang];
      this.shadowRoot.querySelectorAll(".field, .popup, .unseen")
        .forEach((node) => { node.lang = lang; });
      this.#input.placeholder = this.getAttribute("placeholder") ?? words.placeholder;
      this.#input.setAttribute("aria-label", this.getAttribute("label") || words.label);
      this.#clear.setAttribute("aria-label", words.clear);
      this.#list.setAttribute("aria-label", words.results);
    }

    #fill() {
      this.#input.value = this.getAttribute("value") || "";
      this.#clear.hidden = !this.#input.value;
      if (this.#input.value && this.hasAttribute("inline")) this.#search();
    }

    #changed() {
      this.#clear.hidden = !this.#input.value;
      this.#choose(-1);
      if (this.#asked()) this.#later();
      else {
        this.#stop();
        this.#forget();
        this.#close();
        this.#say("");
      }
    }

    /* The question, or nothing while there is too little of one: a single letter is none. */
    #asked() {
      const text = this.value.trim();
      return /^[\u0000-\u024f]$/.test(text) ? "" : text;
    }

    #later() {
      this.#stop();
      this.#timer = setTimeout(() => this.#search(), PAUSE_MS);
    }

    #stop() {
      clearTimeout(this.#timer);
      if (this.#request) this.#request.abort();
      this.#request = null;
      this.#busy(false);
    }

    #busy(is) {
      this.#popup.classList.toggle("busy", is);
      this.#list.setAttribute("aria-busy", String(is));
    }

    async #search() {
      this.#stop();
      const query = this.value.trim();
      if (!query || !this.isConnected) return;
      const request = this.#request = new AbortController();
      const patience = setTimeout(() => request.abort(), PATIENCE_MS);
      const slow = setTimeout(() => this.#searching(), SLOW_MS);
      this.#busy(true);
      try {
        const answer = await this.#ask(query, request.signal);
        if (this.#request !== request) return; // another question was asked meanwhile
        this.#shown = { query, total: answer.total, hits: answer.hits, nearest: answer.nearest || [] };
        this.#failure = null;
        this.#tell("results", { ...this.#shown });
      } catch (error) {
        if (this.#request !== request) return;
        this.#shown = null;
        this.#failure = (error instanceof Failure ? error : new Failure("unreachable", {
          detail: String(error && error.message || error),
        })).about;
        this.#tell("error", { ...this.#failure });
      } finally {
        clearTimeout(patience);
        clearTimeout(slow);
        if (this.#request === request) {
          this.#request = null;
          this.#busy(false);
          this.#draw();
          if (this.#wanted()) this.#open();
        }
      }
    }

    #searching() {
      this.#say(this.#words.searching);
      if (this.#shown || !this.#wanted()) return;
      this.#note.textContent = this.#words.searching;
      this.#note.classList.remove("error");
      this.#popup.hidden = false;
    }

    async #ask(query, signal) {
      const headers = { "Content-Type": "application/json" };
      const key = (this.getAttribute("api-key") || "").trim();
      if (key) headers.Authorization = `Bearer ${key}`;
      const response = await fetch(`${this.#base("api-base")}/v1/search`, {
        method: "POST", headers, signal, credentials: "omit", cache: "no-store",
        body: JSON.stringify({ q: query, limit: this.#limit(), filter: { policy_id: this.#policies() } }),
      });
      const answer = await response.json().catch(() => ({}));
      if (!response.ok) throw failureOf(response, answer);
      if (!Array.isArray(answer.hits)) throw new Failure("failed", { status: response.status });
      return answer;
    }

    #policies() {
      return (this.getAttribute("policies") || "").split(/[\s,]+/).filter(Boolean);
    }

    #limit() {
      const limit = parseInt(this.getAttribute("limit") || "", 10);
      return limit >= 1 ? Math.min(limit, 50) : 8;
    }

    #base(attribute) {
      const given = this.getAttribute(attribute)
        || (attribute === "link-base" && this.getAttribute("api-base"));
      const url = new URL(given || SCRIPT_BASE || location.origin, document.baseURI);
      if (!/^https?:$/.test(url.protocol)) throw new Failure("failed", { detail: `${attribute} ${url}` });
      return (url.origin + url.pathname).replace(/\/+$/, "");
    }

    /* Whether results are to be seen: not once the focus has gone elsewhere. */
    #wanted() {
      return this.hasAttribute("inline") || this.shadowRoot.activeElement !== null;
    }

    #forget() {
      this.#shown = this.#failure = null;
      this.#draw();
    }

    #draw() {
      const words = this.#words;
      const { hits = [], nearest = [], total = 0, query = "" } = this.#shown || {};
      const list = hits.length ? hits : nearest;
      this.#choose(-1);
      this.#list.replaceChildren(...list.map((hit, n) => this.#option(hit, n, !hits.length)));
      this.#list.hidden = !list.length;
      let note = "";
      if (this.#failure) {
        const said = words[this.#failure.kind];
        note = typeof said === "function" ? said(this.#failure.retryAfter) : said;
      } else if (this.#shown) {
        note = hits.length ? words.found(hits.length, total)
          : nearest.length ? words.nearest : words.none;
      }
      this.#note.textContent = note;
      this.#note.classList.toggle("error", Boolean(this.#failure));
      this.#more.hidden = !(total > hits.length && hits.length);
      this.#more.textContent = words.all;
      const policies = this.#policies().map((id) => `&policy_id=${encodeURIComponent(id)}`);
      if (!this.#more.hidden) this.#lead(this.#more, `/?q=${encodeURIComponent(query)}${policies.join("")}`);
      this.#say(list.length ? `${note} ${words.keys}` : note);
      if (!note) this.#close();
    }

    #unseen(text) {
      const node = make("span", "", {}, text);
      node.className = "unseen";
      return node;
    }

    /* A link into the service's pages; where it opens is the `target`'s to say. */
    #lead(link, path) {
      const target = this.getAttribute("target");
      try {
        link.href = this.#base("link-base") + path;
      } catch {
        link.removeAttribute("href");
      }
      if (target) link.target = target;
      else link.removeAttribute("target");
      link.rel = "noopener";
      if (target === "_blank") link.append(this.#unseen(` ${this.#words.newTab}`));
    }

    #option(hit, n, nearest) {
      const words = this.#words;
      const title = make("span", "citation", { lang: hit.lang }, hit.citation);
      const head = make("span", "head", {}, title,
        make("span", "badge", {}, words.language(String(hit.lang))));
      if (typeof hit.relevance === "number" && !nearest) {
        const step = LIKELY.findIndex((least) => hit.relevance >= least);
        head.append(make("span", "relevance", {}, words.relevance[step]));
      }
      const option = make("a", "result", {
        id: `result-${n}`, role: "option", tabindex: "-1", "aria-selected": "false",
      }, head);
      const path = (hit.heading_path || []).join(" › ");
      if (path) option.append(make("span", "path", { lang: hit.lang }, path));
      const { text, highlights } = hit.snippet;
      option.append(make("span", "snippet", { lang: hit.lang }, ...marked(text, highlights)));
      const id = encodeURIComponent(hit.id);
      this.#lead(option, `/policies/${encodeURIComponent(hit.policy.id)}?clause=${id}`);
      return option;
    }

    /* Tells the page that a result was chosen; whether the page lets it open. */
    #select(option) {
      const { hits, nearest } = this.#shown;
      const n = [...this.#list.children].indexOf(option);
      const hit = (hits.length ? hits : nearest)[n];
      return this.#tell("select", { hit, url: option.href, nearest: !hits.length }, true);
    }

    #tell(name, detail, cancelable = false) {
      return this.dispatchEvent(
        new CustomEvent(`${NAME}:${name}`, { detail, cancelable, bubbles: true, composed: true }));
    }

    #say(text) {
      this.#status.textContent = text;
    }

    #open() {
      if (!this.#shown && !this.#failure) return;
      this.#popup.hidden = false;
      this.#input.setAttribute("aria-expanded", String(!this.#list.hidden));
    }

    #close() {
      this.#popup.hidden = true;
      this.#input.setAttribute("aria-expanded", "false");
      this.#choose(-1);
    }

    #choose(n) {
      const options = [...this.#list.children];
      if (options[this.#active]) options[this.#active].setAttribute("aria-selected", "false");
      this.#active = n in options ? n : -1;
      const option = options[this.#active];
      if (!option) {
        this.#input.removeAttribute("aria-activedescendant");
        return;
      }
      option.setAttribute("aria-selected", "true");
      this.#input.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    }

    #key(event) {
      if (event.isComposing || this.#composing || event.keyCode === 229) return;
      const count = this.#list.children.length;
      const open = !this.#popup.hidden;
      switch (event.key) {
        case "ArrowDown":
        case "ArrowUp": {
          const down = event.key === "ArrowDown";
          if (event.altKey) {
            if (down) this.#open();
            else this.#close();
          } else if (open && count) {
            // Past either end the field itself comes, then the other end.
            const places = count + 1;
            this.#choose((this.#active + 1 + (down ? 1 : places - 1)) % places - 1);
          } else if (count) {
            this.#open();
            this.#choose(down ? 0 : count - 1);
          } else if (this.#asked() && !this.#request) {
            this.#search();
          } else return;
          break;
        }
        case "Enter":
          if (open && this.#active >= 0) this.#list.children[this.#active].click();
          else this.#search();
          break;
        case "Escape":
          if (open && !this.hasAttribute("inline")) this.#close();
          else if (this.value) this.clear();
          else return;
          break;
        case "Home":
        case "End":
        case "ArrowLeft":
        case "ArrowRight":
          this.#choose(-1); // back to the text, which the browser moves through
          return;
        default:
          return;
      }
      event.preventDefault();
      event.stopPropagation();
    }
  }

  if (!customElements.get(NAME)) customElements.define(NAME, PolicySearch);
}
