// One WebSocket, which comes back by itself.

import { addEntry, showFrame } from "./frames.js";

const SHORTEST_WAIT = 500; // milliseconds
const LONGEST_WAIT = 30_000; // milliseconds
const HANDSHAKE = 15_000; // milliseconds that the server may take to answer at first
const STEADY = 5_000; // milliseconds after which a connection has proved good

const { base, room } = document.body.dataset;
const state = document.querySelector("#state");

let page = null; // what it does with a connection: see keepConnected
let socket = null;
let tries = 0; // since a connection has proved good
let timer = null; // of the one socket, or of the wait for the next

// The page gives four functions: query() returns what the address is to end with;
// opened(), received(frame) and lost({ code, refused, tries }) are told what happens.
export function keepConnected(functions) {
  page = functions;
  connect();
  addEventListener("online", () => {
    if (socket) return;
    tries = 0;
    connect();
  });
}

function connect() {
  const url = new URL(`${base}ws/chat/${room}/`, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  url.search = new URLSearchParams(page.query());
  state.textContent = "connecting";
  addEntry("event", `connecting to ${url}`);
  const mine = new WebSocket(url);
  let opened = false;
  socket = mine;
  wait(HANDSHAKE, () => hangUp("the server does not answer"));

  mine.addEventListener("open", () => {
    opened = true;
    state.textContent = "open";
    addEntry("event", "open");
    // Not at once: who is let in and thrown out is not to come back in an instant.
    wait(STEADY, () => {
      tries = 0;
    });
    page.opened();
  });
  mine.addEventListener("message", ({ data }) => {
    if (socket !== mine) return; // it was given up
    showFrame("in", data);
    page.received(JSON.parse(data));
  });
  mine.addEventListener("close", ({ code, reason }) => {
    if (socket !== mine) return;
    lose(`closed with code ${code} ${reason}`.trim(), { code, refused: !opened });
  });
}

export function isOpen() {
  return socket?.readyState === WebSocket.OPEN;
}

export function send(content) {
  const text = JSON.stringify(content);
  socket.send(text);
  showFrame("out", text);
}

export function hangUp(why) {
  // Its close event may take minutes, and is not waited for.
  socket.close();
  lose(why);
}

function lose(why, how) {
  addEntry("event", why);
  socket = null;
  page.lost({ ...how, tries });
  retry();
}

function retry() {
  const longest = Math.min(LONGEST_WAIT, SHORTEST_WAIT * 2 ** tries);
  // At random, so that not all come back in the same instant.
  const time = longest * (0.5 + Math.random() / 2);
  tries += 1;
  state.textContent = `closed, trying again in ${(time / 1000).toFixed(1)} s`;
  wait(time, connect);
}

function wait(time, then) {
  clearTimeout(timer);
  timer = setTimeout(then, time);
}
