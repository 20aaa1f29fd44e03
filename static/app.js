/* What HTML and htmx do not do by themselves. Every page works without this file; each part names the attribute it reads. */
(() => {
  "use strict";
  const find = (selector, root = document) => root.querySelector(selector);
  const on = (name, react, capture = false) => document.addEventListener(name, react, capture);

  /** Say `text` to screen readers. Emptied first, or the same words twice would be heard once. */
  const say = (text) => {
    const region = find("#status [data-spoken]");
    if (!region) return;
    region.textContent = "";
    setTimeout(() => (region.textContent = text), 50);
  };

  const focus = (element) => {
    if (element.tabIndex < 0 && !element.hasAttribute("tabindex")) element.tabIndex = -1;
    element.focus();
  };
  const lostFocus = () => !document.activeElement || document.activeElement === document.body;

  // data-copy="id": copies that field or text, and says so for two seconds.
  const copyText = async (source) => {
    const text = source.value ?? source.textContent.trim();
    if (navigator.clipboard && isSecureContext) return navigator.clipboard.writeText(text);
    // Plain http has no clipboard object; a selection still can be copied.
    const field = Object.assign(document.createElement("textarea"), { value: text });
    (source.closest("dialog") ?? document.body).append(field);
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("not copied");
  };
  const copy = async (button) => {
    const source = document.getElementById(button.dataset.copy);
    const label = find("[data-label]", button) ?? button;
    try {
      await copyText(source);
    } catch {
      source.select?.();
      return say("Not copied. The address is selected: press Control C.");
    }
    focus(button);
    label.dataset.was ??= label.textContent;
    label.textContent = "Copied";
    say("Copied");
    clearTimeout(button.timer);
    button.timer = setTimeout(() => (label.textContent = label.dataset.was), 2000);
  };

  // data-live: a field whose words the preview below shows, by GET, once typing pauses. Too long for an address: there
  // is a button. The frame is a fresh one each time, or Back would go through them all.
  let live, typing;
  on("focusin", ({ target }) => target.matches("[data-live]:is([type=text], textarea)") && (live = target));
  const preview = () => {
    const old = find("iframe[name]");
    const words = [...document.querySelectorAll("[data-live]")].map(({ name, value }) => [name, value]);
    const address = `${old.src.split("?")[0]}?${new URLSearchParams(words)}`;
    if (address.length < 3500) old.replaceWith(Object.assign(old.cloneNode(), { src: address }));
  };
  on("input", ({ target }) => {
    if (!target.matches("[data-live]")) return;
    clearTimeout(typing);
    typing = setTimeout(preview, 500);
  });
  // data-insert="id": puts that text where the cursor was last.
  const insert = (button) => {
    const field = live ?? find("textarea[data-live]");
    field.setRangeText(document.getElementById(button.dataset.insert).textContent, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    focus(field);
  };

  // data-dialog="id" on a link to the confirm page: the same question in a dialog. The form takes the link's address.
  const openDialog = (trigger, dialog) => {
    const form = find("form[method=post]", dialog);
    if (form && trigger.href) {
      form.action = trigger.href;
      if (form.hasAttribute("data-hx-post")) form.setAttribute("data-hx-post", trigger.href);
    }
    const fill = find("[data-fill]", dialog);
    if (fill && trigger.dataset.fill) fill.textContent = trigger.dataset.fill;
    dialog.addEventListener("close", () => trigger.isConnected && focus(trigger), { once: true });
    dialog.showModal();
  };

  on("click", (event) => {
    const target = event.target.closest("[data-copy], [data-dialog], [data-close], [data-insert]");
    for (const menu of document.querySelectorAll("details.menu[open], details.user[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
    if (!target) return;
    if (target.matches("[data-copy]")) return copy(target);
    if (target.matches("[data-insert]")) return insert(target);
    if (target.matches("[data-close]")) return target.closest("dialog")?.close();
    const dialog = document.getElementById(target.dataset.dialog);
    if (!dialog || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openDialog(target, dialog);
  });

  on("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest("details.menu[open], details.user[open]");
    if (!menu) return;
    menu.open = false;
    find("summary", menu).focus();
  });

  // data-card dragged onto another data-stage: its form is sent with that stage, as its button would. The page that comes
  // says so to screen readers; whoever uses the keyboard has the form itself.
  let dragged;
  const stageUnder = ({ target }) => dragged && target.closest("[data-stage]");
  on("dragstart", ({ target }) => (dragged = target.closest?.("[data-card]")));
  on("dragend", () => (dragged = null));
  on("dragover", (event) => stageUnder(event) && event.preventDefault());
  on("drop", (event) => {
    const stage = stageUnder(event);
    if (!stage) return;
    event.preventDefault();
    const form = find("form", dragged);
    form.stage_id.value = stage.dataset.stage;
    if (!stage.contains(dragged)) form.dispatchEvent(new Event("submit", { bubbles: true, cancelable: true }));
  });

  // data-busy-text on a submit button: sent once, and says that it is on its way. Not `disabled`, which drops the focus.
  const isBusy = (button) => button.ariaDisabled === "true";
  const busy = (button) => {
    button.dataset.was = button.textContent;
    button.ariaDisabled = "true";
    button.textContent = button.dataset.busyText;
    say(button.dataset.busyText);
  };
  const restore = (button) => {
    button.removeAttribute("aria-disabled");
    button.textContent = button.dataset.was;
  };
  on("submit", (event) => {
    const button = event.submitter;
    if (event.defaultPrevented || !button?.dataset.busyText) return;
    isBusy(button) ? event.preventDefault() : busy(button);
  });
  // Back shows the page as it was left, pressed button included.
  addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("[data-busy-text][aria-disabled]").forEach(restore);
  });

  // data-loading="Loading times...": shown when the answer takes longer than 300 ms.
  const waiting = new WeakMap();
  on("htmx:before:request", ({ detail: { ctx } }) => {
    const target = typeof ctx.target === "string" ? find(ctx.target) : ctx.target;
    const { submitter } = ctx.request;
    if (submitter?.dataset.busyText && !isBusy(submitter)) busy(submitter);
    if (!target?.setAttribute) return;
    target.ariaBusy = "true";
    const timer = setTimeout(() => {
      target.dataset.slow = "";
      if (target.dataset.loading) say(target.dataset.loading);
    }, 300);
    waiting.set(ctx, { target, timer });
  });
  on("htmx:finally:request", ({ detail: { ctx } }) => {
    const { target, timer } = waiting.get(ctx) ?? {};
    clearTimeout(timer);
    target?.removeAttribute("aria-busy");
    target?.removeAttribute("data-slow");
    const { submitter } = ctx.request;
    if (submitter?.isConnected && isBusy(submitter)) restore(submitter);
    // A button switched off while waiting has lost the focus; htmx switches it on again after this event.
    setTimeout(() => lostFocus() && ctx.sourceElement?.isConnected && focus(ctx.sourceElement));
  });

  // After a swap the focus goes to [data-focus], else to what was pressed, else to the new content. Never to <body>.
  on("htmx:after:settle", ({ detail: { newContent = [] } }) => {
    const added = newContent.filter((node) => node.nodeType === 1 && node.isConnected);
    const pick = (selector) => {
      for (const node of added) {
        const hit = node.matches(selector) ? node : find(selector, node);
        if (hit) return hit;
      }
    };
    const wanted = pick("[data-focus]") ?? (lostFocus() && (pick("h1, h2, h3, caption") ?? added[0] ?? find("main")));
    if (wanted) focus(wanted);
    const words = pick("[data-announce]")?.dataset.announce;
    if (words) say(words);
  });

  // Both names go through Intl before they are compared, because browsers still call Asia/Kolkata Asia/Calcutta.
  const device = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const inZone = (zone, name) => new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: zone, timeZoneName: name });
  const isDevice = (zone) => {
    try {
      return inZone(zone).resolvedOptions().timeZone === inZone(device).resolvedOptions().timeZone;
    } catch {
      return false; // a zone this browser does not know
    }
  };

  // data-device-zone: offered when the device keeps another zone than the page.
  const offerZone = () => {
    const notice = find("[data-device-zone]");
    if (!notice || isDevice(notice.dataset.tz)) return;
    const part = inZone(device, "longGeneric").formatToParts().find(({ type }) => type === "timeZoneName");
    const city = device.split("/").pop().replaceAll("_", " ");
    find("[data-zone-name]", notice).textContent = !part || part.value.startsWith("GMT") ? city : part.value;
    find("input[name=tz]", notice).value = device;
    notice.hidden = false;
  };
  on("htmx:after:settle", offerZone);
  offerZone();

  // data-own-zone: a list of zones that begins with the device's.
  const list = find("[data-own-zone]");
  const zones = [...(list?.options ?? [])].map(({ value }) => value);
  const own = zones.find((zone) => zone === device) ?? zones.find(isDevice);
  if (own) list.value = own;

  // A whole page that shows something just made: its Copy button has the focus, as after a swap.
  find("[data-copy][data-focus]")?.focus();
})();
