// The room's messages, each once and in the order of its number. All that come after
// the first in the log are shown, up to the last; one that comes too early is held.

import { isOpen, send } from "./connection.js";
import {
  by,
  firstSeq,
  keepWhole,
  newLine,
  said,
  show,
  showEarlier,
  showFirst,
  showOnly,
} from "./log.js";
import { removeLine, settle, unsentLines } from "./outbox.js";

const PATIENCE = 300; // milliseconds that a missing message may take
const FAR = 1000; // messages: who has missed more begins anew, with the last ones
const NEWEST = Number.MAX_SAFE_INTEGER; // before this number come the last ones of all

const { user: me } = document.body.dataset;

let last = null; // the number of the last message that is shown; none at first
let begun = false; // whether the first history of this connection has come
let pulled = 0; // messages of history, since then
let asked = {}; // the numbers in the questions that wait for their answers
const held = new Map(); // messages that came too early, by seq
let gap = null; // a timer

export function query() {
  return last === null ? {} : { after: last };
}

export function start() {
  begun = false;
  pulled = 0;
  held.clear();
  forgetQuestions();
}

export function stop() {
  clearTimeout(gap);
}

export function hasBegun() {
  return begun;
}

export function isShown(seq) {
  return last !== null && seq <= last; // or stands among the earlier ones
}

export function take(message) {
  if (isShown(message.seq)) return; // it came twice
  held.set(message.seq, message);
  showHeld();
}

export function sync() {
  if (!isOpen() || !begun || asked.after !== undefined) return;
  ask("sync", "after", last);
}

export function askEarlier() {
  if (!isOpen() || !begun || asked.before !== undefined) return;
  // No line is dropped meanwhile: what comes would not be followed by the first.
  keepWhole(true);
  ask("history", "before", Number(firstSeq() ?? last + 1));
}

export function askLater(seconds) {
  // What was asked too soon is not answered. Earlier messages are asked for by hand.
  const again = asked.before === NEWEST ? beginAnew : sync;
  forgetQuestions();
  clearTimeout(gap);
  gap = setTimeout(again, seconds * 1000);
}

// Each frame says which question it answers. What nobody has asked for is left alone.
export function takeHistory(frame) {
  if (frame.after !== undefined) takeLater(frame);
  else if (frame.before !== undefined && frame.before !== NEWEST) takeEarlier(frame);
  else takeLast(frame);
}

function takeLast({ messages, upto, more }) {
  if (begun) return;
  begun = true;
  last = null; // if there is one, it is of another database
  forgetQuestions();
  showOnly(unsentLines());
  showEarlier(more);
  catchUp(messages, upto);
}

function takeLater({ after, messages, upto, more }) {
  if (!isShown(after)) return;
  begun = true;
  if (after === asked.after) delete asked.after;
  pulled += messages.length;
  catchUp(messages, upto);
  if (!more) return;
  if (pulled < FAR) sync();
  else beginAnew();
}

function takeEarlier({ before, messages, more }) {
  if (before !== asked.before) return;
  delete asked.before;
  keepWhole(false);
  showFirst(messages.map(newMessageLine));
  showEarlier(more);
}

function beginAnew() {
  if (!isOpen()) return;
  showOnly(unsentLines());
  last = null;
  begun = false;
  forgetQuestions();
  ask("history", "before", NEWEST);
}

function ask(type, key, seq) {
  asked[key] = seq;
  send({ type, [key]: seq });
}

function forgetQuestions() {
  asked = {};
  keepWhole(false);
}

function catchUp(messages, upto) {
  for (const message of messages) if (!isShown(message.seq)) showMessage(message);
  last = Math.max(last, upto);
  for (const seq of held.keys()) if (isShown(seq)) held.delete(seq);
  showHeld();
}

function showHeld() {
  if (last === null) return;
  clearTimeout(gap);
  for (let next; (next = held.get(last + 1)); ) {
    held.delete(next.seq);
    showMessage(next);
  }
  // Something is missing. It may be on its way; at random, for others miss it, too.
  if (held.size) gap = setTimeout(sync, PATIENCE * (1 + Math.random()));
}

function showMessage(message) {
  last = message.seq;
  if (message.user === me) {
    settle(message.client_id, "sent");
    removeLine(message.client_id);
  }
  show(newMessageLine(message));
}

function newMessageLine({ seq, user, message, created }) {
  const line = newLine("message", by(user), ": ", said(message));
  line.dataset.seq = seq;
  line.title = new Date(created).toLocaleString();
  if (user === me) line.dataset.state = "sent";
  return line;
}
