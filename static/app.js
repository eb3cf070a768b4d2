// Niceties only: every page works without this file.
(() => {
  const doc = document, id = (name) => doc.getElementById(name);
  doc.documentElement.classList.add("js");
  let said, pause;
  const say = (text) => {
    const place = id("status");
    if (!place) return;
    const line = id("said") || place.appendChild(Object.assign(doc.createElement("p"), { id: "said", className: "sr-only" }));
    line.textContent = text;
    clearTimeout(said);
    said = setTimeout(() => line.remove(), 5000);
  };

  // Readers hear changes only, so what the server put into the status region is said once more.
  const flash = doc.querySelector("#status > .notice");
  if (flash) setTimeout(() => say(flash.textContent.trim()), 200);
  id("problems")?.focus();

  doc.addEventListener("click", ({ target }) => {
    const copy = target.closest("[data-copy]"), reveal = target.closest("[data-reveal]");
    if (copy) {
      const field = id(copy.dataset.copy), word = copy.querySelector("span"), before = word.textContent;
      field.select();
      navigator.clipboard?.writeText(field.value).then(() => {
        if (before === copy.dataset.done) return;
        word.textContent = copy.dataset.done;
        say(copy.dataset.done);
        setTimeout(() => { word.textContent = before; }, 2000);
      }, () => {});
    }
    if (reveal) {
      const field = id(reveal.dataset.reveal), hidden = field.type === "password";
      field.type = hidden ? "text" : "password";
      reveal.setAttribute("aria-label", hidden ? reveal.dataset.hide : reveal.dataset.show);
    }
    for (const menu of doc.querySelectorAll("[data-menu][open]")) if (!menu.contains(target)) menu.open = false;
  });
  doc.addEventListener("keydown", ({ key }) => {
    const menu = key === "Escape" && doc.querySelector("[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Characters left: shown at once, spoken after a pause.
  const count = (field) => {
    const line = id(field.id + "-count"), left = field.dataset.limit - [...field.value].length;
    line.textContent = (left < 0 ? line.dataset.over : line.dataset.left).replace("%", Math.abs(left));
    line.classList.toggle("counter-over", left < 0);
    return line.textContent;
  };
  doc.querySelectorAll("[data-limit]").forEach(count);
  doc.addEventListener("input", ({ target }) => {
    if (!target.dataset.limit) return;
    const text = count(target);
    clearTimeout(pause);
    pause = setTimeout(say, 1000, text);
  });

  const zone = doc.querySelector("select[data-zone]"); // begins with the device's
  if (zone && !zone.value) {
    zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!zone.value) zone.selectedIndex = 0;
  }

  // A form is sent once; its button says so after the browser has read its name and value.
  const mark = (form, on) => {
    form.toggleAttribute("data-sent", on);
    for (const b of form.querySelectorAll("[type=submit]")) b.ariaDisabled = on ? "true" : null;
  };
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.dataset.again !== undefined) return;
    if (form.dataset.sent !== undefined) return event.preventDefault();
    setTimeout(mark, 0, form, true);
    setTimeout(mark, 8000, form, false); // a request that was stopped can be made again
  });
  addEventListener("pageshow", ({ persisted }) => {
    if (persisted) doc.querySelectorAll("[data-sent]").forEach((form) => mark(form, false));
  });
})();
