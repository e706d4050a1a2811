// What is said and not acknowledged yet, in its order. It is sent one by one, and again
// until the server has acknowledged it: by this page, after a reload, or by another tab.

import { send } from "./connection.js";
import { addEntry } from "./frames.js";
import { HEARTBEAT } from "./heartbeat.js";
import { by, newLine, said, showLast } from "./log.js";

const { room, user: me, private: pattern } = document.body.dataset;
const PRIVATE = new RegExp(pattern); // the server's, so that both mean the same
const KEYS = `outbox ${me} ${room} `; // what its keys in localStorage begin with

const outbox = [];
const lines = new Map(); // of own messages that the room has not shown yet, by client_id
let ready = false; // whether the server has said who this is
let sending = null; // the head, if it is on its way
let pause = null; // a timer

export function say(message) {
  const at = Math.max(Date.now(), (outbox.at(-1)?.at ?? 0) + 1);
  const entry = { message, client_id: newId(), at };
  // A private message is sent once at most: nobody is to find it.
  if (!PRIVATE.test(message)) store(entry.client_id, JSON.stringify(entry));
  put(entry);
  flush();
}

export function start() {
  ready = true;
  adopt();
  flush();
}

export function stop() {
  ready = false;
  // A private message may have arrived, or not: only what is stored can be repeated.
  if (sending && PRIVATE.test(sending.message)) settle(sending.client_id, "failed");
  sending = null;
}

export function pauseFor(seconds) {
  sending = null;
  clearTimeout(pause);
  pause = setTimeout(() => {
    pause = null;
    flush();
  }, seconds * 1000);
}

export function settle(client_id, outcome) {
  const index = outbox.findIndex((entry) => entry.client_id === client_id);
  if (index === -1) return;
  const [entry] = outbox.splice(index, 1);
  store(client_id);
  lines.get(client_id).dataset.state = outcome;
  if (outcome === "failed") lines.delete(client_id); // the line stays, as it is
  if (sending === entry) sending = null;
  flush();
}

export function removeLine(client_id) {
  lines.get(client_id)?.remove();
  lines.delete(client_id);
}

export function unsentLines() {
  // The others are the room's, which shows them.
  return outbox.map(({ client_id }) => lines.get(client_id));
}

export function restore() {
  find().forEach(put);
}

export function adopt() {
  // Another tab has had its time to send them; it may be closed. If not, no harm is
  // done: the server stores each once.
  const since = Date.now() - HEARTBEAT;
  find()
    .filter(({ at, client_id }) => at < since && !lines.has(client_id))
    .forEach(put);
  flush();
}

function put(entry) {
  outbox.push(entry);
  const line = newLine("message", by(me), ": ", said(entry.message));
  line.dataset.state = "sending";
  lines.set(entry.client_id, line);
  showLast(line);
}

function flush() {
  if (!ready || sending || pause || !outbox.length) return;
  sending = outbox[0];
  const { message, client_id } = sending;
  send({ message, client_id });
}

function store(client_id, text) {
  // It may be full, or forbidden: then a message does not survive a reload, no more.
  try {
    if (text === undefined) localStorage.removeItem(KEYS + client_id);
    else localStorage.setItem(KEYS + client_id, text);
  } catch {
    addEntry("event", "the browser keeps nothing");
  }
}

function find() {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(KEYS));
    const texts = keys.map((key) => localStorage.getItem(key));
    // Those that another tab has just sent are null.
    const entries = texts.filter(Boolean).map((text) => JSON.parse(text));
    return entries.sort((one, other) => one.at - other.at);
  } catch {
    return []; // store() says so
  }
}

function newId() {
  // A UUID. crypto.randomUUID() would be there with https and on localhost only.
  const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-8$4-$5");
}
