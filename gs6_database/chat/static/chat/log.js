// The log: what is said and what happens, each a block of its own whatever it holds.

import { isAtEnd } from "./frames.js";

const MAX_ENTRIES = 500;
const log = document.querySelector("#chat-log");
const earlier = document.querySelector("#older");

let whole = false; // whether no entry may be dropped now

// Strings are shown as they are, never as HTML. <bdi>: nor do they turn around what
// stands beside them, as letters that are written from right to left would.
export function by(user) {
  const name = document.createElement("bdi");
  name.textContent = user;
  return name;
}

export function said(message) {
  const text = document.createElement("bdi");
  text.className = "text";
  text.textContent = message;
  return text;
}

export function newLine(kind, ...parts) {
  const line = document.createElement("div");
  line.className = kind;
  line.append(...parts, "\n"); // so that the log can be read as lines of text
  return line;
}

export function show(line) {
  const atEnd = isAtEnd(log);
  log.insertBefore(line, log.querySelector("[data-state=sending]")); // those stay last
  if (!atEnd) return;
  while (log.childElementCount > MAX_ENTRIES && !whole) dropFirst();
  log.scrollTop = log.scrollHeight;
}

function dropFirst() {
  const line = log.firstElementChild;
  if (line.dataset.seq) showEarlier(true);
  line.remove();
}

export function showLine(kind, ...parts) {
  show(newLine(kind, ...parts));
}

export function showLast(line) {
  const atEnd = isAtEnd(log);
  log.append(line);
  if (atEnd) log.scrollTop = log.scrollHeight;
}

export function showFirst(lines) {
  const { scrollTop, scrollHeight } = log;
  log.prepend(...lines);
  log.scrollTop = scrollTop + log.scrollHeight - scrollHeight; // in view stays in view
}

export function showOnly(lines) {
  log.replaceChildren(...lines);
}

export function showEarlier(there) {
  earlier.hidden = !there;
}

export function keepWhole(yes) {
  whole = yes;
}

export function firstSeq() {
  return log.querySelector("[data-seq]")?.dataset.seq;
}
