// What the browser saw: a list of each frame, in and out, and of each event.

const MAX_ENTRIES = 500;
const NEAR = 40; // pixels
const TIME = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
});

const frames = document.querySelector("#frames");

export function isAtEnd(element) {
  // Otherwise somebody has scrolled back to read, and is not to be disturbed.
  const { scrollHeight, scrollTop, clientHeight } = element;
  return scrollHeight - scrollTop - clientHeight < NEAR;
}

export function addEntry(kind, text, bytes) {
  const entry = document.createElement("li");
  entry.className = kind;
  const time = TIME.format(new Date());
  const size = bytes === undefined ? "" : `${bytes} B`;
  for (const part of [time, kind, size, text]) {
    // textContent, never HTML: a message may hold anything.
    entry.appendChild(document.createElement("span")).textContent = part;
  }
  const atEnd = isAtEnd(frames);
  frames.append(entry);
  if (frames.childElementCount > MAX_ENTRIES) frames.firstElementChild.remove();
  if (atEnd) frames.scrollTop = frames.scrollHeight;
}

export function showFrame(kind, data) {
  if (typeof data === "string") {
    addEntry(kind, data, new TextEncoder().encode(data).length);
  } else {
    addEntry(kind, "(binary)", data.byteLength);
  }
}
