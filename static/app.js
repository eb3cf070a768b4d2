// Niceties only: every page works without this file.
(() => {
  const doc = document, root = doc.documentElement;
  root.classList.add("js");
  let said;
  const say = (text) => {
    const place = doc.getElementById("status");
    let line = doc.getElementById("said");
    if (!place) return;
    if (!line) {
      line = doc.createElement("p");
      line.id = "said";
      line.className = "sr-only";
      place.append(line);
    }
    line.textContent = text;
    clearTimeout(said);
    said = setTimeout(() => line.remove(), 5000);
  };

  // What the server put into the status region is said once more, since readers hear changes only.
  const flash = doc.querySelector("#status > .notice");
  if (flash) setTimeout(() => say(flash.textContent.trim()), 200);
  const problems = doc.getElementById("problems");
  if (problems) problems.focus();

  doc.addEventListener("click", (event) => {
    const at = event.target;
    const copy = at.closest("[data-copy]");
    if (copy) {
      const field = doc.getElementById(copy.dataset.copy), word = copy.querySelector("span");
      const done = () => {
        const before = word.textContent;
        word.textContent = copy.dataset.done;
        say(copy.dataset.done);
        setTimeout(() => { word.textContent = before; }, 2000);
      };
      field.select();
      if (navigator.clipboard) navigator.clipboard.writeText(field.value).then(done, () => {});
      else if (doc.execCommand("copy")) done();
    }
    const reveal = at.closest("[data-reveal]");
    if (reveal) {
      const field = doc.getElementById(reveal.dataset.reveal), hidden = field.type === "password";
      field.type = hidden ? "text" : "password";
      reveal.setAttribute("aria-label", hidden ? reveal.dataset.hide : reveal.dataset.show);
    }
    for (const menu of doc.querySelectorAll("details[data-menu][open]")) {
      if (!menu.contains(at)) menu.open = false;
    }
  });
  doc.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && doc.querySelector("details[data-menu][open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // Characters left: shown at once, spoken after a pause.
  let pause;
  const count = (field, speak) => {
    const line = doc.getElementById(field.id + "-count");
    if (!line) return;
    const left = field.dataset.limit - [...field.value].length;
    line.textContent = (left < 0 ? line.dataset.over : line.dataset.left).replace("%", Math.abs(left));
    line.classList.toggle("counter-over", left < 0);
    clearTimeout(pause);
    if (speak) pause = setTimeout(() => say(line.textContent), 1000);
  };
  doc.addEventListener("input", (event) => { if (event.target.dataset.limit) count(event.target, true); });
  for (const field of doc.querySelectorAll("[data-limit]")) count(field, false);

  // A form is sent once. The button is disabled after the browser has read its name and value.
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-again")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => {
      for (const b of form.querySelectorAll("button[type=submit]")) b.setAttribute("aria-disabled", "true");
    });
  });
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of doc.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const b of form.querySelectorAll("[aria-disabled]")) b.removeAttribute("aria-disabled");
    }
  });
})();
