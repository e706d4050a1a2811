// The log: what is said and what happens, each a block of its own whatever it holds.

import { isAtEnd } from "./frames.js";

const MAX_ENTRIES = 500;
const log = document.querySelector("#chat-log");

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
  log.append(line);
  if (log.childElementCount > MAX_ENTRIES) log.firstElementChild.remove();
  if (atEnd) log.scrollTop = log.scrollHeight;
}

export function showLine(kind, ...parts) {
  show(newLine(kind, ...parts));
}
