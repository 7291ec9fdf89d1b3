// Hands files over with their progress, and keeps what is marked `data-live` up to date.
"use strict";

let csrf = document.querySelector("meta[name=csrf]")?.content ?? "";

for (const field of document.querySelectorAll("[data-submit]")) {
  field.addEventListener("change", () => field.form.requestSubmit());
}

// --- What changes by itself ---

let isAsking = false;
let isBehind = false;

async function refresh() {
  if (isAsking) {
    isBehind = true;
    return;
  }
  isAsking = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html", "x-obmen-refresh": "1" } });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const now = fresh.getElementById(part.id);
      // Nobody loses the button that he is about to press, or what he has opened.
      const isInUse = part.contains(document.activeElement) || part.querySelector("details[open]");
      if (now && now.outerHTML !== part.outerHTML && !isInUse) {
        part.replaceWith(now);
      }
    }
    // A program that was started anew has another token.
    csrf = fresh.querySelector("meta[name=csrf]")?.content ?? csrf;
    for (const field of document.querySelectorAll("input[name=csrf]")) {
      field.value = csrf;
    }
  } catch {
    // The program has ended, or the network is away: the stream says so.
  }
  isAsking = false;
  if (isBehind) {
    isBehind = false;
    setTimeout(refresh, 300);
  }
}

// --- Whether it still does ---

const lost = document.getElementById("lost");
let stream = null;

function tell(text) {
  lost.textContent = text;
  lost.hidden = text === "";
  // What is on the page is not known to be so any more.
  document.body.classList.toggle("stale", text !== "");
}

function listen() {
  stream = new EventSource("/events");
  stream.onopen = () => tell("");
  stream.onmessage = refresh;
  stream.onerror = async (event) => {
    tell(lost.dataset.away);
    if (event.target.readyState !== EventSource.CLOSED) {
      return; // It connects again by itself.
    }
    const answer = await fetch(location.href, { redirect: "manual" }).catch(() => null);
    if (answer?.type === "opaqueredirect") {
      tell(lost.dataset.out);
    } else {
      setTimeout(listen, 3000);
    }
  };
}

if (lost) {
  listen();
  // A browser keeps few connections to one place: those of hidden pages are for others.
  document.addEventListener("visibilitychange", () => {
    stream.close();
    if (!document.hidden) {
      listen();
    }
  });
}

// --- Files ---

// What was refused is told on the page that shows the rest.
const refusedPart = document.getElementById("refused");
const refusedText = refusedPart && sessionStorage.getItem(`refused ${location.pathname}`);
if (refusedText) {
  refusedPart.querySelector("pre").textContent = refusedText;
  refusedPart.hidden = false;
}

const zone = document.querySelector(".zone");
if (zone) {
  const progress = zone.querySelector("progress");
  const said = zone.querySelector("[role=status]");
  const send = (address, body, onProgress) =>
    new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open("POST", address);
      request.setRequestHeader("x-csrf", csrf);
      request.upload.onprogress = (event) => onProgress?.(event.loaded);
      request.onload = () => (request.status < 400 ? done(request) : failed(request.responseText));
      request.onerror = () => failed(zone.dataset.failed);
      request.send(body);
    });

  const hand = async (files) => {
    if (files.length === 0) {
      return;
    }
    const total = files.reduce((sum, [, file]) => sum + file.size, 0) || 1;
    let before = 0;
    progress.hidden = false;
    const refused = [];
    try {
      const exchange = encodeURIComponent(zone.dataset.exchange);
      const place = new URL((await send(`/drop?exchange=${exchange}`)).responseURL).pathname;
      for (const [name, file] of files) {
        said.textContent = name;
        try {
          await send(`${place}/file?name=${encodeURIComponent(name)}`, file, (loaded) => {
            progress.value = (before + loaded) / total;
          });
        } catch (why) {
          refused.push(`${name}: ${why}`);
        }
        before += file.size;
        progress.value = before / total;
      }
      if (refused.length < files.length) {
        if (refused.length > 0) {
          sessionStorage.setItem(`refused ${place}`, refused.join("\n"));
        }
        await send(`${place}/check?exchange=${exchange}`);
        location.href = `${place}?exchange=${exchange}`;
      }
    } catch (why) {
      refused.push(why);
    }
    said.textContent = refused.join("\n");
    progress.hidden = true;
  };

  for (const input of zone.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () =>
      hand([...input.files].map((file) => [file.webkitRelativePath || file.name, file])),
    );
  }

  const walk = async (entry, below, found) => {
    if (entry.isFile) {
      const file = await new Promise((done, failed) => entry.file(done, failed));
      found.push([below + file.name, file]);
      return;
    }
    const reader = entry.createReader();
    for (;;) {
      const entries = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (entries.length === 0) {
        return;
      }
      for (const inner of entries) {
        await walk(inner, `${below}${entry.name}/`, found);
      }
    }
  };
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  zone.addEventListener("dragleave", () => zone.classList.remove("over"));
  zone.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter(Boolean);
    const found = [];
    for (const entry of entries) {
      await walk(entry, "", found);
    }
    hand(found);
  });
}
